/* SPDX-License-Identifier: MIT */
/* Who uses a version: clients by their leases, this machine by what is enabled and what runs. */
#ifndef BUSYPY_EXPORT_USERS_H
#define BUSYPY_EXPORT_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct export_dir;
struct version_record;

struct export_users {
	bool current;	   /* EXPORT/current names it */
	bool enabled;	   /* a contract below /run/busypy.handler has it, or a runtime is of it */
	unsigned views;	   /* mount namespaces with processes in which it is mounted */
	unsigned clients;  /* leases younger than the age that was asked for */
	unsigned foretold; /* of these, written when it is not yet: by a clock that was set since,
			      or by somebody who wants to keep the version */
	uint64_t age;	   /* seconds of the youngest of the others; UINT64_MAX if there is none */
};

struct export_users_request {
	const struct export_dir *dir;
	const struct version_record *versions;
	size_t n;
	uint64_t lease_age; /* seconds */
	/* Seconds since 1970. How old a lease is at now; one that was written after latest is
	 * foretold. The same but for who distrusts the clock. */
	int64_t now, latest;
};

/* Fills in ret[i] for versions[i]. Views of processes that the caller may not look at (not root)
 * are not counted. 1 if there are so many leases that some were not looked at. */
int export_users_count(const struct export_users_request *request, struct export_users *ret,
		       struct err *err);

/* True if anything of it. */
bool export_users_any(const struct export_users *users);

#endif
