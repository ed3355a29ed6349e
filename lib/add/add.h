/* SPDX-License-Identifier: MIT */
/* `busypy add`: puts scripts, Python packages and native extensions into a tree that has runtimes,
 * all that were asked for or none. */
#ifndef BUSYPY_ADD_ADD_H
#define BUSYPY_ADD_ADD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct add;
struct arch;
struct err;
struct listener;

enum { ADD_ARCHS_MAX = 16 }; /* ARCH_LIST_MAX */

enum add_flags {
	ADD_FORCE = 1 << 0,	/* replace what is there and differs */
	ADD_DRY_RUN = 1 << 1,	/* do everything but the last step: the tree stays as it is */
	ADD_ALL = 1 << 2,	/* for each runtime that the tree has */
	ADD_UNCHECKED = 1 << 3, /* what checks find is only warned of */
	ADD_INDEX = 1 << 4,	/* every word is a requirement */
	ADD_LOCKED = 1 << 5,	/* what the tree's lock says, and nothing else */
	/* the words are names of what the lock has, of which newer versions are looked for; none:
	 * of all */
	ADD_RENEW = 1 << 6,
	ADD_REFRESH = 1 << 7, /* Debian's package lists are fetched, however young they are */
};

struct add_request {
	const char *tree;
	const char *const *words; /* paths and requirements, or names of Debian's packages */
	size_t n_words;
	const char *const *options; /* of the resolver, verbatim */
	size_t n_options;
	bool wants_files; /* they name files of requirements */
	bool debian;
	const char *suite; /* NULL: the one that the runtime is from, or that has its Python */
	const char *mirror, *cache;
	const char *keyring; /* a file of keys, absolute; NULL: Debian's */
	bool expired;	     /* lists that are no longer valid are taken, too */
	/* none: this machine's; for a file, its own; for requirements, all of the tree */
	const struct arch *archs[ADD_ARCHS_MAX];
	size_t n_archs;
	unsigned flags; /* enum add_flags */

	const struct listener *listener; /* or NULL */
};

enum add_state { ADD_NEW, ADD_REPLACES, ADD_SAME };

/* One file or directory of the tree. */
struct add_item {
	char *to;     /* path in the tree, without a leading slash */
	char *from;   /* who it comes from: a path, or PACKAGE=VERSION */
	char *source; /* path in the sysroot that it is copied from */
	bool seen;    /* dev and ino are of what was looked at */
	uint64_t dev, ino;
	bool packed;		 /* from is an archive, and source was extracted of it */
	bool merges;		 /* a wheel's: others may have files in the same folder */
	const struct arch *arch; /* NULL: the same for all */
	enum add_state state;
	size_t n_files;
	uint64_t size; /* bytes */
};

/* A package that has no wheel for an arch. */
struct add_lack {
	char *name, *arch;
	char *version; /* the newest that has one there, "" if none has */
};

struct add_items {
	struct add_item *items;
	size_t n, room;
	struct add_lack *lacks; /* left out, or why nothing was added */
	size_t n_lacks, room_lacks;
};

/* "new", "replaces", "same". */
const char *add_state_word(enum add_state state);

/* Does it; *ret (initialised with { 0 }, add_items_free in every case) is what was put where. On
 * failure the tree is as it was. */
int add_run(const struct add_request *request, struct add_items *ret, struct err *err);

/* -EBUSY with a sentence for a version that is published: it must not change under those who use
 * it. verb: what the user would do with a copy, "add to". */
int add_refuse_published(const char *tree, const char *verb, struct err *err);

/* Reads the request's tree, and fetches the wheels that answer its requirements; nothing is put
 * anywhere. */
int add_find_wheels(struct add *add, struct err *err);

void add_items_free(struct add_items *items);

#endif
