/* SPDX-License-Identifier: MIT */
/* Which starts of Python may come from an image: each rule by which one is plain. */
#include "core/start_judge.h"

#include <elf.h>
#include <errno.h>

#include "core/start_baked.h"

#include "check.h"

static struct start_baked baked = {
	.magic = START_BAKED_MAGIC_A START_BAKED_MAGIC_B,
	.size = sizeof(baked),
	.version = START_BAKED_VERSION,
	.serials = 2,
	.folder = "/var/cache/busypy/start/k",
	.interpreter = "/usr/bin/python3.11",
	.program = "/usr/bin/python3",
	.locale = "de_DE.UTF-8",
};

static const struct start_aux usual[] = { { AT_SECURE, 0 }, { AT_UID, 5 },  { AT_EUID, 5 },
					  { AT_GID, 6 },    { AT_EGID, 6 }, { AT_NULL, 0 } };

static struct start_verdict judge(char *const *argv, char *const *envp)
{
	const struct start_request request = { argv, envp, usual };
	struct start_verdict verdict;

	start_judge(&request, &baked, &verdict);
	return verdict;
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })
#define TOOL WORDS("/usr/bin/python3", "/bin/tool", "-x")
#define HOME "HOME=/root"
#define UTF8 "LANG=C.UTF-8"

static enum start_doubt by_words(char *const *argv)
{
	return judge(argv, WORDS(HOME, UTF8)).doubt;
}

static enum start_doubt with(char *variable)
{
	return judge(TOOL, WORDS(HOME, UTF8, variable)).doubt;
}

static uint32_t kind(char *const *argv, char *const *envp)
{
	struct start_verdict verdict = judge(argv, envp);

	return verdict.doubt == START_SURE ? verdict.kind : START_KINDS;
}

static uint32_t kind_by(char *variable)
{
	return kind(TOOL, WORDS(HOME, UTF8, variable));
}

static void check_names(void)
{
	struct start_verdict verdict = judge(WORDS("python3", "t"), WORDS(HOME, "PATH=/a:/b"));

	CHECK(by_words(TOOL) == START_SURE, "a tool as the loader starts it");
	CHECK(by_words(WORDS("/usr/bin/python3.11", "t")) == START_SURE, "another name beside it");
	CHECK(by_words(WORDS("/usr/bin/perl", "t")) == START_PROGRAM, "no Python's name");
	CHECK(by_words(WORDS("/opt/bin/python3", "t")) == START_PROGRAM, "another folder");
	CHECK(by_words(WORDS("/usr/bin/../bin/python3", "t")) == START_PROGRAM, "by a detour");
	CHECK(by_words(WORDS("python3.11", "t")) == START_PROGRAM, "another bare name");
	CHECK(verdict.doubt == START_SURE && verdict.paths && strcmp(verdict.paths, "/a:/b") == 0,
	      "a bare name is to be looked for");
	CHECK(judge(WORDS("python3", "t"), WORDS(HOME)).doubt == START_SEARCH_PATH,
	      "and cannot be without PATH");
	CHECK(!judge(TOOL, WORDS(HOME, "PATH=/a")).paths, "a path is not looked for");
	CHECK(judge((char *[]){ NULL }, WORDS(HOME)).doubt == START_PROGRAM, "no words at all");
}

static void check_options(void)
{
	CHECK(judge(TOOL, WORDS(HOME, UTF8)).script == 1, "where the script is");
	CHECK(judge(WORDS("/usr/bin/python3", "-u", "-Bs", "t"), WORDS(HOME)).script == 3,
	      "after options");
	CHECK(kind(WORDS("/usr/bin/python3", "-u", "-Bs", "t"), WORDS(HOME, UTF8)) ==
		      (START_UNBUFFERED | START_NO_BYTECODE | START_NO_USER_SITE),
	      "options that images have");
	CHECK(kind(WORDS("/usr/bin/python3", "-sI", "t"), WORDS(HOME, UTF8)) == START_ISOLATED,
	      "-I implies -s");
	CHECK(by_words(WORDS("/usr/bin/python3", "-E", "t")) == START_OPTION, "-E");
	CHECK(by_words(WORDS("/usr/bin/python3", "-uO", "t")) == START_OPTION, "-O among letters");
	CHECK(by_words(WORDS("/usr/bin/python3", "-X", "dev", "t")) == START_OPTION, "-X");
	CHECK(by_words(WORDS("/usr/bin/python3", "-c", "pass")) == START_OPTION, "-c");
	CHECK(by_words(WORDS("/usr/bin/python3", "--", "t")) == START_OPTION, "two dashes");
	CHECK(by_words(WORDS("/usr/bin/python3", "-")) == START_NO_SCRIPT, "standard input");
	CHECK(by_words(WORDS("/usr/bin/python3")) == START_NO_SCRIPT, "a prompt");
	CHECK(by_words(WORDS("/usr/bin/python3", "-u")) == START_NO_SCRIPT, "an option alone");
	CHECK(by_words(WORDS("/usr/bin/python3", "")) == START_NO_SCRIPT, "an empty name");
}

static void check_variables(void)
{
	CHECK(with("LD_BIND_NOW=1") == START_LOADER_VARIABLE, "any that ld.so reads");
	CHECK(with("GLIBC_TUNABLES=x") == START_MALLOC_VARIABLE, "tunables");
	CHECK(with("MALLOC_ARENA_MAX=1") == START_MALLOC_VARIABLE, "malloc's");
	CHECK(with("LOCPATH=/x") == START_LOCALE_PATH && with("GCONV_PATH=/x") == START_LOCALE_PATH,
	      "where locales and conversions are");
	CHECK(with("PYTHONPATH=/x") == START_PYTHON_VARIABLE, "PYTHONPATH");
	CHECK(with("PYTHON_COLORS=0") == START_PYTHON_VARIABLE, "one that is not known yet");
	CHECK(with("PYTHONHASHSEED=") == START_PYTHON_VARIABLE, "even an empty one");
	CHECK(with("BUSYPY_KEPT_LD_PRELOAD=x") == START_KEPT_VARIABLE, "what the loader put aside");
	CHECK(with("PYTHO=x") == START_SURE && with("LDX=1") == START_SURE &&
		      with("=") == START_SURE && with("") == START_SURE,
	      "any other");
	CHECK(kind_by("PYTHONUNBUFFERED=1") == START_UNBUFFERED, "PYTHONUNBUFFERED");
	CHECK(kind_by("PYTHONDONTWRITEBYTECODE=yes") == START_NO_BYTECODE, "any text is yes");
	CHECK(kind_by("PYTHONNOUSERSITE=busypy") == START_NO_USER_SITE, "as the loader sets it");
	CHECK(kind_by("PYTHONNOUSERSITE=") == 0, "an empty one is none");
	CHECK(with("PYTHONNOUSERSITE=0") == START_PYTHON_VARIABLE &&
		      with("PYTHONUNBUFFERED=2") == START_PYTHON_VARIABLE &&
		      with("PYTHONUNBUFFERED= 1") == START_PYTHON_VARIABLE,
	      "other numbers are not worth it");
	CHECK(kind(WORDS("/usr/bin/python3", "-I", "t"),
		   WORDS(HOME, UTF8, "PYTHONPATH=/x", "PYTHONUNBUFFERED=1")) == START_ISOLATED,
	      "with -I none counts");
	CHECK(judge(WORDS("/usr/bin/python3", "-I", "t"), WORDS(HOME, "LD_PRELOAD=x")).doubt ==
		      START_LOADER_VARIABLE,
	      "but ld.so's do");
}

static void check_locales(void)
{
	CHECK(kind(TOOL, WORDS(HOME)) == START_LOCALE_C, "none is C");
	CHECK(kind(TOOL, WORDS(HOME, "LANG=POSIX")) == START_LOCALE_C, "POSIX is");
	CHECK(kind(TOOL, WORDS(HOME, "LC_ALL=C", UTF8)) == START_LOCALE_ALL_C, "LC_ALL is first");
	CHECK(judge(TOOL, WORDS(HOME, "LC_ALL=C")).overrides, "and is told");
	CHECK(!judge(TOOL, WORDS(HOME, "LC_ALL=", UTF8)).overrides, "not an empty one");
	CHECK(kind(TOOL, WORDS(HOME, "LC_ALL=", "LC_CTYPE=C.UTF-8", "LANG=x")) == START_LOCALE_UTF8,
	      "then LC_CTYPE");
	CHECK(kind(TOOL, WORDS(HOME, "LANG=de_DE.UTF-8")) == START_LOCALE_MACHINE, "the machine's");
	CHECK(kind(TOOL, WORDS(HOME, UTF8, "LANG=x")) == START_LOCALE_UTF8, "the first counts");
	CHECK(judge(TOOL, WORDS(HOME, "LANG=fr_FR")).doubt == START_LOCALE, "another");
	CHECK(kind(TOOL, WORDS(HOME, UTF8, "LC_TIME=fr_FR")) == START_LOCALE_UTF8,
	      "what Python does not set");
	baked.locale[0] = '\0';
	CHECK(judge(TOOL, WORDS(HOME, "LANG=de_DE.UTF-8")).doubt == START_LOCALE,
	      "a machine without one");
	(void)memcpy(baked.locale, "de", 2);
}

static void check_owners(void)
{
	const struct start_aux secure[] = { { AT_SECURE, 1 }, { AT_NULL, 0 } },
			       silent[] = { { AT_NULL, 0 } },
			       set_user[] = { { AT_SECURE, 0 }, { AT_UID, 1 },	{ AT_EUID, 2 },
					      { AT_GID, 6 },	{ AT_EGID, 6 }, { AT_NULL, 0 } },
			       set_group[] = { { AT_SECURE, 0 }, { AT_UID, 1 },	 { AT_EUID, 1 },
					       { AT_GID, 6 },	 { AT_EGID, 7 }, { AT_NULL, 0 } };
	const struct start_aux *const all[] = { secure, silent, set_user, set_group };
	const enum start_doubt wanted[] = { START_SECURE, START_SECURE, START_OWNERS,
					    START_OWNERS };

	for (size_t i = 0; i < 4; i++) {
		const struct start_request request = { TOOL, WORDS(HOME, UTF8), all[i] };
		struct start_verdict verdict;

		start_judge(&request, &baked, &verdict);
		CHECK(verdict.doubt == wanted[i], start_doubt_text(wanted[i]));
	}
	CHECK(judge(TOOL, WORDS(UTF8)).doubt == START_HOME, "no HOME");
	CHECK(judge(TOOL, WORDS("HOME=x", UTF8)).doubt == START_HOME, "a relative one");
	CHECK(strcmp(judge(TOOL, WORDS("HOME=/a", "HOME=/b")).home, "/a") == 0, "the first HOME");
}

static bool makes(uint32_t of, const char *wanted)
{
	struct start_words words;
	char all[256] = "";

	if (start_kind_words(of, &baked, &words) < 0)
		return !wanted;
	(void)strcat(all, words.locale);
	for (size_t i = 0; words.argv[i]; i++)
		(void)strcat(strcat(all, " "), words.argv[i]);
	return wanted && strcmp(all, wanted) == 0;
}

static void check_maker(void)
{
	CHECK(makes(START_NO_USER_SITE, "LANG=C.UTF-8 /usr/bin/python3 -s " START_PLACEHOLDER),
	      "how the usual kind is made");
	CHECK(makes(START_LOCALE_C, " /usr/bin/python3 " START_PLACEHOLDER), "C has no line");
	CHECK(makes(START_UNBUFFERED | START_NO_BYTECODE | START_ISOLATED,
		    "LANG=C.UTF-8 /usr/bin/python3 -u -B -I " START_PLACEHOLDER),
	      "each option");
	CHECK(makes(START_LOCALE_MACHINE, "LANG=de_DE.UTF-8 /usr/bin/python3 " START_PLACEHOLDER),
	      "the machine's locale");
	CHECK(makes(START_LOCALE_ALL_C, "LC_ALL=C /usr/bin/python3 " START_PLACEHOLDER),
	      "C by LC_ALL");
	CHECK(makes(START_KINDS, NULL) && makes(START_ISOLATED | START_NO_USER_SITE, NULL),
	      "what is no kind");
	baked.locale[0] = '\0';
	CHECK(makes(START_LOCALE_MACHINE, NULL), "no locale to make it for");
}

static void check_baked(void)
{
	const struct start_baked whole = baked;
	char program[2 * sizeof(baked) + 64] = "";

	(void)memcpy(program + 8, &baked, sizeof(baked));
	CHECK(start_baked_find(program, sizeof(program)) == (void *)(program + 8), "found");
	CHECK(!start_baked_find(program, sizeof(baked) + 7), "not one that is cut");
	CHECK(!start_baked_find(program, 4), "nor in less");
	(void)memcpy(program + 16 + sizeof(baked), &baked, 16);
	CHECK(!start_baked_find(program, sizeof(program)), "nor one of two");
	CHECK(start_baked_valid(&baked), "filled in");
	baked.serials = 0;
	CHECK(judge(TOOL, WORDS(HOME)).doubt == START_NOT_BAKED, "as built");
	baked = whole;
	baked.folder[0] = 'x';
	CHECK(!start_baked_valid(&baked), "a relative folder");
	baked = whole;
	(void)memset(baked.id, 'x', sizeof(baked.id));
	CHECK(!start_baked_valid(&baked), "a text without end");
	baked = whole;
	baked.version++;
	CHECK(!start_baked_valid(&baked), "another version");
	baked = whole;
}

int main(void)
{
	check_names();
	check_options();
	check_variables();
	check_locales();
	check_owners();
	check_baked();
	check_maker();
	for (unsigned i = 0; i < START_DOUBTS; i++)
		CHECK(strlen(start_doubt_text(i)) > 5, "each doubt has its words");
	CHECK_TEXT(start_doubt_text(START_DOUBTS), "?", "but no other number");
	return done();
}
