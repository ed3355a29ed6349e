/* SPDX-License-Identifier: MIT */
/* A lease: a client's heartbeat, one small file named after its host in EXPORT/leases. Anybody who
 * can write there can write anything there, so the parser is strict. */
#ifndef BUSYPY_CORE_LEASE_H
#define BUSYPY_CORE_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum {
	LEASE_NAME_SIZE = 65, /* with the NUL */
	LEASE_ARCH_SIZE = 16,
	LEASE_VERSION_SIZE = 64,
	LEASE_BOOT_SIZE = 65,
	LEASE_SIZE_MAX = 1024,	   /* bytes of a file */
	LEASE_AGE_DEFAULT = 86400, /* seconds: an older one holds no version */
};

struct lease {
	char host[LEASE_NAME_SIZE];
	char arch[LEASE_ARCH_SIZE];
	char version[LEASE_VERSION_SIZE]; /* id */
	char boot[LEASE_BOOT_SIZE];	  /* /proc/sys/kernel/random/boot_id */
	uint64_t uptime;		  /* seconds */
	unsigned x86_level;		  /* of its processor, core/x86_level.h; 0: not told */
};

/* True for 1 to 64 of the bytes [A-Za-z0-9._-], not beginning with a dot: a host, and its file. */
bool lease_name_valid(const char *name);

/* Reads n bytes: lines "host NAME", "arch ARCH", "version ID", "boot BOOT_ID", "uptime SECONDS",
 * each once, in any order; "processor LEVEL" at most once; other lines of the form "word text" are
 * passed over. -EINVAL with a
 * sentence. */
int lease_parse(const char *bytes, size_t n, struct lease *ret, struct err *err);

/* Writes it as text, without a NUL being counted; -E2BIG if it does not fit, -EINVAL if lease_parse
 * would refuse it. */
int lease_format(const struct lease *lease, char *dst, size_t size);

#endif
