/* SPDX-License-Identifier: MIT */
/* The commands that a Python package wants: [console_scripts] and [gui_scripts] of its
 * entry_points.txt, as the Python packaging specifications have it. */
#ifndef BUSYPY_CORE_ENTRY_POINT_H
#define BUSYPY_CORE_ENTRY_POINT_H

#include <stdbool.h>
#include <stddef.h>

enum { ENTRY_POINT_MAX = 128 };

/* "NAME = MODULE:ATTRIBUTE [EXTRAS]". The name is safe as a file's, the others as Python text. */
struct entry_point {
	char name[ENTRY_POINT_MAX];
	char module[ENTRY_POINT_MAX];	 /* dotted identifiers */
	char attribute[ENTRY_POINT_MAX]; /* likewise */
};

/* Where reading stands; initialise with the text and { .at = text, .left = n }. */
struct entry_points {
	const char *at;
	size_t left; /* bytes */
	bool wanted; /* inside of one of the two */
};

/* Reads the next one. 1; 0 after the last; -EINVAL for a line that is none. */
int entry_point_next(struct entry_points *points, struct entry_point *ret);

/* The script that calls it. -E2BIG. */
int entry_point_script(const struct entry_point *point, char *dst, size_t size);

#endif
