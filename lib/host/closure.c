/* SPDX-License-Identifier: MIT */
/* Walks a staged runtime's interpreter, PT_INTERP and libraries inside the view's paths. */
#include "closure.h"

#include <errno.h>

#include "arch.h"
#include "elf_file.h"
#include "err.h"
#include "needed.h"
#include "sysroot.h"

#define INTERPRETER "/usr/bin/python3"

/* A program at path, of this arch. */
static int check_program(const struct sysroot *root, const struct arch *arch, const char *path,
			 struct elf_file *ret, struct err *err)
{
	char real[SYSROOT_PATH_MAX];
	int r = sysroot_find(root, path, real);

	if (r == 0)
		r = elf_file_read(real, ret, err);
	else
		return err_set(err, -r, "%s", path);
	if (r < 0)
		return r;
	if (!elf_file_fits(ret, arch))
		return err_say(err, ENOEXEC, "%s is no ELF file for %s", path, arch->name);
	return 0;
}

static int check(const struct sysroot *root, const struct arch *arch, struct err *err)
{
	ELF_FILE_CLEANUP struct elf_file interpreter = { 0 };
	ELF_FILE_CLEANUP struct elf_file ldso = { 0 };
	NEEDED_CLEANUP struct needed set = { 0 };
	int r = check_program(root, arch, INTERPRETER, &interpreter, err);

	if (r < 0)
		return r;
	if (!interpreter.interp)
		return 0; /* static */
	r = check_program(root, arch, interpreter.interp, &ldso, err);
	if (r < 0)
		return err_wrap(err, r, "%s asks for a loader that cannot be used", INTERPRETER);
	return needed_add(root, arch, INTERPRETER, needed_is_musl(interpreter.interp), &set, err);
}

int closure_check(const char *tree, const struct arch *arch, struct err *err)
{
	struct sysroot root;
	int r = sysroot_init_view(&root, tree, arch);

	if (r < 0)
		return err_set(err, -r, "%s", tree);
	r = check(&root, arch, err);
	return r < 0 ? err_wrap(err, r, "%s: the runtime for %s", tree, arch->name) : 0;
}
