/* SPDX-License-Identifier: MIT */
/* A version of a tree: its id, and the record of its publishing, whose first line is the id
 * alone (TREE_VERSION_RECORD). */
#ifndef BUSYPY_CORE_VERSION_H
#define BUSYPY_CORE_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum {
	VERSION_ID_SIZE = 64, /* with the NUL; the contract has no room for more */
	VERSION_RECORD_MAX = 512,
	VERSION_DATE_SIZE = 32,
};

struct version_record {
	char id[VERSION_ID_SIZE];
	uint64_t published; /* milliseconds since 1970; later than any version's before it */
	char manifest[65];  /* SHA-256 of TREE_VERSION_MANIFEST, lower case */
	uint64_t files;	    /* regular files */
	uint64_t bytes;	    /* their sizes, each file once */
};

/* True for a name of 1 to 63 of the bytes [A-Za-z0-9._-] that begins with a letter or digit and
 * ends neither in ".tmp" nor in ".gone": those are being made and being removed. */
bool version_id_valid(const char *id);

/* Writes "YYYYMMDD-HHMMSS.mmm-HHHHHHHH": the time in UTC and the beginning of the manifest's sum,
 * so that names sort as they were published. */
void version_id_default(uint64_t published, const char *sum, char ret[VERSION_ID_SIZE]);

/* The time in UTC as "YYYY-MM-DD HH:MM:SSZ". */
void version_date(uint64_t published, char ret[VERSION_DATE_SIZE]);

/* Reads a record of n bytes; -EINVAL with a sentence. Lines that it does not know are passed over.
 */
int version_record_parse(const char *bytes, size_t n, struct version_record *ret, struct err *err);

/* Writes a record; -E2BIG. */
int version_record_format(const struct version_record *record, char *dst, size_t size);

#endif
