/* SPDX-License-Identifier: MIT */
/* Finds out what a path on the command line is, and where in a tree it belongs. */
#include "add/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/content.h"
#include "add/items.h"
#include "add/script.h"
#include "add/wheel.h"
#include "add/wheel_folder.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/python_name.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "stage/runtime_info.h"
#include "sys/below.h"
#include "sys/fd.h"

/* -- ELF files ------------------------------------------------------------------------------ */

static int note_library(struct add *add, int fd, const char *path, const struct elf_dynamic *file,
			const struct arch *arch, struct err *err)
{
	char to[PATH_SIZE];
	int r = files_path(to, err, TREE_CLIB_OF "/%s", arch->name,
			   file->soname ? file->soname : path_base(path));

	if (r < 0)
		return r;
	if (strchr(to + strlen(TREE_CLIB "/") + strlen(arch->name) + 1, '/'))
		r = err_say(err, ENOEXEC, "%s: unsound DT_SONAME", path);
	if (r < 0)
		return r;
	return add_item_note_open(add, fd, to, path, arch, err);
}

static int note_extension(struct add *add, int fd, const char *path, size_t which, int minor,
			  struct err *err)
{
	const struct runtime_info *info = add->runtimes[which].info;
	char to[PATH_SIZE], dist[PATH_SIZE];
	int r = add_runtime_dist(add, which, minor > 0 ? (unsigned)minor : 0, dist, sizeof(dist),
				 err);

	if (r < 0)
		return r;
	r = files_path(to, err, TREE_USR_OF "/%s/%s", info->arch->name, dist, path_base(path));

	if (r < 0)
		return r;
	return add_item_note_open(add, fd, to, path, info->arch, err);
}

static int look_elf(struct add *add, int fd, const char *path, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const char *base = path_base(path);
	const struct arch *arch;
	bool library;
	int r = elf_dynamic_read_open(fd, path, &file, err);

	if (r < 0)
		return r;
	r = add_content_arch(path, &file, &arch, err);
	if (r < 0)
		return r;
	if (!strstr(base, ".so"))
		return err_say(err, ENOEXEC,
			       "%s is a program for %s alone (Hint: a tree's programs are scripts, "
			       "the same for all archs)",
			       path, arch->name);
	library = !str_ends(base, ".so") || (str_starts(base, "lib") && python_name_tag(base) == 0);
	r = add_content_runtime(add, path, arch, library ? 0 : python_name_tag(base), err);
	if (r < 0)
		return r;
	return library ? note_library(add, fd, path, &file, arch, err)
		       : note_extension(add, fd, path, (size_t)r, python_name_tag(base), err);
}

/* -- files ---------------------------------------------------------------------------------- */

/* A name that an import statement can have. */
static bool is_identifier(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c != '_' && c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(i && c >= '0' && c <= '9'))
			return false;
	}
	return n > 0;
}

static int check_name(const char *path, size_t n, struct err *err)
{
	if (is_identifier(path_base(path), n))
		return 0;
	return err_say(err, EINVAL, "%s: '%.*s' is no name that Python can import", path, (int)n,
		       path_base(path));
}

/* The standard library comes first on sys.path. */
static void warn_hidden(const struct add *add, const char *name, size_t n)
{
	char file[PATH_SIZE], dir[PATH_SIZE];

	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct runtime_info *info = add->runtimes[i].info;

		if (files_path(dir, NULL, "%s/%s/%.*s", info->usr, info->stdlib, (int)n, name) ==
			    0 &&
		    files_path(file, NULL, "%s.py", dir) == 0 &&
		    (exact_exists(dir) || exact_exists(file))) {
			listener_warn(add->request->listener,
				      "%.*s: Python's own module of that name is found first",
				      (int)n, name);
			return;
		}
	}
}

static int look_module(struct add *add, int fd, const char *path, struct err *err)
{
	const char *base = path_base(path);
	size_t n = strlen(base) - strlen(".py");
	char to[PATH_SIZE];
	int r = check_name(path, n, err);

	if (r < 0)
		return r;
	r = files_path(to, err, TREE_SITE "/%s", base);
	if (r < 0)
		return r;
	warn_hidden(add, base, n);
	return add_item_note_open(add, fd, to, path, NULL, err);
}

/* What -r reads and nobody executes. */
static bool names_requirements(const char *base)
{
	return str_eq(base, "pyproject.toml") || str_eq(base, "uv.lock") ||
	       (str_starts(base, "requirements") && str_ends(base, ".txt")) ||
	       (str_starts(base, "pylock.") && str_ends(base, ".toml"));
}

static int look_file(struct add *add, int fd, const char *path, struct err *err)
{
	char bytes[SHEBANG_READ];
	size_t n;
	int r = add_content_head(fd, path, bytes, &n, err);

	if (r < 0)
		return r;
	if (add_content_is_elf(bytes, n))
		return look_elf(add, fd, path, err);
	if (str_ends(path, ".py") && !shebang_begins(bytes, n))
		return look_module(add, fd, path, err);
	if (names_requirements(path_base(path)))
		return err_say(err, EINVAL,
			       "%s names what is wanted, and is no script (Hint: -r %s adds that)",
			       path, path_base(path));
	return add_script(add, fd, path, err);
}

/* -- directories ---------------------------------------------------------------------------- */

/* A walk over a directory of the command line. */
struct walked {
	struct add *add;
	int fd;
	size_t top; /* bytes of a path that are the directory's own */
};

static int skip_below(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct walked *walked = ctx;

	(void)err;
	return entry->path[walked->top] != '\0';
}

static int look_script(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct walked *walked = ctx;
	FD_CLEANUP int fd = -1;

	if (!entry->path[walked->top] || entry->name[0] == '.' || S_ISDIR(entry->st->st_mode))
		return 0;
	fd = below_open_file(entry->dir, entry->name);
	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", entry->path);
	return add_script(walked->add, fd, entry->path, err);
}

/* What add_content_look has found to be scripts alone. */
static int look_scripts(struct add *add, int fd, const char *path, struct err *err)
{
	struct walked walked = { .add = add, .top = strlen(path) };

	return walk_at(fd, ".", path,
		       &(struct walk){ .each = look_script, .enter = skip_below, .ctx = &walked },
		       err);
}

/* What a link leads to is copied: it must not be what its maker could not have read (/etc/shadow).
 */
static int refuse_strays(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct walked *walked = ctx;
	const char *path = entry->path, *flaw = name_flaw(path_base(path), strlen(path_base(path)));

	if (flaw)
		return err_say(err, EINVAL, "%s %s", path, flaw);
	if (S_ISLNK(entry->st->st_mode) && below_leads_out(walked->fd, path + walked->top + 1))
		return err_say(err, EINVAL,
			       "%s leads out of %.*s (Hint: put what it leads to in its place)",
			       path, (int)walked->top, path);
	return 0;
}

static int check_package(const struct add *add, int fd, const char *path, struct err *err)
{
	struct walked walked = { .fd = fd, .top = strlen(path) };

	if (path_below(add->tree, path))
		return err_say(err, EINVAL, "%s has the tree in it", path);
	return walk_at(fd, ".", path, &(struct walk){ .each = refuse_strays, .ctx = &walked }, err);
}

/* What installers leave beside a package. */
static bool is_metadata(const char *path)
{
	return str_ends(path, ".dist-info") || str_ends(path, ".egg-info");
}

static int package_place(const struct add *add, const char *name, const struct add_content *content,
			 char *ret, struct err *err)
{
	char dist[PATH_SIZE];
	int which, r;

	if (!content->arch)
		return files_path(ret, err, TREE_SITE "/%s", name);
	which = add_content_runtime(add, content->elf, content->arch, content->minor, err);
	if (which < 0)
		return which;
	r = add_runtime_dist(add, (size_t)which, (unsigned)content->minor, dist, sizeof(dist), err);
	return r < 0 ? r
		     : files_path(ret, err, TREE_USR_OF "/%s/%s", content->arch->name, dist, name);
}

static int look_package(struct add *add, int fd, const char *path,
			const struct add_content *content, struct err *err)
{
	const char *base = path_base(path);
	char to[PATH_SIZE];
	int r = check_package(add, fd, path, err);

	if (r < 0)
		return r;
	if (!is_metadata(path))
		r = check_name(path, strlen(base), err);
	if (r < 0)
		return r;
	r = package_place(add, base, content, to, err);
	if (r < 0)
		return r;
	warn_hidden(add, base, strlen(base));
	return add_item_note_open(add, fd, to, path, content->arch, err);
}

static int look_dir(struct add *add, int fd, const char *path, struct err *err)
{
	struct add_content content;
	int r;

	if (wheel_folder_is(fd))
		return add_wheel_note_folder(add, fd, path, err);
	r = add_content_look(fd, path, &content, err);
	if (r < 0)
		return r;
	if (!content.init && content.n_scripts && !content.other)
		return look_scripts(add, fd, path, err);
	if (content.init || content.arch || is_metadata(path))
		return look_package(add, fd, path, &content, err);
	if (content.main)
		return err_say(err, EINVAL,
			       "%s is a program's directory, not a Python package (no __init__.py) "
			       "(Hint: 'python3 -m zipapp -p /usr/bin/python3 -o NEW %s' makes a "
			       "script of it)",
			       path, path);
	return err_say(err, EINVAL,
		       "%s is neither a Python package (no __init__.py) nor a directory of scripts "
		       "(Hint: name the %s in it one by one)",
		       path, content.python ? "modules and packages" : "scripts");
}

/* Once; whatever stands there later, this is what is looked at and copied. */
int add_files_look(struct add *add, const char *word, struct err *err)
{
	char path[PATH_SIZE];
	FD_CLEANUP int seen = below_open_named(word, O_PATH, path);
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (seen < 0 || fstat(seen, &st) < 0)
		return err_say(
			err, -seen, "%s: %s%s", word, strerror(-seen),
			strchr(word, '/')
				? ""
				: " (Hint: a package's name needs --from debian or --from index)");
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return err_say(err, EINVAL, "%s is neither a file nor a directory", word);
	fd = fd_reopen(seen, O_RDONLY | O_NOCTTY);
	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", path);
	if (S_ISREG(st.st_mode) && add_is_wheel(word))
		return add_wheel_note(add, &fd, path, err);
	return S_ISDIR(st.st_mode) ? look_dir(add, fd, path, err) : look_file(add, fd, path, err);
}
