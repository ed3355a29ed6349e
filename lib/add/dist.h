/* SPDX-License-Identifier: MIT */
/* A Python distribution that comes into a tree, in one place of it. */
#ifndef BUSYPY_ADD_DIST_H
#define BUSYPY_ADD_DIST_H

#include <stdbool.h>
#include <stddef.h>

struct add;
struct add_wheel_file;
struct arch;
struct err;
struct path_list;
struct wheel_info;

struct add_dist {
	char *name, *key, *version;
	char *from;		 /* the wheel or folder, for sentences */
	const struct arch *arch; /* whose runtime it goes to; NULL: site-package */
	char *site;		 /* the folder on sys.path, in the tree */
	char *info;		 /* its .dist-info, in the tree */
	struct path_list *files; /* of the tree, but RECORD; sorted when all are known */
	bool chosen;		 /* by a resolver, which may replace another version */
	bool same;		 /* the tree has it with these very files */
};

struct add_dists {
	struct add_dist *dists;
	size_t n, room;
};

/* Notes one more in add->dists, whose site is the tree's folder site. */
int add_dist_note(struct add *add, const struct wheel_info *info, const struct add_wheel_file *file,
		  const struct arch *arch, const char *site, struct err *err);

void add_dists_free(struct add_dists *dists);

#endif
