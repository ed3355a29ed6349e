/* SPDX-License-Identifier: MIT */
/* Walks over a directory: what comes when, under which name, and what is left alone. */
#include "base/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"
#include "check.h"

static char dir[] = "/tmp/walk.XXXXXX";

/* What a walk has met, in order, each with a blank after it. */
struct met {
	struct text text;
	char seen[1024];
	const char *end; /* the walk ends at this path */
};

static int note(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct met *met = ctx;

	(void)err;
	text_addf(&met->text, "%s%s ", entry->path, S_ISDIR(entry->st->st_mode) ? "/" : "");
	if (met->end && str_ends(entry->path, met->end))
		return -ECANCELED;
	return faccessat(entry->dir, entry->name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int walk(const char *path, struct met *met, struct err *err)
{
	text_init(&met->text, met->seen, sizeof(met->seen));
	return walk_all(path, &(struct walk){ .each = note, .ctx = met }, err);
}

static void meets(const char *path, const char *wanted, const char *what)
{
	struct met met = { 0 };

	CHECK(walk(path, &met, NULL) == 0, what);
	CHECK_TEXT(met.seen, wanted, what);
}

static void make_files(void)
{
	static const char *const folders[] = { "a", "a/b", "a/b.d", "empty", "other" };
	static const char *const files[] = { "a/b/x", "a/b.d/x", "a/B", "other/mine" };

	CHECK(mkdtemp(dir) && chdir(dir) == 0, "a folder of its own");
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		CHECK(mkdir(folders[i], 0755) == 0, folders[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		CHECK(close(open(files[i], O_CREAT | O_WRONLY, 0644)) == 0, files[i]);
	CHECK(symlink("../other", "a/link") == 0, "a link out of it");
}

static void test_names(void)
{
	char whole[64], wanted[256];

	meets("a", "a/B a/b/x a/b/ a/b.d/x a/b.d/ a/link a/ ",
	      "names in order, directories after what is in them, links as they are");
	meets("a/", "a/B a/b/x a/b/ a/b.d/x a/b.d/ a/link a// ", "no slash twice in a path");
	meets("./empty", "./empty/ ", "an empty directory");
	meets("a/B", "a/B ", "a file");
	meets("a/link", "a/link ", "a link");
	CHECK(chdir("a/b") == 0, "in a directory");
	meets(".", "./x ./ ", "the directory that one is in");
	meets("../b.d/..//b/.", "../b.d/..//b/./x ../b.d/..//b/./ ", "a path with dots");
	meets("../b.d/..",
	      "../b.d/../B ../b.d/../b/x ../b.d/../b/ ../b.d/../b.d/x "
	      "../b.d/../b.d/ ../b.d/../link ../b.d/../ ",
	      "the directory above");
	CHECK(chdir("../..") == 0, "and back");
	(void)snprintf(whole, sizeof(whole), "%s/a/b", dir);
	(void)snprintf(wanted, sizeof(wanted), "%s/x %s/ ", whole, whole);
	meets(whole, wanted, "an absolute path");
}

static void test_root(void)
{
	struct met met = { .end = "" };

	CHECK(walk("/", &met, NULL) == -ECANCELED, "the first name below the root ends it");
	CHECK(met.seen[0] == '/' && met.seen[1] != '/', "and has one slash before it");
}

static void test_end(void)
{
	struct met met = { .end = "a/b/x" };
	struct err err = { 0 };

	CHECK(walk("a", &met, &err) == -ECANCELED, "what each returns ends the walk");
	CHECK_TEXT(met.seen, "a/B a/b/x ", "at once");
	CHECK_TEXT(err.text, "a/b/x: Operation canceled", "with the path in the sentence");
	err = (struct err){ 0 };
	CHECK(walk("nothing", &met, &err) == -ENOENT, "what is not there");
	CHECK_TEXT(err.text, "cannot read nothing: No such file or directory", "in a sentence");
}

static void test_remove(void)
{
	struct err err = { 0 };

	CHECK(walk_remove("nothing", &err) == 0 && walk_remove("a/B/x", &err) == 0,
	      "nothing there is no error");
	CHECK(walk_remove("a/link/", NULL) == 0 && access("other/mine", F_OK) == 0,
	      "a link is removed, not what it leads to");
	CHECK(symlink("../other", "a/link") == 0 && walk_remove("a", &err) == 0, "a directory");
	CHECK(access("a", F_OK) < 0 && access("other/mine", F_OK) == 0, "and no more than that");
	CHECK(walk_remove("other/mine", &err) == 0 && walk_remove("other/", &err) == 0 &&
		      access("other", F_OK) < 0,
	      "a file, and a directory with a slash after it");
}

/* Folders in folders, n deep; false if one cannot be made. */
static bool make_deep(const char *top, const char *name, unsigned n)
{
	int fd = mkdir(top, 0755) < 0 ? -1 : open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && n--) {
		int next = mkdirat(fd, name, 0755) < 0
				   ? -1
				   : openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		(void)close(fd);
		fd = next;
	}
	return fd >= 0 && close(fd) == 0;
}

static void test_deep(void)
{
	const struct rlimit few = { 128, 128 };
	struct err err = { 0 };
	char name[256] = "";
	FD_CLEANUP int fd = -1;

	memset(name, 'n', sizeof(name) - 1);
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0 && make_deep("deep", "d", 1000) &&
		      make_deep("deep/far", name, 100) &&
		      make_deep("deep/.busypy-deep.0", "d", 100),
	      "folders deeper than descriptors and paths go");
	fd = open("deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(walk_empty(fd, "deep", &err) == 0 && rmdir("deep") == 0, "are removed");
	CHECK(make_deep("deep", "d", 1000) && walk_remove("deep", &err) == 0 &&
		      access("deep", F_OK) < 0,
	      "also with what they are in");
	CHECK_TEXT(err.text, "", "without a sentence");
}

int main(void)
{
	make_files();
	test_names();
	test_root();
	test_end();
	test_remove();
	test_deep();
	CHECK(chdir("/") == 0 && walk_remove(dir, NULL) == 0, "all of it");
	return done();
}
