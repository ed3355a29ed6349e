/* SPDX-License-Identifier: MIT */
/* The rules by which a start of Python may come from an image. What CPython looks at before it runs
 * a script is in Python/preconfig.c, Python/initconfig.c, Modules/getpath.py and Lib/site.py. */
#include "core/start_judge.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "core/scrub.h"
#include "core/start_baked.h"
#include "core/str.h"

static const char *const doubts[START_DOUBTS] = {
	[START_SURE] = "from an image",
	[START_NOT_BAKED] = "the restorer was not told where images are",
	[START_PROGRAM] = "it is called by another name than the image's Python",
	[START_OPTION] = "an option that no image has",
	[START_NO_SCRIPT] = "there is no script",
	[START_LOADER_VARIABLE] = "a variable changes what ld.so does",
	[START_MALLOC_VARIABLE] = "a variable changes what malloc does",
	[START_PYTHON_VARIABLE] = "a PYTHON variable that no image has",
	[START_KEPT_VARIABLE] = "a variable of the caller was put aside",
	[START_LOCALE_PATH] = "a variable changes where locales are",
	[START_LOCALE] = "a locale that no image has",
	[START_HOME] = "HOME is not an absolute path",
	[START_SECURE] = "the kernel asks for a secure start",
	[START_OWNERS] = "real and effective user or group differ",
	[START_SEARCH_PATH] = "PATH leads to another Python first",
	[START_USER_SITE] = "the user has packages of his own",
	[START_STACK] = "the stack may grow to where the image lies",
	[START_STREAM] = "a standard stream is a directory",
	[START_NO_IMAGE] = "there is no such image",
	[START_BAD_IMAGE] = "the image is damaged",
	[START_OTHER_VERSION] = "the image is of another version of the tree",
	[START_OTHER_KERNEL] = "the image was made under another kernel",
	[START_OTHER_PROCESSOR] = "the image was made on another processor",
	[START_OTHER_VDSO] = "the image was made with another vdso",
	[START_OTHER_AUXV] = "the kernel describes the machine otherwise than to the image",
	[START_FILE_CHANGED] = "a file that the image was made of has changed",
	[START_COERCED] = "LC_ALL keeps Python from changing LC_CTYPE",
	[START_ADDRESS_TAKEN] = "an address of the image is taken",
	[START_THREAD] = "the kernel refused what a thread needs",
};

const char *start_doubt_text(enum start_doubt doubt)
{
	return (unsigned)doubt < START_DOUBTS ? doubts[doubt] : "?";
}

uint64_t start_aux(const struct start_aux *auxv, uint64_t type, uint64_t otherwise)
{
	for (; auxv->type != AT_NULL; auxv++) {
		if (auxv->type == type)
			return auxv->value;
	}
	return otherwise;
}

/* -- words ---------------------------------------------------------------------------------- */

/* Python finds itself by argv[0]: in the same folder it finds the same. */
static enum start_doubt judge_program(const char *name, const struct start_baked *baked,
				      bool *ret_bare)
{
	const char *base = path_base(name);
	size_t n = (size_t)(path_base(baked->program) - baked->program);

	*ret_bare = base == name;
	if (*ret_bare)
		return str_eq(name, path_base(baked->program)) ? START_SURE : START_PROGRAM;
	if ((size_t)(base - name) != n || memcmp(name, baked->program, n) != 0)
		return START_PROGRAM;
	return str_starts(base, "python") ? START_SURE : START_PROGRAM;
}

/* The options that there are images for. */
static const struct {
	char word[3];
	uint32_t flag;
} options[] = {
	{ "-u", START_UNBUFFERED },
	{ "-B", START_NO_BYTECODE },
	{ "-s", START_NO_USER_SITE },
	{ "-I", START_ISOLATED },
};

enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static uint32_t flag_of(char letter)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (options[i].word[1] == letter)
			return options[i].flag;
	}
	return 0;
}

bool start_kind_add(const char *letters, uint32_t *kind)
{
	for (; *letters; letters++) {
		uint32_t flag = flag_of(*letters);

		if (!flag)
			return false;
		*kind |= flag;
	}
	return true;
}

static enum start_doubt judge_words(char *const *argv, struct start_verdict *verdict)
{
	uint32_t at = 1;

	for (; argv[at] && argv[at][0] == '-'; at++) {
		if (!argv[at][1])
			return START_NO_SCRIPT; /* it is read from standard input */
		if (!start_kind_add(argv[at] + 1, &verdict->kind))
			return START_OPTION;
	}
	if (!argv[at] || !argv[at][0])
		return START_NO_SCRIPT;
	verdict->script = at;
	return START_SURE;
}

/* -- environment ---------------------------------------------------------------------------- */

/* The first of each name counts, as for getenv(3) and for os.environ. */
struct seen {
	const char *home, *paths, *all, *ctype, *lang;
	const char *unbuffered, *no_bytecode, *no_user_site;
};

static bool take(const char *variable, const char *prefix, const char **value)
{
	if (!str_starts(variable, prefix))
		return false;
	if (!*value)
		*value = variable + strlen(prefix);
	return true;
}

/* With -I none of them counts. */
static enum start_doubt see_python(const char *variable, bool isolated, struct seen *seen)
{
	if (isolated || !str_starts(variable, "PYTHON") ||
	    take(variable, "PYTHONUNBUFFERED=", &seen->unbuffered) ||
	    take(variable, "PYTHONDONTWRITEBYTECODE=", &seen->no_bytecode) ||
	    take(variable, "PYTHONNOUSERSITE=", &seen->no_user_site))
		return START_SURE;
	return START_PYTHON_VARIABLE;
}

static enum start_doubt see(const char *variable, bool isolated, struct seen *seen)
{
	switch (variable[0]) {
	case 'B':
		return scrub_forged(variable) ? START_KEPT_VARIABLE : START_SURE;
	case 'G':
		if (str_starts(variable, "GLIBC_TUNABLES="))
			return START_MALLOC_VARIABLE;
		return str_starts(variable, "GCONV_PATH=") ? START_LOCALE_PATH : START_SURE;
	case 'H':
		(void)take(variable, "HOME=", &seen->home);
		return START_SURE;
	case 'L':
		if (str_starts(variable, "LD_"))
			return START_LOADER_VARIABLE;
		if (str_starts(variable, "LOCPATH="))
			return START_LOCALE_PATH;
		(void)take(variable, "LC_ALL=", &seen->all);
		(void)take(variable, "LC_CTYPE=", &seen->ctype);
		(void)take(variable, "LANG=", &seen->lang);
		return START_SURE;
	case 'M':
		return str_starts(variable, "MALLOC_") ? START_MALLOC_VARIABLE : START_SURE;
	case 'P':
		(void)take(variable, "PATH=", &seen->paths);
		return see_python(variable, isolated, seen);
	default:
		return START_SURE;
	}
}

/* A number is one, and 0 is no; any other text is yes (Python/preconfig.c, _Py_get_env_flag). What
 * is neither 1 nor begins with a letter is not worth the question. */
static enum start_doubt judge_flag(const char *value, uint32_t flag, uint32_t *kind)
{
	char first = value && *value ? *value : '\0';

	if (!first)
		return START_SURE;
	if (!str_eq(value, "1") && !(first >= 'a' && first <= 'z') &&
	    !(first >= 'A' && first <= 'Z'))
		return START_PYTHON_VARIABLE;
	*kind |= flag;
	return START_SURE;
}

static enum start_doubt judge_flags(const struct seen *seen, uint32_t *kind)
{
	enum start_doubt doubt = judge_flag(seen->unbuffered, START_UNBUFFERED, kind);

	if (doubt == START_SURE)
		doubt = judge_flag(seen->no_bytecode, START_NO_BYTECODE, kind);
	if (doubt == START_SURE)
		doubt = judge_flag(seen->no_user_site, START_NO_USER_SITE, kind);
	if (*kind & START_ISOLATED)
		*kind &= ~(uint32_t)START_NO_USER_SITE;
	return doubt;
}

static bool given(const char *value)
{
	return value && *value;
}

static enum start_doubt judge_locale(const struct seen *seen, const struct start_baked *baked,
				     struct start_verdict *verdict)
{
	const char *name = given(seen->all)	? seen->all
			   : given(seen->ctype) ? seen->ctype
			   : given(seen->lang)	? seen->lang
						: "C";

	verdict->overrides = given(seen->all);
	if (str_eq(name, "C.UTF-8"))
		verdict->kind |= START_LOCALE_UTF8;
	else if (str_eq(name, "C") || str_eq(name, "POSIX"))
		verdict->kind |= verdict->overrides ? START_LOCALE_ALL_C : START_LOCALE_C;
	else if (baked->locale[0] && str_eq(name, baked->locale))
		verdict->kind |= START_LOCALE_MACHINE;
	else
		return START_LOCALE;
	return START_SURE;
}

static enum start_doubt judge_environment(char *const *envp, const struct start_baked *baked,
					  struct start_verdict *verdict)
{
	struct seen seen = { 0 };
	enum start_doubt doubt = START_SURE;

	for (; *envp && doubt == START_SURE; envp++)
		doubt = see(*envp, verdict->kind & START_ISOLATED, &seen);
	if (doubt == START_SURE)
		doubt = judge_flags(&seen, &verdict->kind);
	if (doubt == START_SURE)
		doubt = judge_locale(&seen, baked, verdict);
	if (doubt == START_SURE && (!seen.home || seen.home[0] != '/'))
		doubt = START_HOME;
	verdict->home = seen.home;
	verdict->paths = seen.paths;
	return doubt;
}

static enum start_doubt judge_owners(const struct start_aux *auxv)
{
	if (start_aux(auxv, AT_SECURE, 1))
		return START_SECURE;
	/* Python asks for both before it looks into the user's packages */
	if (start_aux(auxv, AT_UID, 0) != start_aux(auxv, AT_EUID, 1) ||
	    start_aux(auxv, AT_GID, 0) != start_aux(auxv, AT_EGID, 1))
		return START_OWNERS;
	return START_SURE;
}

void start_judge(const struct start_request *request, const struct start_baked *baked,
		 struct start_verdict *ret)
{
	struct start_verdict verdict = { 0 };
	bool bare = false;

	*ret = verdict;
	if (!start_baked_valid(baked))
		ret->doubt = START_NOT_BAKED;
	else if (!request->argv[0])
		ret->doubt = START_PROGRAM;
	if (ret->doubt != START_SURE)
		return;
	verdict.doubt = judge_program(request->argv[0], baked, &bare);
	if (verdict.doubt == START_SURE)
		verdict.doubt = judge_owners(request->auxv);
	if (verdict.doubt == START_SURE)
		verdict.doubt = judge_words(request->argv, &verdict);
	if (verdict.doubt == START_SURE)
		verdict.doubt = judge_environment(request->envp, baked, &verdict);
	if (verdict.doubt == START_SURE && bare && !verdict.paths)
		verdict.doubt = START_SEARCH_PATH;
	if (!bare)
		verdict.paths = NULL;
	*ret = verdict;
}

/* -- the maker ------------------------------------------------------------------------------ */

static int put_locale(uint32_t locale, const struct start_baked *baked, struct text *line)
{
	if (locale == START_LOCALE_C)
		return 0;
	if (locale == START_LOCALE_MACHINE && !baked->locale[0])
		return -EINVAL;
	text_add(line, locale == START_LOCALE_ALL_C ? "LC_ALL=" : "LANG=");
	text_add(line, locale == START_LOCALE_UTF8    ? "C.UTF-8"
		       : locale == START_LOCALE_ALL_C ? "C"
						      : baked->locale);
	return text_check(line);
}

int start_kind_words(uint32_t kind, const struct start_baked *baked, struct start_words *ret)
{
	struct start_words words = { .argv = { baked->program } };
	struct text line;
	size_t n = 1;
	int r;

	text_init(&line, words.locale, sizeof(words.locale));
	r = put_locale(kind & START_LOCALE_MASK, baked, &line);
	if (r < 0 || kind >= START_KINDS || (kind & START_ISOLATED && kind & START_NO_USER_SITE))
		return -EINVAL;
	for (size_t i = 0; i < OPTIONS; i++) {
		if (kind & options[i].flag)
			words.argv[n++] = options[i].word;
	}
	words.argv[n] = START_PLACEHOLDER;
	*ret = words;
	return 0;
}
