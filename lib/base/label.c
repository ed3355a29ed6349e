/* SPDX-License-Identifier: MIT */
/* The label of /bin/true, which every system has. */
#include "base/label.h"

#include <errno.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/err.h"

int label_program(int fd, const char *name, struct err *err)
{
	char label[256];
	ssize_t n;

	if (access("/sys/fs/selinux/enforce", F_OK) < 0)
		return 0;
	n = getxattr("/bin/true", "security.selinux", label, sizeof(label));
	if (n < 0)
		return 0; /* the system's own programs have none */
	if (fsetxattr(fd, "security.selinux", label, (size_t)n, 0) < 0)
		return err_set(err, errno, "cannot label %s", name);
	return 0;
}
