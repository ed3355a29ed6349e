/* SPDX-License-Identifier: MIT */
/* A distribution's RECORD: lines "PATH,sha256=SUM,SIZE" as CSV, the sum in base64 for URLs. */
#ifndef BUSYPY_CORE_RECORD_LINE_H
#define BUSYPY_CORE_RECORD_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

/* Where reading stands; initialise with the text. */
struct record {
	const char *at;
	size_t left; /* bytes */
};

enum record_sum {
	RECORD_SUM_NONE, /* of RECORD itself, and of what is made anew */
	RECORD_SUM_SHA256,
	RECORD_SUM_OTHER, /* sha384, sha512: as good, but we have none */
	RECORD_SUM_WEAK,  /* md5, sha1 */
};

struct record_line {
	char path[PATH_SIZE]; /* as it stands there: "..", too */
	enum record_sum kind;
	char sum[65]; /* of SHA256: hexadecimal; else "" */
	bool sized;
	uint64_t size; /* bytes */
};

/* Reads the next line; empty ones are skipped. 1; 0 after the last; -EINVAL for one that is none,
 * -ENAMETOOLONG for a path that does not fit. */
int record_next(struct record *record, struct record_line *ret);

/* Writes a line with its line feed; kind is NONE or SHA256. -E2BIG, -EINVAL for another sum. */
int record_format(const struct record_line *line, char *dst, size_t size);

#endif
