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

#include "base/array.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/ldcache.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "elf/dynamic.h"
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

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A name of a library, and what it is: bytes, another library's name, or something else. */
static int add_library(int clib, const char *path, const char *name, struct sha256 *sha,
		       struct err *err)
{
	char target[PATH_SIZE], hex[SHA256_HEX_SIZE] = "";
	FD_CLEANUP int fd = -1;
	uint64_t size;
	int r;

	sha256_add(sha, name, strlen(name) + 1);
	if (below_readlink(clib, name, target, sizeof(target)) >= 0) {
		sha256_add(sha, target, strlen(target) + 1);
		return 0;
	}
	fd = below_open_file(clib, name);
	if (fd == -EINVAL)
		return 0; /* no file; ld.so passes it by */
	if (fd < 0)
		return err_set(err, -fd, "cannot open %s/%s", path, name);
	r = files_sum_open(fd, name, hex, &size, err);
	sha256_add(sha, hex, sizeof(hex));
	return r;
}

int runtime_libraries_sum(int clib, const char *path, struct sha256 *sha, struct err *err)
{
	NAMES_CLEANUP struct names names = { 0 };
	int r = list_names(clib, path, &names, err);

	if (r >= 0 && names.n)
		qsort(names.names, names.n, sizeof(*names.names), compare_names);
	for (size_t i = 0; i < names.n && r >= 0; i++) {
		if (strstr(names.names[i], ".so"))
			r = add_library(clib, path, names.names[i], sha, err);
	}
	return r;
}

/* -- where they look -------------------------------------------------------------------------- */

/* True if a directory (n bytes) is $ORIGIN or below something above it, inside the tree. */
static bool dir_inside(const char *dir, size_t n, unsigned depth)
{
	static const char *const origins[] = { "$ORIGIN", "${ORIGIN}" };
	const char *end = dir + n;
	size_t skipped = 0;

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		size_t m = strlen(origins[i]);

		if (n >= m && memcmp(dir, origins[i], m) == 0 && (n == m || dir[m] == '/'))
			skipped = m;
	}
	if (!skipped)
		return false;
	for (const char *s = dir + skipped; s < end;) {
		size_t m = strcspn(++s, "/:");

		if (m == 2 && memcmp(s, "..", 2) == 0) {
			if (!depth--)
				return false;
		} else if (m && !(m == 1 && *s == '.')) {
			depth++;
		}
		s += m;
	}
	return true;
}

/* The first directory of a list that is not inside, as ld.so takes it; NULL if all are. */
static const char *first_outside(const char *dirs, unsigned depth, size_t *ret_n)
{
	if (!dirs || !*dirs)
		return NULL;
	for (const char *s = dirs;; s++) {
		size_t n = strcspn(s, ":");

		if (!dir_inside(s, n, depth)) {
			*ret_n = n;
			return s;
		}
		s += n;
		if (!*s)
			return NULL;
	}
}

/* ld.so ignores DT_RPATH where there is DT_RUNPATH. */
static int check_file(const char *name, const char *real, const char *path, unsigned depth,
		      struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const char *dir;
	size_t n;
	int r = elf_dynamic_read(real, &file, err);

	if (r < 0)
		return err_wrap(err, r, "%s/%s", path, name);
	dir = first_outside(file.runpath ? file.runpath : file.rpath, depth, &n);
	if (dir)
		return err_say(err, EPERM,
			       "%s/%s looks for libraries in '%.*s', which is the host's there "
			       "(Hint: patchelf --remove-rpath, or programs = tree)",
			       path, name, (int)n, dir);
	for (size_t i = 0; i < file.n_needed; i++) {
		if (strchr(file.needed[i], '/'))
			return err_say(err, EPERM,
				       "%s/%s needs '%s', which is the host's there (Hint: "
				       "patchelf --replace-needed, or programs = tree)",
				       path, name, file.needed[i]);
	}
	return 0;
}

int runtime_libraries_check(int dir, const char *path, unsigned depth, struct err *err)
{
	NAMES_CLEANUP struct names names = { 0 };
	char real[PATH_SIZE];
	struct text text;
	int r = list_names(dir, path, &names, err);

	for (size_t i = 0; i < names.n && r >= 0; i++) {
		text_init(&text, real, sizeof(real));
		text_addf(&text, "/proc/self/fd/%d/%s", dir, names.names[i]); /* fits */
		r = elf_probe(real);
		if (r < 0)
			return err_set(err, -r, "cannot read %s/%s", path, names.names[i]);
		if (r > 0)
			r = check_file(names.names[i], real, path, depth, err);
	}
	return r < 0 ? r : 0;
}
