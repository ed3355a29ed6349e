/* SPDX-License-Identifier: MIT */
/* What was probed of kernel and disk, for the plan of a view. lib/sys/probe fills it in. */
#ifndef BUSYPY_CORE_FACTS_H
#define BUSYPY_CORE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	FACTS_TOP_MAX = 128,	      /* entries of the host's root directory */
	FACTS_PRUNED_MAX = 8 * 1024,  /* mounts that the template does without */
	FACTS_SOCKETS_MAX = 4 * 1024, /* of other programs, in a sandbox's view */
	FACTS_TEXT_MAX = 1024 * 1024
};

enum facts_type { FACTS_DIR, FACTS_LINK, FACTS_FILE };

struct facts_entry {
	enum facts_type type;
	bool is_mount;	    /* something is mounted on it */
	bool is_empty;	    /* a directory of a tree with nothing in it: a mount point */
	const char *name;   /* below "/", no slash */
	const char *target; /* of a link */
};

/* What was probed of kernel and disk. Large, but only what is used is ever
 * touched: static storage in the small programs. */
struct facts {
	struct facts_entry top[FACTS_TOP_MAX];
	size_t n_top;
	const char *pruned[FACTS_PRUNED_MAX]; /* mount points, deepest last */
	size_t n_pruned;
	const char
		*sockets[FACTS_SOCKETS_MAX]; /* files of the host that Unix sockets are bound to */
	size_t n_sockets;
	unsigned shares; /* bit i: share i is on the host, and an empty directory in the runtime */
	bool children_locked; /* a less privileged mount namespace: mounts come as whole trees */
	char text[FACTS_TEXT_MAX];
	size_t text_used;
};

/* Empties facts. */
void facts_init(struct facts *facts);
/* Adds an entry of "/"; -E2BIG if there is no room. target may be NULL. */
int facts_add_top(struct facts *facts, enum facts_type type, bool is_mount, const char *name,
		  const char *target);
/* The entry that an absolute path begins with; NULL if there is none. */
const struct facts_entry *facts_find_top(const struct facts *facts, const char *path);
/* Adds a mount point to do without; -E2BIG if there is no room. */
int facts_add_pruned(struct facts *facts, const char *path);
/* Adds a socket's path, if it is not there yet; -E2BIG if there is no room. */
int facts_add_socket(struct facts *facts, const char *path);
/* Orders the entries by name, so that the same facts give the same plan. */
void facts_sort(struct facts *facts);

#endif
