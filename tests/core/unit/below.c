/* SPDX-License-Identifier: MIT */
/* Files below a directory: no link on the way is followed, nothing that exists is opened to be
 * written, and no path leads out. */
#include "sys/below.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/walk.h"
#include "core/str.h"
#include "sys/fd.h"
#include "check.h"

static char dir[] = "/tmp/below.XXXXXX";

/* in: the directory, with a link out of it in each place; out: what must stay as it is. */
static int make_files(void)
{
	CHECK(mkdtemp(dir) && chdir(dir) == 0 && mkdir("in", 0755) == 0 &&
		      mkdir("out", 0755) == 0 && mkdir("in/sub", 0755) == 0 &&
		      mkfifo("in/fifo", 0644) == 0,
	      "a folder of its own");
	CHECK(close(open("out/file", O_CREAT | O_WRONLY, 0600)) == 0 &&
		      close(open("in/file", O_CREAT | O_WRONLY, 0600)) == 0 &&
		      symlink("../out", "in/way") == 0 && symlink("../out/file", "in/link") == 0 &&
		      symlink("../out/made", "in/dangling") == 0,
	      "links out of it");
	return open("in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What a call returned is closed, if it is a descriptor. */
static int code(int fd)
{
	if (fd >= 0)
		(void)close(fd);
	return fd < 0 ? fd : 0;
}

static void test_open(int in)
{
	const char *name;

	CHECK(code(below_open_file(in, "file")) == 0, "a file is opened");
	CHECK(below_open_file(in, "link") == -ELOOP, "but no link");
	CHECK(below_open_file(in, "fifo") == -EINVAL && below_open_file(in, "sub") == -EINVAL,
	      "and no FIFO or directory");
	CHECK(below_open_file(in, "../out/file") == -EXDEV, "nor what a path leads out to");
	CHECK(below_open_file(in, "/etc/passwd") == -EXDEV, "nor an absolute path");
	CHECK(code(below_open_parent(in, "sub/name", &name)) == 0 && str_eq(name, "name"),
	      "the directory of a name");
	CHECK(below_open_parent(in, "way/name", &name) == -ELOOP, "but behind no link");
	CHECK(below_open_parent(in, "sub/..", &name) == -EINVAL &&
		      below_open_parent(in, "sub/", &name) == -EINVAL &&
		      below_open_parent(in, "", &name) == -EINVAL &&
		      below_open_parent(in, "/name", &name) == -EXDEV,
	      "and of nothing that is no name");
}

static void test_make(int in)
{
	struct stat st;
	int fd;

	CHECK(code(below_create(in, "sub/new", 0600)) == 0, "a file is made");
	CHECK(below_create(in, "sub/new", 0600) == -EEXIST &&
		      below_create(in, "link", 0600) == -EEXIST,
	      "but none that exists, nor where a link is");
	CHECK(below_create(in, "dangling", 0600) == -EEXIST && access("out/made", F_OK) < 0,
	      "nor what a link would lead to");
	CHECK(below_create(in, "way/new", 0600) == -ELOOP && access("out/new", F_OK) < 0,
	      "nor behind one");
	(void)umask(077);
	CHECK(code(below_mkdir(in, "dir", 0755)) == 0 && stat("in/dir", &st) == 0 &&
		      (st.st_mode & 07777) == 0755,
	      "a directory has its mode, whatever the umask is");
	CHECK(code(below_mkdirs(in, "dir/a//b/", 0755)) == 0 && stat("in/dir/a/b", &st) == 0 &&
		      (st.st_mode & 07777) == 0755 && code(below_mkdirs(in, "dir/a/b", 0700)) == 0,
	      "so have several, unless they are there");
	CHECK(below_mkdirs(in, "way/a", 0755) == -ELOOP &&
		      below_mkdirs(in, "../a", 0755) == -EXDEV &&
		      below_mkdirs(in, "/a", 0755) == -EXDEV && access("out/a", F_OK) < 0 &&
		      access("a", F_OK) < 0,
	      "and none is made outside");
	CHECK(below_mkdirs(in, "file/a", 0755) == -ENOTDIR, "or in a file");
	fd = below_create_unnamed(in);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 0 && (st.st_mode & 07777) == 0600,
	      "a file without a name");
	CHECK(below_link(fd, in, "file") == -EEXIST && below_link(fd, in, "way/named") == -ELOOP &&
		      below_link(fd, in, "named") == 0 && stat("in/named", &st) == 0 &&
		      access("out/named", F_OK) < 0,
	      "is given a new one");
	(void)close(fd);
	CHECK(below_symlink("file", in, "way/to") == -ELOOP && below_symlink("file", in, "to") == 0,
	      "a link is made");
}

static void test_change(int in)
{
	char target[16];
	struct stat st;

	CHECK(below_readlink(in, "to", target, sizeof(target)) == 0 && str_eq(target, "file"),
	      "a link is read");
	CHECK(below_readlink(in, "to", target, 4) == -ENAMETOOLONG &&
		      below_readlink(in, "file", target, sizeof(target)) == -EINVAL,
	      "but none that is too long, and no file");
	CHECK(below_stat(in, "link", &st) == 0 && S_ISLNK(st.st_mode) &&
		      below_stat(in, "way/file", &st) == -ELOOP,
	      "a link is looked at itself");
	CHECK(below_chmod(in, "link", 0777) == -ELOOP &&
		      below_chmod(in, "way/file", 0777) == -ELOOP && stat("out/file", &st) == 0 &&
		      (st.st_mode & 07777) == 0600,
	      "no mode is changed behind a link");
	CHECK(below_chmod(in, "sub/new", 0640) == 0 && stat("in/sub/new", &st) == 0 &&
		      (st.st_mode & 07777) == 0640,
	      "but a file's is");
	CHECK(below_rename(in, "way/file", in, "mine", 0) == -ELOOP &&
		      below_rename(in, "sub/new", in, "way/new", 0) == -ELOOP &&
		      access("out/file", F_OK) == 0 && access("out/new", F_OK) < 0,
	      "nothing is moved out or in through a link");
	CHECK(below_rename(in, "sub/new", in, "link", 0) == 0 && lstat("in/link", &st) == 0 &&
		      S_ISREG(st.st_mode) && stat("out/file", &st) == 0 && st.st_size == 0,
	      "a link is replaced, not what it leads to");
	CHECK(below_unlink(in, "way/file", 0) == -ELOOP && below_unlink(in, "way", 0) == 0 &&
		      access("out/file", F_OK) == 0,
	      "a link is removed, and nothing behind one");
}

static void test_copy(int in)
{
	FD_CLEANUP int from = open("out/file", O_RDWR | O_CLOEXEC);
	FD_CLEANUP int to = below_create(in, "copy", 0600);
	char bytes[8] = "";

	CHECK(write(from, "abcdef", 6) == 6 && lseek(from, 2, SEEK_SET) == 2 &&
		      fd_copy(from, to) == 0 && pread(to, bytes, sizeof(bytes), 0) == 4 &&
		      memcmp(bytes, "cdef", 4) == 0,
	      "what is left of a file is copied");
}

int main(void)
{
	FD_CLEANUP int in = make_files();

	test_open(in);
	test_make(in);
	test_change(in);
	test_copy(in);
	CHECK(chdir("/") == 0 && walk_remove(dir, NULL) == 0, "all of it");
	return done();
}
