/* SPDX-License-Identifier: MIT */
/* Publishing: a tree becomes a version of an export as a whole or not at all, whenever it is
 * interrupted. */
#ifndef BUSYPY_EXPORT_PUBLISH_H
#define BUSYPY_EXPORT_PUBLISH_H

#include <stdint.h>

struct err;
struct listener;

enum { PUBLISH_ID_SIZE = 64 };

struct publish_request {
	const char *source; /* a tree, or a tar of one */
	const char *export; /* is created */
	const char *id;	    /* or NULL for date, time and the beginning of the manifest's sum */
	uint64_t after;	    /* the new version's time is later than this */
	const struct listener *listener; /* or NULL */
};

struct publish_report {
	char id[PUBLISH_ID_SIZE];
	uint64_t files, bytes;	       /* of the version */
	uint64_t new_files, new_bytes; /* of these, not shared with an earlier one; 0 if unknown */
};

/* Publishes and makes it current. On failure current is what it was, and nothing is left that the
 * next publishing does not remove. */
int publish(const struct publish_request *request, struct publish_report *ret, struct err *err);

#endif
