/* SPDX-License-Identifier: MIT */
/* Looks at what a user named to be written into, for the rule of core/destination. Every command
 * that writes a tree, an export, records, outputs, packages or an image asks here first. */
#ifndef BUSYPY_BASE_DESTINATION_H
#define BUSYPY_BASE_DESTINATION_H

#include "core/path_size.h"

struct err;

/* What was looked at, so that it is that which is written into. */
struct destination_place {
	int fd;		      /* the last directory that exists; O_PATH */
	char path[PATH_SIZE]; /* of that, without links */
	char rest[PATH_SIZE]; /* what is to be made below it; "" if it is that itself. Of a
				 file, always with its name */
};

#define DESTINATION_NOWHERE \
	{                   \
		.fd = -1    \
	}
#define DESTINATION_CLEANUP __attribute__((cleanup(destination_close)))

/* 0 if it may be written to path, which need not exist; what core/destination says, or the -errno
 * of looking, with a sentence. kind: enum destination_kind; flags: enum destination_flags. */
int destination_open(const char *path, unsigned kind, unsigned flags, struct destination_place *ret,
		     struct err *err);

/* The same of a place that the caller has found; given is what the user said. */
int destination_check_place(const struct destination_place *place, const char *given, unsigned kind,
			    unsigned flags, struct err *err);

/* Closes it. */
void destination_close(struct destination_place *place);

/* The same where only the answer is wanted. */
int destination_check(const char *path, unsigned kind, unsigned flags, struct err *err);

#endif
