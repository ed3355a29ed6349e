/* SPDX-License-Identifier: MIT */
/* A folder's files, and the sentences: they name the step and the whole path. */
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/sha256.h"
#include "core/str.h"
#include "check.h"

static char dir[] = "/tmp/folder.XXXXXX";

static void says(int r, int wanted, struct err *err, const char *text, const char *what)
{
	CHECK(r == wanted, what);
	CHECK_TEXT(err->text, text, what);
	*err = (struct err){ 0 };
}

static void test_write(const struct folder *in, struct err *err)
{
	struct stat st;

	CHECK(folder_mkdirs_for(in, "a/b/file", err) == 0 &&
		      folder_mkdirs_for(in, "file", err) == 0 &&
		      folder_write(in, "a/b/file", "text", 4, 0640, err) == 0 &&
		      stat("in/a/b/file", &st) == 0 && (st.st_mode & 07777) == 0640 &&
		      st.st_mtime == FILES_TIME,
	      "a file has its mode and the time of staged files");
	says(folder_write(in, "a/b/file", "x", 1, 0644, err), -EEXIST, err,
	     "cannot create in/a/b/file: File exists", "none is written over");
	says(folder_write(in, "way/x", "x", 1, 0644, err), -ELOOP, err,
	     "cannot create in/way/x: Too many levels of symbolic links", "or behind a link");
	says(folder_mkdirs(in, "../out/x", err), -EXDEV, err, "../out/x leads out of in",
	     "or outside");
	CHECK(folder_link(in, "a", "link", err) == 0 && folder_has(in, "link"), "a link");
	says(folder_link(in, "a", "link", err), -EEXIST, err,
	     "cannot create the link in/link: File exists", "once");
}

static void test_read(const struct folder *in, struct err *err)
{
	char sum[SHA256_HEX_SIZE];
	FILES_FREE char *bytes = NULL;
	uint64_t size;
	size_t n;

	CHECK(folder_read(in, "a/b/file", 4, &bytes, &n, err) == 0 && n == 4 &&
		      str_eq(bytes, "text"),
	      "a file is read whole");
	says(folder_read(in, "a/b/file", 3, &bytes, &n, err), -EFBIG, err,
	     "in/a/b/file has more than 3 bytes", "unless it is too large");
	says(folder_read(in, "fifo", 9, &bytes, &n, err), -EINVAL, err,
	     "cannot read in/fifo: Invalid argument", "or would wait");
	CHECK(folder_sum(in, "a/b/file", sum, &size, err) == 0 && size == 4 &&
		      str_starts(sum, "982d9e3eb996f559"),
	      "a sum");
	says(folder_sum(in, "way/file", sum, &size, err), -ELOOP, err,
	     "cannot read in/way/file: Too many levels of symbolic links", "but behind no link");
}

static int count(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct text *text = ctx;

	(void)err;
	text_addf(text, "%s ", entry->path);
	return 0;
}

static int leave_out(const struct walk_entry *entry, struct err *err, void *ctx)
{
	(void)err;
	(void)ctx;
	CHECK(entry->fd >= 0, "a directory that is entered is open");
	return str_eq(entry->name, "b");
}

static void test_whole(const struct folder *in, struct err *err)
{
	FOLDER_CLEANUP struct folder a = FOLDER_NONE, b = FOLDER_NONE;
	char met[256];
	struct text text;
	struct walk walk = { .each = count, .enter = leave_out, .ctx = &text };

	text_init(&text, met, sizeof(met));
	CHECK(folder_walk(in, ".", &walk, err) == 0, "a walk");
	CHECK_TEXT(met, "in/a in/fifo in/link in/way in ", "leaves out what it is told to");
	CHECK(folder_enter(in, "a", &a, err) == 0 && folder_make(in, "new/b", &b, err) == 0,
	      "folders in it");
	CHECK_TEXT(b.path, "in/new/b", "are called by their whole path");
	CHECK(folder_move(&a, "b/file", &b, "file", err) == 0 && access("in/new/b/file", F_OK) == 0,
	      "a file is moved");
	says(folder_move(in, "way", &b, "no/way", err), -ENOENT, err,
	     "cannot move in/way to in/new/b/no/way: No such file or directory",
	     "but to no folder that is missing");
	CHECK(folder_remove(in, "new", err) == 0 && folder_remove(in, "new", err) == 0 &&
		      folder_remove(in, "new/b", err) == 0 && !folder_has(in, "new"),
	      "a folder is removed once");
	says(folder_remove(in, "way/file", err), -ELOOP, err,
	     "cannot remove in/way/file: Too many levels of symbolic links",
	     "but nothing behind a link");
	CHECK(folder_remove(in, "way", err) == 0 && access("out/file", F_OK) == 0,
	      "a link is, and not what it leads to");
}

int main(void)
{
	FOLDER_CLEANUP struct folder in = FOLDER_NONE;
	struct err err = { 0 };

	CHECK(mkdtemp(dir) && chdir(dir) == 0 && mkdir("in", 0755) == 0 &&
		      mkdir("out", 0755) == 0 &&
		      close(open("out/file", O_CREAT | O_WRONLY, 0644)) == 0 &&
		      symlink("../out", "in/way") == 0 && mkfifo("in/fifo", 0644) == 0,
	      "a folder of its own");
	says(folder_open("none", &in, &err), -ENOENT, &err,
	     "cannot open none: No such file or directory", "a folder must be there");
	CHECK(folder_open("in/", &in, &err) == 0, "and is opened");
	test_write(&in, &err);
	test_read(&in, &err);
	test_whole(&in, &err);
	CHECK(chdir("/") == 0 && walk_remove(dir, NULL) == 0, "all of it");
	return done();
}
