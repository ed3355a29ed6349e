/* SPDX-License-Identifier: MIT */
/* Makes a restorer that knows its place, and images that it finds there. */
#ifndef BUSYPY_START_MAKE_H
#define BUSYPY_START_MAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct folder;
struct start_baked;
struct start_process;

/* The Python of a tree, and where its scripts run. */
struct start_python {
	const char *view; /* a pinned template, and its inode; NULL: the file system as it is */
	uint64_t view_ino;
	const char *program;	 /* what scripts' first lines make of it: argv[0] */
	const char *interpreter; /* what is executed at any doubt */
	const char *id;		 /* the version; "": the tree is edited in place */
	const char *locale;	 /* the machine's own, or "" */
	const char *folder;	 /* of its images */
	const char *shown;	 /* where that is seen there; NULL: by the same path */
	/* how it is run there: start_process.elsewhere; NULL with a view, or none */
	int (*elsewhere)(const struct start_process *process, int *ret_status, struct err *err,
			 void *ctx);
	void *ctx;
};

/* What the restorer in a folder is to know: serials images of a kind there. -ENAMETOOLONG with a
 * sentence. */
int start_make_baked(const struct start_python *python, const char *folder, unsigned serials,
		     struct start_baked *ret, struct err *err);

/* Writes it. -ENOENT with a sentence where BusyPy has none. */
int start_make_restorer(const struct folder *folder, const struct start_baked *baked,
			struct err *err);

/* Makes an image of a kind, the file name in folder. What the maker says is the sentence. */
int start_make_image(const struct start_python *python, const struct folder *folder,
		     const struct start_baked *baked, unsigned kind, const char *name,
		     struct err *err);

/* 0 if images of it are as good as plain starts: each of n folders has a restorer and an image of
 * the kind. Scripts are laid down in folder. */
int start_make_sure(const struct start_python *python, const struct folder *folder,
		    const struct folder *const *tried, size_t n, unsigned kind, struct err *err);

#endif
