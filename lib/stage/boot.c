/* SPDX-License-Identifier: MIT */
/* Puts init and the rescue shell's busybox, static programs for the right arch, into their places.
 */
#include "stage/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"
#include "sys/programs.h"

static const struct {
	const char *arch, *link;
} known_as[] = {
	{ "x86_64", "x86_64-pc-init" },
	{ "aarch64", "aarch64-virt-init" },
};

/* A program is only given another arch's name by mistake: look. Returns 1 if it is static. */
static int check_program(const char *path, const char *bytes, size_t n, const struct arch *arch,
			 struct err *err)
{
	uint64_t offset, size;
	struct elf_head head;
	int r = elf_head_parse((const uint8_t *)bytes, n, &head);

	if (r < 0 || !elf_head_fits(&head, arch))
		return err_say(err, EINVAL, "%s is not a program for %s", path, arch->name);
	if (head.phoff > n)
		return err_say(err, EINVAL, "%s is damaged: it ends early", path);
	r = elf_head_interp(&head, (const uint8_t *)bytes + head.phoff, n - (size_t)head.phoff,
			    &offset, &size);
	return r < 0 ? err_say(err, EINVAL, "%s is damaged", path) : r == 0;
}

static int copy_program(const char *from, const struct arch *arch, const char *to, char **ret_bytes,
			size_t *ret_n, struct err *err)
{
	char real[PATH_SIZE];
	FD_CLEANUP int fd = exact_open_named(from, real, err);
	int r = fd < 0 ? fd : files_read_open(fd, from, ret_bytes, ret_n, err);

	if (r < 0)
		return r;
	r = check_program(from, *ret_bytes, *ret_n, arch, err);
	if (r == 0)
		return err_say(err, EINVAL, "%s is not static: it would need what may be missing",
			       from);
	if (r < 0)
		return r;
	return exact_write(to, *ret_bytes, *ret_n, 0755, err);
}

int stage_boot_add_init(const struct arch *arch, const char *dir, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	char name[64], program[PATH_SIZE], to[PATH_SIZE];
	size_t n;
	int r;

	(void)snprintf(name, sizeof(name), "init-%s", arch->name);
	if (programs_find(name, program, sizeof(program), NULL) < 0)
		return 0;
	(void)snprintf(name, sizeof(name), "%s-init", arch->name);
	r = files_path(to, err, "%s/sbin/%s", dir, name);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	r = copy_program(program, arch, to, &bytes, &n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(known_as) / sizeof(known_as[0]); i++) {
		if (!str_eq(known_as[i].arch, arch->name))
			continue;
		r = files_path(to, err, "%s/sbin/%s", dir, known_as[i].link);
		if (r < 0)
			return r;
		r = exact_symlink(name, to, err);
		if (r < 0)
			return r;
	}
	return 1;
}

/* busybox keeps its applets' names as one sorted list of C strings, which an empty one ends; it
 * begins with these two. */
static const char *find_applets(const char *bytes, size_t n)
{
	static const char first[] = "[\0[[\0";

	return memmem(bytes, n, first, sizeof(first) - 1);
}

static int link_applets(const char *bytes, size_t n, const char *rescue, struct err *err)
{
	const char *name = find_applets(bytes, n);
	char path[PATH_SIZE];
	int r;

	for (; name && *name && (size_t)(name - bytes) < n; name += strlen(name) + 1) {
		r = files_path(path, err, "%s/%s", rescue, name);
		if (r < 0)
			return r;
		if (!strchr(name, '/') && !name_flaw(name, strlen(name)) && !exact_exists(path))
			r = exact_symlink("busybox", path, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int stage_boot_add_rescue(const char *busybox, const struct arch *arch, const char *info,
			  struct err *err)
{
	FILES_FREE char *bytes = NULL;
	char rescue[PATH_SIZE], to[PATH_SIZE], hex[65], line[96];
	uint64_t size;
	size_t n;
	int r = files_path(rescue, err, "%s/rescue", info);

	if (r < 0)
		return r;
	r = files_path(to, err, "%s/busybox", rescue);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	r = copy_program(busybox, arch, to, &bytes, &n, err);
	if (r < 0)
		return r;
	r = link_applets(bytes, n, rescue, err);
	if (r < 0)
		return r;
	r = exact_sum(to, hex, &size, err);
	if (r < 0)
		return r;
	(void)snprintf(line, sizeof(line), "%s  busybox\n", hex);
	r = files_path(to, err, "%s/sha256", rescue);
	if (r < 0)
		return r;
	return exact_write(to, line, strlen(line), 0644, err);
}
