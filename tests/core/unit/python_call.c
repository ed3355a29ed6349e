/* SPDX-License-Identifier: MIT */
/* Python's options, as they are given in first lines. All of it was seen of 3.11 and 3.13. */
#include "core/python_call.h"

#include "core/err.h"
#include "core/shebang.h"
#include "check.h"

enum { WORDS = 16 };

/* What becomes of the words after "python3", parted by '|'. */
static void comes_of(unsigned minor, const char *text, const char *wanted)
{
	struct python_call call = { .minor = minor };
	const char *words[WORDS] = { "python3" };
	char copy[256], shown[ERR_TEXT_MAX + 64] = "";
	struct err err = { 0 };

	call.n = 1;
	call.words = words;
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok(copy, "|"); word; word = strtok(NULL, "|"))
		words[call.n++] = word;
	switch (python_call_parse(&call, &err)) {
	case PYTHON_RUNS:
		(void)snprintf(shown, sizeof(shown), "runs %s", words[call.script]);
		break;
	case PYTHON_COMMAND:
		(void)snprintf(shown, sizeof(shown), "command %s", call.text);
		break;
	case PYTHON_MODULE:
		(void)snprintf(shown, sizeof(shown), "module %s", call.text);
		break;
	case PYTHON_STDIN:
		(void)snprintf(shown, sizeof(shown), "stdin");
		break;
	case PYTHON_PRINTS:
		(void)snprintf(shown, sizeof(shown), "prints");
		break;
	case PYTHON_FAILS:
		(void)snprintf(shown, sizeof(shown), "%d %s", call.status, err.text);
		break;
	}
	if (call.no_site)
		(void)strcat(shown, " -S");
	if (call.isolated)
		(void)strcat(shown, " -I");
	else if (call.ignores)
		(void)strcat(shown, " -E");
	if (call.inspects)
		(void)strcat(shown, " -i");
	CHECK_TEXT(shown, wanted, text);
}

static void test_letters(void)
{
	comes_of(11, "s|-x", "runs s");
	comes_of(11, "-u|s", "runs s");
	comes_of(11, "-bBdOOqRstuvx|s", "runs s");
	comes_of(11, "-IS|s", "runs s -S -I");
	comes_of(11, "-E|-i|s", "runs s -E -i");
	comes_of(11, "-P|s", "runs s");
	comes_of(10, "-P|s", "2 Unknown option: -P");
	comes_of(11, "-Z|s", "2 Unknown option: -Z");
	comes_of(11, "-J|s", "2 Unknown option: -J");
	comes_of(11, "-:|s", "2 Unknown option: -:");
	comes_of(11, "-E -s|s", "2 Unknown option: -  -E");
	comes_of(11, "-u   # comment|s", "2 Unknown option: - ");
	comes_of(11, "-u\r|s", "2 Unknown option: -\\x0d");
	comes_of(11, "-\xc2\xa0u|s", "2 Unknown option: -\xc2\xa0u");
	comes_of(11, "\r|s", "runs \r");
	comes_of(11, "--|-u|s", "runs -u");
	comes_of(11, "-u-|s", "runs s");
	comes_of(11, "--", "stdin");
	comes_of(11, "-|s", "stdin");
	comes_of(11, "-u", "stdin");
}

static void test_names(void)
{
	comes_of(11, "--help|s", "prints");
	comes_of(11, "-h|s", "prints");
	comes_of(11, "-?|s", "prints");
	comes_of(11, "-V|-Z|s", "2 Unknown option: -Z");
	comes_of(11, "-VV|s", "prints");
	comes_of(11, "--version|s", "prints");
	comes_of(11, "-V|-c|1", "prints");
	comes_of(11, "--help-all|s", "prints");
	comes_of(11, "-b-help-env|s", "prints");
	comes_of(10, "--help-all|s", "2 unknown option --help-all");
	comes_of(11, "--foo|s", "2 unknown option --foo");
	comes_of(11, "-- u|s", "2 unknown option -- u");
	comes_of(11, "---|s", "2 unknown option ---");
	comes_of(11, "--check-hash-based-pycs|never|s", "runs s");
	comes_of(11, "--check-hash-based-pycs|default|s", "runs s");
	comes_of(11, "--check-hash-based-pycs|always|s", "runs s");
	comes_of(11, "--check-hash-based-pycs|s",
		 "2 --check-hash-based-pycs must be one of 'default', 'always', or 'never'");
	comes_of(11, "--check-hash-based-pycs",
		 "2 Argument expected for the --check-hash-based-pycs option");
	comes_of(11, "--check-hash-based-pycs always|s",
		 "2 unknown option --check-hash-based-pycs always");
}

static void test_programs(void)
{
	comes_of(11, "-c|1|s", "command 1");
	comes_of(11, "-c1|s", "command 1");
	comes_of(11, "-c", "2 Argument expected for the -c option");
	comes_of(11, "-c 1|s", "1 IndentationError: unexpected indent");
	comes_of(14, "-c 1|s", "command  1");
	comes_of(11, "-c # x|s", "command  # x");
	comes_of(11, "-c  |s", "command   ");
	comes_of(11, "-m|s", "module s");
	comes_of(11, "-mjson|s", "module json");
	comes_of(11, "-Sum|x.y-z2|-Z", "module x.y-z2 -S");
	comes_of(11, "-m|/s", "1 No module named /s");
	comes_of(11, "-m x|/s", "1 No module named  x");
	comes_of(11, "-m.x|/s", "1 No module named .x");
	comes_of(11, "-mx.|/s", "1 No module named x.");
	comes_of(11, "-mx\xc3\xa4|/s", "module x\xc3\xa4");
	comes_of(11, "-im|/s", "module /s -i");
	comes_of(11, "-c|/s", "1 SyntaxError: invalid syntax");
	comes_of(11, "-c|./s", "1 SyntaxError: invalid syntax");
	comes_of(11, "-c|../s", "1 SyntaxError: invalid syntax");
	comes_of(11, "-ic|/s", "command /s -i");
	comes_of(11, "-m", "2 Argument expected for the -m option");
	comes_of(11, "-W|s", "stdin");
	comes_of(11, "-Werror|s", "runs s");
	comes_of(11, "-W|error|s", "runs s");
	comes_of(11, "-W", "2 Argument expected for the -W option");
	comes_of(11, "-X|s|t", "runs t");
}

static void test_xoptions(void)
{
	comes_of(11, "-Xutf8|s", "runs s");
	comes_of(11, "-Xutf8=0|s", "runs s");
	comes_of(11, "-Xutf8=1|s", "runs s");
	comes_of(11, "-Xutf8=2|-Z|s", "1 invalid value of -X utf8=2");
	comes_of(11, "-Xutf8=|s", "1 invalid value of -X utf8=");
	comes_of(11, "-X utf8=2|s", "runs s");
	comes_of(11, "-Xutf8=1|-Xutf8=2|s", "runs s");
	comes_of(11, "--foo-Xutf8=2|s", "1 invalid value of -X utf8=2");
	comes_of(11, "-Xdev|s", "runs s");
	comes_of(11, "-Xtracemalloc|s", "runs s");
	comes_of(11, "-Xtracemalloc=|s", "runs s");
	comes_of(11, "-Xtracemalloc= +25|s", "runs s");
	comes_of(11, "-Xtracemalloc=-1|s", "1 invalid value of -X tracemalloc=-1");
	comes_of(11, "-Xtracemalloc=5x|s", "1 invalid value of -X tracemalloc=5x");
	comes_of(11, "-Xtracemalloc=65536|s", "1 invalid value of -X tracemalloc=65536");
	comes_of(11, "-Xtracemalloc=99999999999999999999|s",
		 "1 invalid value of -X tracemalloc=99999999999999999999");
	comes_of(11, "-Xtracemalloc=x|-Z|s", "2 Unknown option: -Z");
	comes_of(11, "-Xtracemalloc=x|-V|s", "prints");
	comes_of(11, "-Xint_max_str_digits|s", "1 invalid value of -X int_max_str_digits");
	comes_of(11, "-Xint_max_str_digits=639|s", "1 invalid value of -X int_max_str_digits=639");
	comes_of(11, "-Xint_max_str_digits=640|s", "runs s");
	comes_of(11, "-Xint_max_str_digits=0|s", "runs s");
	comes_of(11, "-Xint_max_str_digits=x|s", "1 invalid value of -X int_max_str_digits=x");
	comes_of(11, "-Xint_max_str_digits=2147483647|s", "runs s");
	comes_of(11, "-Xint_max_str_digits=2147483648|s",
		 "1 invalid value of -X int_max_str_digits=2147483648");
	comes_of(11, "-Xfrozen_modules|s", "runs s");
	comes_of(11, "-Xfrozen_modules=|s", "runs s");
	comes_of(11, "-Xfrozen_modules=on|s", "runs s");
	comes_of(11, "-Xfrozen_modules=off|s", "runs s");
	comes_of(11, "-Xfrozen_modules=x|s", "1 invalid value of -X frozen_modules=x");
	comes_of(12, "-Xcpu_count=0|s", "runs s");
	comes_of(13, "-Xcpu_count=0|s", "1 invalid value of -X cpu_count=0");
	comes_of(13, "-Xcpu_count=x|s", "1 invalid value of -X cpu_count=x");
	comes_of(13, "-Xcpu_count|s", "1 invalid value of -X cpu_count");
	comes_of(13, "-Xcpu_count=default|s", "runs s");
	comes_of(13, "-Xcpu_count=2|s", "runs s");
	comes_of(13, "-Xgil|s", "1 invalid value of -X gil");
	comes_of(13, "-Xgil=0|s", "1 invalid value of -X gil=0");
	comes_of(13, "-Xgil=1|s", "runs s");
	comes_of(13, "-Ximporttime=3|s", "runs s");
	comes_of(14, "-Ximporttime=3|s", "1 invalid value of -X importtime=3");
	comes_of(14, "-Ximporttime=-1|s", "1 invalid value of -X importtime=-1");
	comes_of(14, "-Ximporttime=x|s", "runs s");
	comes_of(14, "-Ximporttime=|s", "runs s");
	comes_of(14, "-Ximporttime|s", "runs s");
	comes_of(14, "-Ximporttime=2|s", "runs s");
	comes_of(0, "-Xthread_inherit_context|s", "1 invalid value of -X thread_inherit_context");
	comes_of(0, "-Xthread_inherit_context=2|s",
		 "1 invalid value of -X thread_inherit_context=2");
}

static void line_comes_to(const char *text, const char *wanted)
{
	struct shebang line = { .interp = "/usr/bin/python3", .has_arg = text[0] != '\0' };
	struct python_call call = { 0 };
	struct err err = { 0 };
	int r;

	(void)snprintf(line.arg, sizeof(line.arg), "%s", text);
	r = python_call_line(&line, &call, &err);
	CHECK_TEXT(r ? call.no_site ? "runs -S" : "runs" : err.text, wanted, text);
}

static void test_lines(void)
{
	line_comes_to("", "runs");
	line_comes_to("-Es", "runs");
	line_comes_to("-IS", "runs -S");
	line_comes_to("-E -s",
		      "python3 ends with status 2: Unknown option: -  (Hint: the kernel passes "
		      "'-E -s' as one word; #!/usr/bin/env -S python3 -E -s parts it)");
	line_comes_to("-u\r", "python3 ends with status 2: Unknown option: -\\x0d (Hint: the first "
			      "line ends in a carriage return: sed -i 's/\\r$//' it)");
	line_comes_to("-c", "python3 takes the script's path for what it is told to run (Hint: "
			    "let it begin with #!/usr/bin/python3)");
	line_comes_to("-m", "python3 takes the script's path for what it is told to run (Hint: "
			    "let it begin with #!/usr/bin/python3)");
	line_comes_to("-mpdb", "runs");
	line_comes_to("-cpass", "runs");
	line_comes_to("-m x",
		      "python3 ends with status 1: No module named  x (Hint: the kernel passes "
		      "'-m x' as one word; #!/usr/bin/env -S python3 -m x parts it)");
	line_comes_to("-", "python3 reads a program from standard input, never the script (Hint: "
			   "let it begin with #!/usr/bin/python3)");
	line_comes_to("-V", "python3 only tells of itself, and never runs the script (Hint: let "
			    "it begin with #!/usr/bin/python3)");
	line_comes_to("foo", "python3 takes 'foo' for the script (Hint: let it begin with "
			     "#!/usr/bin/python3)");
}

static void test_no_module(void)
{
	const char *words[] = { "python3", "-m", "", "s" };
	struct python_call call = { .words = words, .n = 4, .minor = 11 };
	struct err err = { 0 };

	CHECK(python_call_parse(&call, &err) == PYTHON_FAILS && call.status == 1,
	      "a module without a name");
	CHECK_TEXT(err.text, "No module named ", "it says so");
}

/* As env parts them. */
static void test_parted(void)
{
	struct shebang line = {
		.interp = "/usr/bin/python3", .has_arg = true, .arg = "-W\0error\0-S", .more = 2
	};
	struct python_call call = { 0 };
	struct err err = { 0 };

	CHECK(python_call_line(&line, &call, &err) == 1 && call.no_site, "three words");
	memcpy(line.arg, "-u\0x y", sizeof("-u\0x y"));
	line.more = 1;
	CHECK(python_call_line(&line, &call, &err) == 0, "a script's name");
	CHECK_TEXT(err.text,
		   "python3 takes 'x y' for the script (Hint: let it begin with "
		   "#!/usr/bin/python3)",
		   "a script's name");
	line = (struct shebang){ .has_arg = true, .more = SHEBANG_READ };
	CHECK(python_call_line(&line, &call, &err) == 0 && call.script == 1 &&
		      call.n == SHEBANG_READ + 1,
	      "no more words than a line has room for");
}

int main(void)
{
	test_letters();
	test_names();
	test_programs();
	test_xoptions();
	test_lines();
	test_no_module();
	test_parted();
	return done();
}
