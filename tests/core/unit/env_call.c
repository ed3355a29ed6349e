/* SPDX-License-Identifier: MIT */
/* env's options, as they are given in first lines. */
#include "core/env_call.h"

#include "core/env_line.h"
#include "core/err.h"
#include "check.h"

/* What becomes of the words after "env", parted by '|': the program's place among them and what
 * else is to be seen, or env's own reason. */
static void comes_to(const char *words, const char *wanted, const char *what)
{
	static struct env_call call;
	char copy[256], shown[ERR_TEXT_MAX];
	struct err err = { 0 };
	enum env_end end;

	memset(&call, 0, sizeof(call));
	call.path = "/caller";
	call.words[call.n++] = "env";
	(void)snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok(copy, "|"); word; word = strtok(NULL, "|"))
		call.words[call.n++] = word;
	end = env_call_parse(&call, NULL, &err);
	if (end == ENV_RUNS)
		(void)snprintf(shown, sizeof(shown), "%s of %zu, path %s%s%s%s",
			       call.words[call.program], call.n, call.path ? call.path : "none",
			       call.directory ? ", in " : "", call.directory ? call.directory : "",
			       call.ignores ? ", ignores" : "");
	else
		(void)snprintf(shown, sizeof(shown), "%s",
			       end == ENV_FAILS	   ? err.text
			       : end == ENV_PRINTS ? "prints"
						   : "unknown");
	CHECK_TEXT(shown, wanted, what);
}

static void test_letters(void)
{
	comes_to("python3|/s", "python3 of 3, path /caller", "a program");
	comes_to("python3 -u|/s", "python3 -u of 3, path /caller", "a name with a blank");
	comes_to("-i|/s", "/s of 3, path none, ignores", "no environment");
	comes_to("-|/s", "/s of 3, path none, ignores", "a dash is -i");
	comes_to("-iv|/s", "/s of 3, path none, ignores", "letters together");
	comes_to("-uX|/s", "/s of 3, path /caller", "a variable less");
	comes_to("-u|PATH|/s", "/s of 4, path none", "PATH less");
	comes_to("-u|/s", "prints", "the script is the variable's name");
	comes_to("-u|PATH|-u|X|/s", "/s of 6, path none", "and another");
	comes_to("-S -u ''", "cannot unset ''", "no name at all");
	comes_to("-u", "option requires an argument -- 'u'", "no name");
	comes_to("-uA=B|/s", "cannot unset 'A=B'", "no name of a variable");
	comes_to("-C/d|/s", "/s of 3, path /caller, in /d", "another directory");
	comes_to("-C|/s", "must specify command with --chdir (-C)", "and no program");
	comes_to("-0|/s", "cannot specify --null (-0) with command", "-0 is for printing");
	comes_to("-x|/s", "invalid option -- 'x'", "no option");
	comes_to("-i -u|/s", "invalid option -- ' '", "options of a first line without -S");
	comes_to("-a|x|/s", "unknown", "of a later env");
	comes_to("--|-x|/s", "-x of 4, path /caller", "two dashes end the options");
}

static void test_names(void)
{
	comes_to("--ignore-environment|/s", "/s of 3, path none, ignores", "a long name");
	comes_to("--unset=PATH|/s", "/s of 3, path none", "with its value");
	comes_to("--chdir|/d|/s", "/s of 4, path /caller, in /d", "or behind it");
	comes_to("--un", "option requires an argument: 'unset'", "or without");
	comes_to("--debug|--null", "prints", "two of them");
	comes_to("--debug=1|/s", "option takes no argument: 'debug'", "a value too many");
	comes_to("--split=a -i|/s", "a of 4, path /caller", "shortened");
	comes_to("--u=X|/s", "unknown", "too short to be sure");
	comes_to("--block-signal|/s", "unknown", "what no first line has");
}

static void test_split(void)
{
	comes_to("-S python3 -u|/s", "python3 of 4, path /caller", "words");
	comes_to("-vSpython3|/s", "python3 of 3, path /caller", "behind another letter");
	comes_to("-S -i -S 'a b'|/s", "a of 4, path none, ignores", "options, even another -S");
	comes_to("-S PATH=/p A=1 x|/s", "x of 5, path /p", "variables");
	comes_to("-S -i PATH=/p x|/s", "x of 5, path /p, ignores", "and none besides");
	comes_to("-S|/s", "/s of 2, path /caller", "the next word is the text");
	comes_to("-S 'x|/s", "no terminating quote in -S string", "a text that is none");
	comes_to("-S =x a|/s", "a of 4, path /caller", "a variable without a name");
	comes_to("-S a=b", "prints", "no program");
}

int main(void)
{
	static struct env_call call;
	char many[2 * ENV_WORDS_MAX + 1], large[ENV_TEXT_MAX + 8];

	test_letters();
	test_names();
	test_split();
	for (size_t i = 0; i < sizeof(many) - 1; i++)
		many[i] = i % 2 ? ' ' : 'x';
	many[sizeof(many) - 1] = '\0';
	call = (struct env_call){ .words = { "env", "-S", many }, .n = 3 };
	CHECK(env_call_parse(&call, NULL, NULL) == ENV_UNKNOWN, "too many words");
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	call = (struct env_call){ .words = { "env", "-S", large }, .n = 3 };
	CHECK(env_call_parse(&call, NULL, NULL) == ENV_UNKNOWN, "too long ones");
	return done();
}
