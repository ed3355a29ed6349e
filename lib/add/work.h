/* SPDX-License-Identifier: MIT */
/* What the parts of `busypy add` share: the work in progress. Only for lib/add/add*.c. */
#ifndef BUSYPY_ADD_WORK_H
#define BUSYPY_ADD_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct add_items;
struct add_request;
struct arch;
struct debian;
struct err;
struct manifest;
struct needed;
struct package;
struct source;
struct runtime_info;
struct sysroot;
struct transaction;

enum { ADD_RUNTIMES_MAX = 16 };

/* A runtime of the tree, and what comes into it. */
struct add_runtime {
	bool wanted;	       /* packages are for it */
	struct source *source; /* Debian's packages, extracted; else empty */
	struct manifest *manifest;
	struct needed *libs;
	char usr[PATH_SIZE], clib[PATH_SIZE]; /* under construction */
};

struct add {
	const struct add_request *request;
	char tree[PATH_SIZE];
	char build[PATH_SIZE]; /* becomes part of the tree */
	struct transaction *transaction;
	struct runtime_info *staged; /* all runtimes of the tree that are sound */
	struct add_runtime *runtimes;
	size_t n_runtimes;
	struct sysroot *host; /* "/": where files of the command line are */
	/* what was asked of Debian, for each runtime that is wanted */
	struct debian *debian;
	const struct arch *arches[ADD_RUNTIMES_MAX];
	const char *suites[ADD_RUNTIMES_MAX];
	char *installed[ADD_RUNTIMES_MAX]; /* on the heap */
	size_t n_arches;
	struct add_items *items;
};

/* Notes that the file or directory source goes to "to"; all strings are copied. */
int add_item_note(struct add *add, const char *to, const char *source, const char *from,
		  const struct arch *arch, struct err *err);

/* The index of an arch's runtime; -ENOENT with a sentence if the tree has none. */
int add_runtime_find(const struct add *add, const struct arch *arch, struct err *err);

/* Looks at one word of the command line, a path, and notes what it is. */
int add_files_look(struct add *add, const char *word, struct err *err);

/* True if a word names a wheel, which add_files_look passes over. */
bool add_is_wheel(const char *word);

/* Extracts a wheel into the workspace and notes what is in it. */
int add_wheel(struct add *add, const char *word, size_t which, struct err *err);

/* A script, which goes to bin if the handler matches it; from is what the user called it. */
int add_files_script(struct add *add, const char *path, const char *from, struct err *err);

/* The first SHEBANG_READ bytes of a file. */
int add_files_head(const char *path, char *bytes, size_t *ret_n, struct err *err);

/* Gets Debian's packages into the cache. */
int add_debian_open(struct add *add, struct err *err);

/* Extracts them and notes what is in them. */
int add_debian_extract(struct add *add, struct err *err);

/* The package that the first file at or below a path of the packages belongs to; NULL if none. */
const struct package *add_debian_owner(const struct source *source, const char *path);

/* Checks and patches the ELF files that were copied, and adds the libraries that they need and the
 * runtime lacks. */
int add_native(struct add *add, struct err *err);

/* Runs the checks of `busypy check` on what is to be added, in the tree as it would be. -ENOEXEC
 * with the first error; warnings go to the user. */
int add_check(struct add *add, struct err *err);

/* Writes etc/busypy/<arch>/... of the runtimes that received anything. */
int add_records(struct add *add, struct err *err);

#endif
