/* SPDX-License-Identifier: MIT */
/* Mounts an NFS share; the options are text, which the kernel takes since 2.6.23. */
#include "nfs_mount.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "core/err.h"
#include "core/nfs.h"

static int try_version(const struct nfs_mount *request, unsigned extra, struct err *err)
{
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOATIME |
			      (request->writable ? request->writable : MS_RDONLY);
	char source[NFS_SOURCE_MAX], data[NFS_DATA_MAX];
	int code;

	if (nfs_source(request->share, request->client, request->below, source) < 0 ||
	    nfs_mount_data(request->share, request->client, request->flags | extra, data) < 0)
		return err_say(err, E2BIG, "%.64s: the options are too long", request->share->path);
	if (mount(source, request->at, "nfs", flags, data) == 0)
		return 0;
	code = errno;
	if (code == ENODEV)
		return err_say(err, code,
			       "this kernel has no NFS client (its modules are not in "
			       "the image)");
	if (code == EINVAL)
		return err_say(err, code, "the kernel takes none of these options for %s: %.256s",
			       source, data);
	return err_set(err, code, "cannot mount %s", source);
}

int nfs_mount(const struct nfs_mount *request, struct err *err)
{
	struct err second = { 0 };
	int r = try_version(request, 0, err);

	/* What the other version says matters only if the server does not have this one at all. */
	if (r == 0 || nfs_names_version(request->share) ||
	    (r != -EPROTONOSUPPORT && r != -ENOENT && r != -EACCES && r != -EPERM))
		return r;
	if (try_version(request, NFS_V3, &second) == 0)
		return 0;
	if (r == -EPROTONOSUPPORT)
		return err_say(err, second.code, "%s", second.text);
	return r;
}
