/* SPDX-License-Identifier: MIT */
/* Where the file system gives all files to one user, whoever makes them (a mount of FAT, NFS with
 * all_squash): what we have made is ours all the same. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own_lock.h"
#include "base/walk.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "check.h"

static char dir[] = "/tmp/one-owner.XXXXXX";

/* Another than all files here have. */
uid_t geteuid(void)
{
	return getuid() + 1;
}

static ino_t inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

static void test_lock(int in)
{
	FD_CLEANUP int fd = own_lock_open(in, "lock");
	FD_CLEANUP int again = own_lock_open(in, "lock");
	FD_CLEANUP int replaced = -1;

	CHECK(fd >= 0, "a lock is made, and not for ever");
	CHECK(again >= 0 && inode(again) == inode(fd), "and it is the same for the next one");
	CHECK(fchmod(fd, 0644) == 0, "if others can open it");
	replaced = own_lock_open(in, "lock");
	CHECK(replaced >= 0 && inode(replaced) != inode(fd), "it gives way");
}

int main(void)
{
	FD_CLEANUP int in = mkdtemp(dir) ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	FD_CLEANUP int made = below_mkdirs(in, "a/b", 0755);
	struct stat st;

	CHECK(in >= 0 && made >= 0 && fstat(made, &st) == 0 && (st.st_mode & 07777) == 0755,
	      "directories are made");
	test_lock(in);
	CHECK(walk_remove(dir, NULL) == 0, "all of it");
	return done();
}
