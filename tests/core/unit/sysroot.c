/* SPDX-License-Identifier: MIT */
/* Paths in a view: what its plan says is where it leads. */
#include "base/sysroot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/view.h"
#include "check.h"

static struct sysroot root;
static struct facts facts;
static struct plan plan;
static char dir[] = "/tmp/sysroot.XXXXXX";

static void make(const char *path, const char *target)
{
	char whole[PATH_SIZE];
	FILE *file = NULL;
	int r = path_join(whole, sizeof(whole), dir, path);

	if (r == 0 && !target)
		r = mkdir(whole, 0755);
	else if (r == 0 && *target)
		r = symlink(target, whole);
	else if (r == 0)
		r = (file = fopen(whole, "we")) ? fclose(file) : -1;
	CHECK(r == 0, path);
}

/* path leads to wanted below the folder of this test, or to nothing if that is NULL. */
static void leads(const char *path, const char *wanted)
{
	char real[PATH_SIZE] = "", whole[PATH_SIZE];
	int r = sysroot_find(&root, path, real);

	if (!wanted) {
		CHECK(r == -ENOENT, path);
		return;
	}
	(void)path_join(whole, sizeof(whole), dir, wanted);
	CHECK(r == 0, path);
	CHECK_TEXT(real, whole, "is there");
}

static void make_tree(void)
{
	static const char *const folders[] = { "tree",
					       "tree/bin",
					       "tree/lib",
					       "tree/usr",
					       "tree/etc",
					       "tree/etc/python",
					       "tree/etc/python/x86_64",
					       "tree/etc/python/x86_64/usr",
					       "tree/etc/clib",
					       "tree/etc/clib/x86_64",
					       "host",
					       "host/lib64" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		make(folders[i], NULL);
	make("tree/lib64", "lib");
	make("tree/bin/tool", "");
	make("tree/etc/python/x86_64/usr/python", "");
	make("tree/etc/python/x86_64/usr/link", "/lib64/libc");
	make("tree/etc/clib/x86_64/libc", "");
	make("host/file", "");
	make("host/link", "/file");
	make("host/lib64/libc", "");
	make("file-link", "host/file");
	make("slash-link", "host/file/");
}

/* A slash at the end asks for a directory, also through a link. */
static void slashes(void)
{
	char real[PATH_SIZE];

	CHECK(sysroot_init(&root, dir) == 0, "one directory");
	CHECK(sysroot_find(&root, "/host/file/", real) == -ENOTDIR, "a file and a slash");
	CHECK(sysroot_find(&root, "/host/file//", real) == -ENOTDIR, "a file and two");
	CHECK(sysroot_find(&root, "/file-link", real) == 0, "a link to a file");
	CHECK(sysroot_find(&root, "/file-link/", real) == -ENOTDIR, "and a slash");
	CHECK(sysroot_find(&root, "/slash-link", real) == -ENOTDIR, "a link that ends in one");
	CHECK(sysroot_find(&root, "/tree/lib64/", real) == 0, "a link to a directory");
}

static void client(const char *tree)
{
	CHECK(sysroot_init_client(&root, tree, arch_by_name("x86_64")) == 0, "a client's view");
	leads("/usr/python", "tree/etc/python/x86_64/usr/python");
	leads("/usr/link", "tree/etc/clib/x86_64/libc");
	leads("/bin/tool", "tree/bin/tool");
	leads("/bin/../lib/libc", "tree/etc/clib/x86_64/libc");
	leads("/bin/none", NULL);
	CHECK(sysroot_init_view(&root, tree, arch_by_name("x86_64")) == 0, "its runtime alone");
	leads("/usr/link", "tree/etc/clib/x86_64/libc");
	leads("/bin/tool", NULL);
	CHECK(str_ends(sysroot_dir(&root, "/lib"), "/etc/clib/x86_64"), "where /lib is");
	CHECK(!sysroot_dir(&root, "/bin"), "and /bin is not");
}

/* The plan's "/" is the folder host, so its tree must be named from there. */
static void in_host(void)
{
	struct view view = { .kind = VIEW_HOST, .tree = "/../tree", .arch = "x86_64" };
	char where[PATH_SIZE], path[PATH_SIZE];

	facts_init(&facts);
	(void)facts_add_top(&facts, FACTS_FILE, false, "file", NULL);
	(void)facts_add_top(&facts, FACTS_DIR, false, "lib64", NULL);
	(void)facts_add_top(&facts, FACTS_LINK, false, "link", "/file");
	(void)facts_add_top(&facts, FACTS_LINK, false, "circle", "circle");
	(void)path_join(where, sizeof(where), dir, "host");
	CHECK(view_plan(&view, &facts, &plan, NULL) == 0, "the plan of a host view");
	CHECK(sysroot_from_plan(&root, &plan, where) == 0, "as a view");
	leads("/file", "host/file");
	leads("/link", "host/file");
	leads("/bin/tool", "host/../tree/bin/tool");
	leads("/usr/link", "host/../tree/etc/clib/x86_64/libc");
	leads("/lib64/libc", "host/../tree/etc/clib/x86_64/libc");
	leads("/none", NULL);
	leads("/host/file", NULL);
	CHECK(sysroot_find(&root, "/circle", path) == -ELOOP, "a circle");
	CHECK(sysroot_find_link(&root, "/link", path) == 0 && str_ends(path, "/host/link"),
	      "the link itself");
	CHECK(sysroot_find(&root, "/", path) == 0 && str_eq(path, where), "the root");
}

/* 128 mounts of 512 bytes are the whole text. */
static void full(void)
{
	char folder[512 - sizeof("/x")];

	memset(folder, 'd', sizeof(folder));
	folder[sizeof(folder) - 1] = '\0';
	CHECK(sysroot_init(&root, "/") == 0, "an empty one");
	root.n_mounts = root.text_used = 0;
	for (size_t i = 0; i < sizeof(root.text) / 512; i++)
		CHECK(sysroot_mount(&root, "/x", folder) == 0, "there is room");
	CHECK(root.text_used == sizeof(root.text), "which is taken to the last byte");
	CHECK(sysroot_mount(&root, "", "/") == -E2BIG, "no room at all");
	CHECK(root.text_used == sizeof(root.text), "and nothing beyond it is touched");
}

int main(void)
{
	char tree[PATH_SIZE], command[PATH_SIZE + 16];

	if (!mkdtemp(dir))
		return 1;
	(void)path_join(tree, sizeof(tree), dir, "tree");
	make_tree();
	client(tree);
	in_host();
	full();
	slashes();
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	CHECK(system(command) == 0, "nothing is left");
	return done();
}
