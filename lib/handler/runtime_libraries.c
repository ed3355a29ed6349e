/* SPDX-License-Identifier: MIT */
/* Lists a runtime's libraries, and reads what they say of where to look: ld.so goes by that first,
 * and beside the host an absolute directory is the host's. */
#include "handler/runtime_libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/ldcache.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/inside.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

enum { LIBRARIES_MAX = 2048 };

/* -- the cache -------------------------------------------------------------------------------- */

struct names {
	char (*names)[NAME_MAX + 1];
	size_t n, room;
};

static void names_free(struct names *names)
{
	free(names->names);
}

#define NAMES_CLEANUP __attribute__((cleanup(names_free)))

/* The names of an open directory; one of O_PATH is opened again. */
static int list_names(int dir, const char *path, struct names *names, struct err *err)
{
	FD_CLEANUP int fd = below_open(dir, ".", O_RDONLY | O_DIRECTORY);
	struct dirs dirs;
	const char *name;
	int r = fd;

	if (fd < 0)
		return err_set(err, -fd, "cannot open %s", path);
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (array_reserve(&names->names, &names->room, names->n + 1,
				  sizeof(*names->names)) < 0)
			return err_set(err, ENOMEM, "cannot list %s", path);
		(void)str_copy(names->names[names->n++], NAME_MAX + 1, name); /* fits */
	}
	return r < 0 ? err_set(err, -r, "cannot list %s", path) : 0;
}

static int write_cache(struct ldcache_library *libs, size_t n, const struct arch *arch,
		       const char *path, uint8_t **ret, struct err *err)
{
	size_t room = ldcache_size(libs, n);
	ARRAY_FREE uint8_t *bytes = malloc(room);
	int r = bytes ? ldcache_write(libs, n, arch, bytes, room) : -ENOMEM;

	if (r == -EINVAL)
		return err_say(err, EINVAL, "%s: a library's name is not ASCII", path);
	if (r < 0)
		return err_set(err, -r, "cannot make a cache of %s", path);
	*ret = bytes;
	bytes = NULL;
	return r;
}

int runtime_libraries_cache(int clib, const char *path, const struct arch *arch, uint8_t **ret,
			    struct err *err)
{
	struct ldcache_library libs[LIBRARIES_MAX];
	NAMES_CLEANUP struct names names = { 0 };
	size_t n = 0;
	int r = list_names(clib, path, &names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		if (!strstr(names.names[i], ".so"))
			continue;
		if (n == LIBRARIES_MAX)
			return err_say(err, E2BIG, "%s: more than %d libraries", path,
				       LIBRARIES_MAX);
		libs[n++] = (struct ldcache_library){ names.names[i], path };
	}
	return write_cache(libs, n, arch, path, ret, err);
}

/* -- where they look -------------------------------------------------------------------------- */

/* What is looked at, and where it lies. */
struct checking {
	const struct runtime_checked *checked;
	size_t top; /* bytes of its path */
};

/* How many folders a file lies in, below what is walked through. */
static unsigned folders_above(const char *path)
{
	unsigned n = 0;

	while ((path = strchr(path + 1, '/')))
		n++;
	return n;
}

static int check_dynamic(const struct elf_dynamic *file, const char *path, unsigned depth,
			 struct err *err)
{
	struct elf_outside outside;

	if (!elf_leads_outside(file, depth, &outside))
		return 0;
	if (outside.dir)
		return err_say(err, EPERM,
			       "%s looks for libraries in '%.*s', which is the host's there "
			       "(Hint: patchelf --remove-rpath, or programs = tree)",
			       path, outside.dir_size, outside.dir);
	return err_say(err, EPERM,
		       "%s needs '%s', which is the host's there (Hint: "
		       "patchelf --replace-needed, or programs = tree)",
		       path, outside.needed);
}

static int check_open(int fd, const struct walk_entry *entry, unsigned depth, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	unsigned char head[ELF_LOADABLE_SIZE];
	ssize_t n = fd_read_at(fd, head, sizeof(head), 0);
	int r;

	if (n < 0)
		return (int)n;
	if (!elf_loadable(head, (size_t)n))
		return 0;
	r = elf_dynamic_read_open(fd, entry->path, &file, err);
	return r < 0 ? r : check_dynamic(&file, entry->path, depth, err);
}

static int check_file(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct checking *checking = ctx;
	const struct runtime_checked *checked = checking->checked;
	FD_CLEANUP int fd = -1;

	/* nothing loads Python's own files as ELF */
	if (!S_ISREG(entry->st->st_mode) || str_ends(entry->name, ".py") ||
	    str_ends(entry->name, ".pyc"))
		return 0;
	/* nothing is looked up for it: it needs nothing, and opens nothing of its own */
	if (checked->ldso && str_eq(entry->name, checked->ldso))
		return 0;
	fd = below_open_file(entry->dir, entry->name);
	if (fd < 0)
		return fd;
	return check_open(fd, entry, checked->depth + folders_above(entry->path + checking->top),
			  err);
}

int runtime_libraries_check(const struct runtime_checked *checked, struct err *err)
{
	struct checking checking = { .checked = checked, .top = strlen(checked->path) };
	const struct walk walk = { .each = check_file, .ctx = &checking };

	return walk_at(checked->dir, ".", checked->path, &walk, err);
}

/* -- what they are ---------------------------------------------------------------------------- */

struct summing {
	struct sha256 *sha;
	size_t top;  /* bytes of the path of what is walked through */
	bool closed; /* nothing has led out of it */
};

static int sum_link(const struct walk_entry *entry, struct summing *summing)
{
	char target[PATH_SIZE];
	int r = below_readlink(entry->dir, entry->name, target, sizeof(target));

	if (r < 0)
		return r;
	summing->closed &= target[0] != '/' && !strstr(target, "..");
	sha256_add(summing->sha, target, strlen(target) + 1);
	return 0;
}

static int sum_file(const struct walk_entry *entry, struct summing *summing, struct err *err)
{
	FD_CLEANUP int fd = below_open_file(entry->dir, entry->name);
	unsigned depth = folders_above(entry->path + summing->top);
	char hex[SHA256_HEX_SIZE];
	uint64_t size;
	int r = fd < 0 ? fd : files_sum_open(fd, entry->path, hex, &size, err);

	if (r < 0)
		return r;
	sha256_add(summing->sha, hex, sizeof(hex));
	r = check_open(fd, entry, depth ? depth - 1 : 0, NULL);
	summing->closed &= r != -EPERM;
	return r == -EPERM ? 0 : r;
}

/* A path, and what it is: another path, bytes, or nothing that ld.so takes. */
static int sum_entry(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct summing *summing = ctx;
	const char *path = entry->path + summing->top;

	sha256_add(summing->sha, path, strlen(path) + 1);
	if (S_ISLNK(entry->st->st_mode))
		return sum_link(entry, summing);
	return S_ISREG(entry->st->st_mode) ? sum_file(entry, summing, err) : 0;
}

int runtime_libraries_sum(int clib, const char *path, struct sha256 *sha, struct err *err)
{
	struct summing summing = { .sha = sha, .top = strlen(path), .closed = true };
	const struct walk walk = { .each = sum_entry, .ctx = &summing };
	int r = walk_at(clib, ".", path, &walk, err);

	return r < 0 ? r : summing.closed;
}
