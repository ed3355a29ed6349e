/* SPDX-License-Identifier: MIT */
/* The Landlock system calls, raw: C libraries have no wrappers, and older headers no scopes. */
#include "sys/landlock.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fd.h"

/* linux/landlock.h */
enum { CREATE_RULESET_VERSION = 1 << 0, VERSION_WITH_SCOPES = 6 };

struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

bool landlock_can_part(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_RULESET_VERSION) >=
	       VERSION_WITH_SCOPES;
}

/* A ruleset may not be empty. Rights over files are not handled: the kernel would then refuse
 * renames from one folder to another. That tracing is refused comes with every domain
 * (security/landlock/task.c, domain_ptrace). */
int landlock_part(unsigned scopes)
{
	struct ruleset ruleset = { .scoped = scopes };
	FD_CLEANUP int fd =
		(int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0U);

	if (fd < 0)
		return -errno;
	return syscall(SYS_landlock_restrict_self, fd, 0U) < 0 ? -errno : 0;
}
