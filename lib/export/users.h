/* SPDX-License-Identifier: MIT */
/* Who uses a version: clients by their leases, this machine by what is enabled and what runs. */
#ifndef BUSYPY_EXPORT_USERS_H
#define BUSYPY_EXPORT_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct version_record;

struct export_users {
	bool current;	  /* EXPORT/current names it */
	bool enabled;	  /* a contract below /run/busypy has it */
	unsigned views;	  /* mount namespaces with processes in which it is mounted */
	unsigned clients; /* leases younger than the age that was asked for */
	uint64_t leased;  /* seconds since 1970 when the newest of those was written; 0: none */
};

/* Fills in ret[i] for versions[i]. lease_age in seconds. Views of processes that the caller may not
 * look at (not root) are not counted. 1 if there are so many leases that some were not looked at.
 */
int export_users_count(const char *export, const struct version_record *versions, size_t n,
		       uint64_t lease_age, struct export_users *ret, struct err *err);

/* True if anything of it. */
bool export_users_any(const struct export_users *users);

#endif
