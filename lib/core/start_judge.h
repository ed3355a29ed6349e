/* SPDX-License-Identifier: MIT */
/* Whether a start of Python may come from an image, and of which kind: judged by its words, its
 * environment and what the kernel told it. Pure: what else must be asked is named in the verdict.
 */
#ifndef BUSYPY_CORE_START_JUDGE_H
#define BUSYPY_CORE_START_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct start_baked;

/* Why a start is plain. start_doubt_text() has the words. */
enum start_doubt {
	START_SURE, /* none */
	START_NOT_BAKED,
	START_PROGRAM,
	START_OPTION,
	START_NO_SCRIPT,
	START_LOADER_VARIABLE,
	START_MALLOC_VARIABLE,
	START_PYTHON_VARIABLE,
	START_KEPT_VARIABLE,
	START_LOCALE_PATH,
	START_LOCALE,
	START_HOME,
	START_SECURE,
	START_OWNERS,
	START_SEARCH_PATH,
	START_USER_SITE,
	START_STACK,
	START_STREAM,
	START_NO_IMAGE,
	START_BAD_IMAGE,
	START_OTHER_VERSION,
	START_OTHER_KERNEL,
	START_OTHER_PROCESSOR,
	START_OTHER_VDSO,
	START_OTHER_AUXV,
	START_FILE_CHANGED,
	START_COERCED,
	START_ADDRESS_TAKEN,
	START_THREAD,
	START_DOUBTS
};

/* A kind of image: a locale and flags. */
enum start_kind {
	START_LOCALE_UTF8 = 0,	  /* C.UTF-8 */
	START_LOCALE_C = 1,	  /* C, POSIX, or none: Python makes it C.UTF-8 itself */
	START_LOCALE_MACHINE = 2, /* start_baked.locale */
	START_LOCALE_ALL_C = 3,	  /* C or POSIX by LC_ALL, which Python does not change */
	START_LOCALE_MASK = 3,
	START_UNBUFFERED = 1 << 2,
	START_NO_BYTECODE = 1 << 3,
	START_NO_USER_SITE = 1 << 4,
	START_ISOLATED = 1 << 5, /* implies START_NO_USER_SITE, which is then not set */
	START_KINDS = 1 << 6
};

struct start_aux {
	uint64_t type, value;
};

struct start_request {
	char *const *argv;
	char *const *envp;
	const struct start_aux *auxv; /* ends with type 0 */
};

struct start_verdict {
	enum start_doubt doubt; /* all else is meant only with START_SURE */
	uint32_t kind;
	uint32_t script;   /* argv[script] */
	bool overrides;	   /* LC_ALL says the locale: Python then changes no LC_CTYPE */
	const char *home;  /* HOME; its packages must not be there but with START_NO_USER_SITE or
			    * START_ISOLATED */
	const char *paths; /* PATH, if argv[0] is a bare name that must be found there; else NULL */
};

void start_judge(const struct start_request *request, const struct start_baked *baked,
		 struct start_verdict *ret);

/* Adds the flags of an option's letters, "uB" of -uB, to a kind; false: one has no image. */
bool start_kind_add(const char *letters, uint32_t *kind);

/* The value of that type, or otherwise. */
uint64_t start_aux(const struct start_aux *auxv, uint64_t type, uint64_t otherwise);

/* A short sentence without newline, "?" for what is no doubt. */
const char *start_doubt_text(enum start_doubt doubt);

/* How the maker of that kind is started: {program, options, START_PLACEHOLDER, NULL}, and the
 * locale's line of the environment, "" for none. Beside it PATH=/usr/bin:/bin, HOME=/nonexistent.
 * -EINVAL for what is no kind, or one of a locale that is not known. */
enum { START_ARGV_MAX = 8, START_LINE_SIZE = 48 };
#define START_PLACEHOLDER "/busypy-start"

struct start_words {
	const char *argv[START_ARGV_MAX];
	char locale[START_LINE_SIZE];
};

int start_kind_words(uint32_t kind, const struct start_baked *baked, struct start_words *ret);

#endif
