/* SPDX-License-Identifier: MIT */
/* Mounts a version of an export, or a tree, from an NFS server. `current` is resolved once for each
 * attempt. */
#include "nfsroot.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/export_layout.h"
#include "core/nfs.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "log.h"
#include "network.h"
#include "nfs_mount.h"
#include "prove.h"

#define EXPORT "/busypy-export"

enum { TARGET_MAX = 512 };

/* "versions/ID", or "" if what is mounted is no export but a tree. */
static int read_current(const char *source, char target[TARGET_MAX], struct err *err)
{
	ssize_t n = readlink(EXPORT "/" EXPORT_CURRENT, target, TARGET_MAX - 1);

	target[0] = n > 0 ? target[0] : '\0';
	if (n < 0 && (errno == ENOENT || errno == EINVAL)) {
		if (access(EXPORT "/" TREE_PYTHON, F_OK) == 0)
			return 0;
		return err_say(err, ENOENT,
			       "%s is neither an export nor a tree: it has neither 'current' nor "
			       "'etc/python'",
			       source);
	}
	if (n < 0)
		return err_set(err, errno, "cannot read %s/current", source);
	target[n] = '\0';
	if (!export_layout_target(target))
		return err_say(err, EINVAL, "%s/current leads to '%.64s', not to versions/ID",
			       source, target);
	return 0;
}

/* The version gets a mount of its own, which may trust for ever what it has read, since nothing in
 * it changes. Where the server does not let clients mount below an export's root, that mount is
 * used. */
static int mount_version(const struct network *network, const char *target, const char *at,
			 char source[NFS_SOURCE_MAX], struct err *err)
{
	struct nfs_mount request = { .share = &network->root,
				     .client = network->address,
				     .below = target,
				     .flags = NFS_FIXED,
				     .at = at };
	char inside[TARGET_MAX + sizeof(EXPORT) + 1];
	int r;

	if (nfs_source(&network->root, network->address, target, source) < 0 ||
	    path_join(inside, sizeof(inside), EXPORT, target) < 0)
		return err_say(err, E2BIG, "the path of the root is too long");
	r = nfs_mount(&request, err);
	if (r != -EACCES && r != -EPERM)
		return r;
	if (mount(inside, at, NULL, MS_BIND, NULL) < 0)
		return err_set(err, errno, "cannot bind %s", source);
	return 0;
}

static void unmount(const char *at)
{
	(void)umount2(at, MNT_DETACH); /* not mounted: nothing to do */
}

/* With the share mounted on EXPORT. */
static int mount_root(const struct network *network, const char *arch, const char *at,
		      struct err *err)
{
	char source[NFS_SOURCE_MAX], target[TARGET_MAX];
	int r;

	if (nfs_source(&network->root, network->address, "", source) < 0)
		return err_say(err, E2BIG, "the path of the root is too long");
	r = read_current(source, target, err);
	if (r < 0)
		return r;
	if (target[0]) {
		r = mount_version(network, target, at, source, err);
		if (r < 0)
			return r;
	} else if (mount(EXPORT, at, NULL, MS_BIND, NULL) < 0) {
		return err_set(err, errno, "cannot bind %s", source);
	}
	r = prove_runtime(source, arch, at, err);
	if (r < 0)
		return r;
	log_note("init: root: %s", source);
	return 0;
}

static int try_once(const struct network *network, const char *arch, const char *at,
		    struct err *err)
{
	struct nfs_mount request = {
		.share = &network->root, .client = network->address, .below = "", .at = EXPORT
	};
	int r = nfs_mount(&request, err);

	if (r < 0)
		return r;
	r = mount_root(network, arch, at, err);
	if (r < 0)
		unmount(at);
	unmount(EXPORT);
	return r;
}

void nfsroot_mount(const struct network *network, const char *arch, const char *at)
{
	char source[NFS_SOURCE_MAX];
	int pause = 0;

	(void)mkdir(EXPORT, 0755); /* what is missing, mount says */
	(void)mkdir(at, 0755);
	if (nfs_source(&network->root, network->address, "", source) == 0)
		network_waits("%s does not answer", source);
	for (;;) {
		struct err err = { 0 };

		if (try_once(network, arch, at, &err) == 0)
			return;
		network_wait_again(&err, &pause);
	}
}
