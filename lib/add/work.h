/* SPDX-License-Identifier: MIT */
/* The work in progress that the parts of `busypy add` share: tree, runtimes, items. */
#ifndef BUSYPY_ADD_WORK_H
#define BUSYPY_ADD_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct add_debian;
struct add_dists;
struct add_items;
struct add_request;
struct arch;
struct dists;
struct elf_libraries;
struct err;
struct going;
struct manifest;
struct path_list;
struct python_minors;
struct runtime_info;
struct source;
struct sysroot;
struct tempdir;
struct transaction;

enum { ADD_RUNTIMES_MAX = 16 };

/* A runtime of the tree, and what comes into it. */
struct add_runtime {
	struct runtime_info *info; /* as it stands */
	bool wanted;		   /* packages are for it */
	struct source *source;	   /* Debian's packages, extracted; else empty */
	struct manifest *manifest;
	struct elf_libraries *libs;
	char usr[PATH_SIZE], clib[PATH_SIZE]; /* under construction */
};

/* A wheel that was named, or a folder that pip has filled: held open from when it was found. */
struct add_wheel_file {
	int fd;
	char *path;
	bool is_folder;
	bool requested; /* its file was named; else a resolver has chosen it */
};

struct add {
	const struct add_request *request;
	char tree[PATH_SIZE];
	char build[PATH_SIZE]; /* becomes part of the tree */
	struct transaction *transaction;
	struct add_runtime *runtimes; /* all of the tree that are sound */
	size_t n_runtimes;
	const struct python_minors *several; /* as tree_several */
	struct sysroot *host;		     /* "/": where files of the command line are */
	struct add_debian *debian; /* what was asked of Debian; else NULL; add_debian_close */
	struct add_items *items;
	struct add_wheel_file *wheels;
	size_t n_wheels, room_wheels;
	struct tempdir *resolved;	    /* wheels of requirements; add_requirements_close */
	char *lock;			    /* what they answer, as text; else NULL */
	struct add_dists *dists;	    /* what of Python's distributions comes in */
	struct dists *there;		    /* those that the tree has */
	struct path_list *leaving, *edited; /* files of old versions that go, or were changed */
	struct going *going;		    /* what of the tree goes; settled */
};

/* Everything empty, in one piece of memory; NULL if there is none. items is the caller's. */
struct add *add_work_new(const struct add_request *request, struct add_items *items);

/* Frees it, with the transaction and what is not committed of it. */
void add_work_free(struct add *add);

/* Finds the tree's runtimes. One that is not sound is no hindrance, unless something is wanted of
 * it. */
void add_work_read_runtimes(struct add *add);

/* Names the places of what is built, in the transaction that is open, and makes the first. */
int add_work_name_places(struct add *add, struct err *err);

/* The index of an arch's runtime; -ENOENT with a sentence if the tree has none. */
int add_runtime_find(const struct add *add, const struct arch *arch, struct err *err);

/* Where modules of one of its Pythons go, below usr; minor 0: those of any. */
int add_runtime_dist(const struct add *add, size_t which, unsigned minor, char *dst, size_t size,
		     struct err *err);

/* True if anything new comes into the runtime of arch (NULL: into what all share). */
bool add_runtime_changes(const struct add *add, const struct arch *arch);

/* The "usr" directories of all other runtimes, under construction and standing: Python files are
 * shared with them, as staging does. ret has room for two of each runtime. */
size_t add_runtime_peers(const struct add *add, size_t which, const char **ret);

#endif
