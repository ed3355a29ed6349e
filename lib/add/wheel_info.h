/* SPDX-License-Identifier: MIT */
/* What an unpacked wheel says of itself: *.dist-info with WHEEL, METADATA and RECORD. */
#ifndef BUSYPY_ADD_WHEEL_INFO_H
#define BUSYPY_ADD_WHEEL_INFO_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct add;
struct err;
struct wheel_name;
struct wheel_target;

enum { WHEEL_INFO_TEXT_MAX = 256 };

struct wheel_info {
	char folder[WHEEL_INFO_TEXT_MAX];  /* NAME-VERSION.dist-info */
	char name[WHEEL_INFO_TEXT_MAX];	   /* as METADATA spells it */
	char key[WHEEL_INFO_TEXT_MAX];	   /* normalised */
	char version[WHEEL_INFO_TEXT_MAX]; /* likewise METADATA's */
	char requires_python[WHEEL_INFO_TEXT_MAX];
	char *wheel; /* WHEEL as a text, whose tags are asked by wheel_info_fit */
};

/* Reads dir, an exact path, in which a wheel was unpacked; from is what sentences call it, named
 * (or NULL) what its file's name says. -EINVAL with a sentence for what is no wheel, or one of a
 * newer kind, or not the one that its name promises. wheel_info_free in every case. */
int wheel_info_read(const struct add *add, const char *dir, const char *from,
		    const struct wheel_name *named, struct wheel_info *ret, struct err *err);

/* How near the tags in WHEEL come to a runtime, as wheel_tags_fit: the nearest of all. An int of
 * enum wheel_fit. */
int wheel_info_fit(const struct wheel_info *info, const struct wheel_target *target,
		   unsigned *ret_libc);

/* True if a line of WHEEL has the platform "any". */
bool wheel_info_any(const struct wheel_info *info);

void wheel_info_free(struct wheel_info *info);

#endif
