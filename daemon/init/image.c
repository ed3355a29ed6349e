/* SPDX-License-Identifier: MIT */
/* Mounts a root that is a file: the share it lies on, a loop device, and the file system in it. */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/nfs.h"
#include "core/str.h"
#include "sys/fd.h"
#include "sys/loop.h"
#include "sys/readahead.h"
#include "log.h"
#include "network.h"
#include "nfs_mount.h"
#include "prove.h"

#define SHARE "/busypy-share"
#define TYPE "erofs"

enum { IMAGE_PATH_MAX = 2048 };

/* From the file on. Its device and its share stay for as long as the mount does. */
static int mount_file(const char *path, const char *arch, const char *at, struct err *err)
{
	FD_CLEANUP int file = open(path, O_RDONLY | O_CLOEXEC);
	FD_CLEANUP int device = -1;
	char name[LOOP_PATH_MAX];
	int r;

	if (file < 0)
		return err_set(err, errno, "cannot open the image %.512s", path);
	device = loop_attach(file, name);
	if (device < 0)
		return err_set(err, -device, "cannot make a block device of the image %.512s",
			       path);
	if (mount(name, at, TYPE, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOATIME, NULL) < 0) {
		int code = errno;

		if (code == EINVAL)
			return err_say(err, code, "%.512s is no erofs image, or a damaged one",
				       path);
		if (code == ENODEV)
			return err_say(err, code,
				       "this kernel has no erofs (its module is not in the image)");
		return err_set(err, code, "cannot mount the image %.512s", path);
	}
	(void)readahead_set(at, READAHEAD_NFS); /* without it, it is only slower */
	r = prove_runtime(path, arch, at, err);
	if (r < 0)
		(void)umount2(at, MNT_DETACH); /* mounted just now */
	return r;
}

static int mount_shared(const struct network *network, const char *image, const char *arch,
			const char *at, struct err *err)
{
	/* A file that was published under a name never changes. */
	struct nfs_mount request = { .share = &network->root,
				     .client = network->address,
				     .below = "",
				     .flags = NFS_FIXED,
				     .at = SHARE };
	char path[IMAGE_PATH_MAX];
	int r = nfs_mount(&request, err);

	if (r < 0)
		return r;
	if (path_join(path, sizeof(path), SHARE, image) < 0)
		r = err_say(err, E2BIG, "the image's path is too long");
	else
		r = mount_file(path, arch, at, err);
	(void)umount2(SHARE, MNT_DETACH); /* the open image keeps it */
	return r;
}

void image_mount(const struct network *network, const char *image, const char *arch, const char *at)
{
	int pause = 0;

	(void)mkdir(SHARE, 0755); /* what is missing, mount says */
	(void)mkdir(at, 0755);
	if (network)
		network_waits("the server of the image %.64s does not answer", image);
	for (;;) {
		struct err err = { 0 };
		int r = network ? mount_shared(network, image, arch, at, &err)
				: mount_file(image, arch, at, &err);

		if (r == 0)
			break;
		network_wait_again(&err, &pause);
	}
	log_note("init: root: the image %.256s", image);
}
