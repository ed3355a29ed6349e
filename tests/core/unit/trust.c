/* SPDX-License-Identifier: MIT */
/* Who may have written this: the sentences, and what has no answer. Owners are tried by
 * tests/hostile. */
#include "sys/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "sys/fd.h"
#include "check.h"

static char dir[] = "/tmp/trust.XXXXXX";

static void test_states(void)
{
	struct trust trust = { .uid = 1000 };
	struct stat st = { .st_mode = S_IFREG | 0644, .st_uid = 1000 };
	struct err err = { 0 };

	CHECK(trust_state(&trust, &st, "f", &err) == 0, "the caller's own");
	st.st_uid = 0;
	CHECK(trust_state(&trust, &st, "f", &err) == 0, "root's");
	st.st_mode |= S_IWGRP;
	CHECK(trust_state(&trust, &st, "f", &err) == -EPERM, "what a group can write");
	CHECK_TEXT(err.text, "others than root can write f (Hint: chmod -R go-w the tree)",
		   "says so");
	st = (struct stat){ .st_mode = S_IFDIR | 0755, .st_uid = 1001 };
	CHECK(trust_state(&trust, &st, "d", &err) == -EPERM, "another user's");
	CHECK_TEXT(err.text,
		   "d belongs to uid 1001: its owner could change what other users run (Hint: "
		   "chown -R root:root the tree)",
		   "says so");
	st = (struct stat){ .st_mode = S_IFLNK | 0777, .st_uid = 1001 };
	CHECK(trust_state(&trust, &st, "l", &err) == 0, "a link is not asked");
}

static void test_paths(void)
{
	struct trust trust;
	struct err err = { 0 };
	FD_CLEANUP int fd = -1;
	char none[64];

	trust_init(&trust);
	CHECK(mkdtemp(dir) && chdir(dir) == 0 && mkdir("sub", 0755) == 0 &&
		      symlink("loop", "loop") == 0 && mkdir("open", 0755) == 0 &&
		      chmod("open", 0777) == 0,
	      "a folder of its own");
	fd = trust_open(&trust, "sub", &err);
	CHECK(fd >= 0, "a folder of the caller's below /tmp, which is sticky");
	CHECK(trust_path(&trust, "sub/none/at/all", &err) == 0, "what only the caller can make");
	CHECK(trust_path(&trust, "open/none", &err) == -EPERM, "what others can make");
	(void)snprintf(none, sizeof(none), "%s.none", dir); /* beside it, in /tmp */
	CHECK(trust_path(&trust, none, &err) == -EPERM, "as in /tmp itself");
	CHECK(trust_open(&trust, "loop", &err) == -ELOOP, "a link to itself");
	CHECK(chdir("sub") == 0 && rmdir("../sub") == 0, "a working directory that is gone");
	err = (struct err){ 0 };
	CHECK(trust_path(&trust, "x", &err) == -ESTALE, "answers nothing");
	CHECK_TEXT(err.text, "x: the working directory is gone", "and says so");
	err = (struct err){ 0 };
	CHECK(trust_open(&trust, "x", &err) == -ESTALE && err.code, "in either way");
	CHECK(chdir("/") == 0, "back");
}

static void test_mounts(void)
{
	struct trust trust;
	struct err err = { 0 };

	trust_init(&trust);
	CHECK(trust_mount(&trust, AT_FDCWD, dir, dir, &err) == 0 && trust.n_mounts == 1 &&
		      trust_mount(&trust, AT_FDCWD, dir, dir, &err) == 0 && trust.n_mounts == 1,
	      "a mount is looked up once");
	CHECK(trust_mount(&trust, AT_FDCWD, "/nothing", "/nothing", &err) == -ENOENT && err.code,
	      "what is not there");
}

int main(void)
{
	char path[64];

	test_states();
	test_paths();
	test_mounts();
	(void)snprintf(path, sizeof(path), "%s/loop", dir);
	CHECK(unlink(path) == 0, "the link");
	(void)snprintf(path, sizeof(path), "%s/open", dir);
	CHECK(rmdir(path) == 0 && rmdir(dir) == 0, "all of it");
	return done();
}
