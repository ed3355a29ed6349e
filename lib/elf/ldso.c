/* SPDX-License-Identifier: MIT */
/* Reads an ld.so and the files by which it is set up. */
#include "elf/ldso.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/ldso.h"
#include "core/ldso_path.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

bool elf_ldso_is_musl(const char *path)
{
	return str_starts(path_base(path), "ld-musl-");
}

/* A file of the sysroot; -ENOENT, ... */
static int read_file(const struct sysroot *root, const char *path, char **ret, size_t *ret_n)
{
	char real[PATH_SIZE];
	FD_CLEANUP int fd = path ? sysroot_open(root, path, real) : -ENOENT;

	return fd < 0 ? fd : files_read_open(fd, real, ret, ret_n, NULL);
}

/* PREFIX/etc/ld-musl-ARCH.path, where ld.so is PREFIX/lib/ld-musl-ARCH.so.1. */
static void read_musl_path(struct elf_ldso *ldso)
{
	char path[PATH_SIZE];
	const char *base = path_base(ldso->path);
	size_t stem = strcspn(base, "."), up = (size_t)(base - ldso->path), n;
	struct text text;

	for (int slashes = 0; up && slashes < 2; up--)
		slashes += ldso->path[up - 1] == '/';
	text_init(&text, path, sizeof(path));
	text_add_bytes(&text, ldso->path, up);
	text_add(&text, "/etc/");
	text_add_bytes(&text, base, stem);
	text_add(&text, ".path");
	if (text_check(&text) == 0)
		(void)read_file(ldso->root, path, &ldso->musl_path, &n); /* absent: its default */
}

/* Those of the distributions, for an ld.so that cannot be read. */
static void guess(const struct arch *arch, struct ldso_build *ret)
{
	static const char *const dirs[] = { "/lib/",	"/usr/lib/", "/lib",
					    "/usr/lib", "/lib64",    "/usr/lib64" };

	*ret = (struct ldso_build){ 0 };
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct text text;

		text_init(&text, ret->dirs + ret->dirs_size, sizeof(ret->dirs) - ret->dirs_size);
		text_addf(&text, "%s%s/", dirs[i], str_ends(dirs[i], "/") ? arch->triplet : "");
		ret->dirs_size += text.used + 1;
	}
}

/* rtld.c, do_preload: from a # on, a line is a comment. */
static void blank_comments(char *list)
{
	char *s = list;

	while ((s = strchr(s, '#')))
		memset(s, ' ', strcspn(s, "\n"));
}

static int read_glibc(struct elf_ldso *ldso)
{
	FILES_FREE char *bytes = NULL;
	size_t n;
	int r = *ldso->path ? read_file(ldso->root, ldso->path, &bytes, &n) : -ENOENT;

	if (r == -ENOMEM)
		return r;
	ldso->build = malloc(sizeof(*ldso->build));
	if (!ldso->build)
		return -ENOMEM;
	if (r < 0 || !ldso_build_read(bytes, n, ldso->build)) {
		guess(ldso->arch, ldso->build);
		return 0;
	}
	if (read_file(ldso->root, ldso->build->cache, &ldso->cache, &ldso->cache_size) < 0)
		ldso->cache_size = 0;
	if (read_file(ldso->root, ldso->build->preload, &ldso->preload_file, &n) == 0)
		blank_comments(ldso->preload_file);
	return 0;
}

int elf_ldso_open(struct elf_ldso *ldso, const struct sysroot *root, const struct arch *arch,
		  const char *path)
{
	*ldso = (struct elf_ldso){
		.root = root, .arch = arch, .path = path, .musl = elf_ldso_is_musl(path)
	};
	if (!ldso->musl)
		return read_glibc(ldso);
	read_musl_path(ldso);
	return 0;
}

void elf_ldso_close(struct elf_ldso *ldso)
{
	for (size_t i = 0; i < ldso->n_dirs; i++)
		free(ldso->dirs[i].path);
	free(ldso->build);
	free(ldso->cache);
	free(ldso->preload_file);
	free(ldso->musl_path);
	memset(ldso, 0, sizeof(*ldso));
}

const char *elf_ldso_system_dir(const struct elf_ldso *ldso, const char *last)
{
	const struct ldso_build *build = ldso->build;

	if (!build)
		return NULL;
	last = last ? last + strlen(last) + 1 : build->dirs;
	return last < build->dirs + build->dirs_size ? last : NULL;
}

static bool exists(const struct elf_ldso *ldso, const char *dir, const char *name, size_t n)
{
	char path[PATH_SIZE], real[PATH_SIZE];
	struct text text;

	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/", dir);
	text_add_bytes(&text, name, n);
	return text_check(&text) == 0 && sysroot_find(ldso->root, path, real) == 0;
}

static bool subdir(const struct elf_ldso *ldso, size_t i, char *ret)
{
	const struct ldso_build *build = ldso->build;

	return ldso_subdir(ldso->machine, build->hwcaps, build->legacy, i, ret);
}

enum { FIRST_NAMES = LDSO_PARTS_MAX + 3 }; /* glibc-hwcaps, tls, platform, parts */

/* The number of a subdirectory's first name. */
static unsigned first_name(const struct ldso_machine *machine, const char *name, size_t n)
{
	const char *const fixed[] = { "glibc-hwcaps", "tls", machine->platform };

	for (unsigned i = 0; i < 3; i++) {
		if (fixed[i] && strlen(fixed[i]) == n && memcmp(fixed[i], name, n) == 0)
			return i;
	}
	for (unsigned i = 0; machine->parts[i]; i++) {
		if (strlen(machine->parts[i]) == n && memcmp(machine->parts[i], name, n) == 0)
			return i + 3;
	}
	return FIRST_NAMES;
}

/* Which first names a directory has: few have any, and there may be a hundred subdirectories. */
static unsigned look(struct elf_ldso *ldso, const char *dir)
{
	char sub[LDSO_SUBDIR_MAX];
	unsigned has = 0, seen = 0;

	for (size_t i = 0; i < ldso->n_dirs; i++) {
		if (str_eq(ldso->dirs[i].path, dir))
			return ldso->dirs[i].has;
	}
	for (size_t i = 0; subdir(ldso, i, sub) && *sub; i++) {
		size_t n = strcspn(sub, "/");
		unsigned bit = 1U << first_name(ldso->machine, sub, n);

		if (!(seen & bit) && exists(ldso, dir, sub, n))
			has |= bit;
		seen |= bit;
	}
	if (ldso->n_dirs < ELF_LDSO_DIRS) {
		char *copy = strdup(dir);

		if (copy)
			ldso->dirs[ldso->n_dirs++] = (struct elf_ldso_dir){ copy, has };
	}
	return has;
}

int elf_ldso_subdir(struct elf_ldso *ldso, const char *dir, size_t i, char *ret_path)
{
	char sub[LDSO_SUBDIR_MAX];

	if (!subdir(ldso, i, sub))
		return -ENOENT;
	if (!*sub)
		return str_copy(ret_path, PATH_SIZE, dir) < 0 ? 0 : 1;
	if (!(look(ldso, dir) & 1U << first_name(ldso->machine, sub, strcspn(sub, "/"))))
		return 0;
	return path_join(ret_path, PATH_SIZE, dir, sub) < 0 ? 0 : 1;
}
