/* SPDX-License-Identifier: MIT */
/* The one rule for what a user names to be written into: nothing of others is destroyed. Decides by
 * facts; base/destination gathers them here, remote.sh on another machine. */
#ifndef BUSYPY_CORE_DESTINATION_H
#define BUSYPY_CORE_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* What is to be written. */
enum destination_kind {
	DESTINATION_TREE,
	DESTINATION_EXPORT,
	DESTINATION_RECORD, /* what booted machines said */
	DESTINATION_OUTPUT, /* files beside others */
	DESTINATION_FILE,   /* one file, which replaces an image */
	DESTINATION_LOG,    /* one file, which replaces a file of the caller's */
};

enum destination_content {
	DESTINATION_ABSENT,
	DESTINATION_EMPTY,
	DESTINATION_OURS,  /* of that kind already */
	DESTINATION_OTHER, /* something else */
};

enum destination_flags { DESTINATION_FORCE = 1 << 0 /* whatever the content is */ };

struct destination {
	const char *given;  /* as the user said it */
	const char *real;   /* absolute, without links */
	const char *system; /* the system directory that it is or lies in; "/" is one; or NULL */
	bool within;	    /* it is not that directory itself */
	bool home;	    /* it is somebody's home directory */
	enum destination_content content;
};

/* A directory of every system. */
struct destination_system {
	const char *path;
	bool whole; /* with everything in it; else only itself, for there are others' folders */
};

const struct destination_system *destination_systems(size_t *ret_n);

/* The system directory that a path (absolute, without links) is or lies in, by its name alone; NULL
 * for none. */
const char *destination_system(const char *real, bool *ret_within);

/* 0 if it may be written there; -EPERM, -ENOTEMPTY or -EEXIST with a
 * sentence. No flag allows a system directory or a home directory. */
int destination_judge(const struct destination *destination, enum destination_kind kind,
		      unsigned flags, struct err *err);

#endif
