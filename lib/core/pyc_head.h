/* SPDX-License-Identifier: MIT */
/* The first 16 bytes of a .pyc file (PEP 552): for which Python it is, and for which source. */
#ifndef BUSYPY_CORE_PYC_HEAD_H
#define BUSYPY_CORE_PYC_HEAD_H

#include <stddef.h>
#include <stdint.h>

enum { PYC_HEAD_SIZE = 16 };

enum pyc_kind {
	PYC_TIMED,     /* compared with its source's time and size */
	PYC_UNCHECKED, /* never compared */
	PYC_CHECKED    /* compared with its source's hash */
};

struct pyc_head {
	uint16_t magic;
	enum pyc_kind kind;
	uint32_t mtime, size; /* PYC_TIMED: seconds, bytes; both modulo 2^32 */
	uint64_t hash;	      /* else */
};

/* Reads it from the first n bytes of a file; -EINVAL if it is none. */
int pyc_head_parse(const uint8_t *bytes, size_t n, struct pyc_head *ret);

/* The magic of Python 3.minor, 0 if it is not known here. */
uint16_t pyc_magic(unsigned minor);

/* Which Python 3.X has this magic; 0 if it is not known here. */
unsigned pyc_minor(uint16_t magic);

/* importlib.util.source_hash() of Python 3.minor over a source of n bytes. */
uint64_t pyc_source_hash(unsigned minor, const uint8_t *bytes, size_t n);

#endif
