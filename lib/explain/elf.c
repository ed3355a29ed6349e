/* SPDX-License-Identifier: MIT */
/* load_elf_binary() in fs/binfmt_elf.c, up to the point of no return and a little beyond. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/broken.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/rule.h"
#include "core/shebang.h"
#include "core/str.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/world.h"
#include "sys/fd.h"

enum { QEMU_FAILED = 255 }; /* its exit status where it cannot load a program */

/* One ELF file as the loader of one arch reads it. */
struct image {
	const char *path;
	const struct found *file;
	const struct arch *arch;
	int fd;
	struct elf_head head;
	size_t n; /* bytes of phdrs */
	uint8_t phdrs[ELF_PHDRS_MAX];
};

/* 0, or -ENOEXEC where load_elf_phdrs() gives up. */
static int read_phdrs(struct image *image)
{
	image->n = elf_head_phdrs_size(&image->head);
	if (!image->n || fd_read_at(image->fd, image->phdrs, image->n, (off_t)image->head.phoff) !=
				 (ssize_t)image->n)
		return -ENOEXEC;
	return 0;
}

/* The name in PT_INTERP: 1, 0 if there is none, -ENOEXEC, or why it cannot be read: -EIO if the
 * file ends before it, -EINVAL where no file can be that long. */
static int read_name(const struct image *image, char *dst)
{
	uint64_t offset, size;
	ssize_t n;
	int r = elf_head_interp(&image->head, image->phdrs, image->n, &offset, &size);

	if (r != 1)
		return r;
	if (size > PATH_SIZE)
		return -ENOEXEC;
	n = fd_read_at(image->fd, dst, size, (off_t)offset);
	if (n != (ssize_t)size)
		return n < 0 ? (int)n : -EIO;
	return dst[size - 1] ? -ENOEXEC : 1;
}

static int fail(struct world *world, int step, int r)
{
	if (r != -EAGAIN)
		(void)world_fail(world, step, -r);
	return r;
}

/* After the point of no return a fault kills the process. */
static int check_whole(struct world *world, int step, const struct image *image, struct err *err)
{
	switch (elf_head_cut(&image->head, image->phdrs, image->n,
			     (uint64_t)image->file->st.st_size)) {
	case ELF_WHOLE:
		return 0;
	case ELF_CUT:
		(void)broken_cut(image->path, err);
		return world_cannot_tell(world, step);
	case ELF_CUT_FATALLY:
		break;
	}
	(void)broken_cut(image->path, err);
	return world_signal(world, step);
}

/* What is entered first: a static program, or an ELF interpreter. */
static int check_entered(struct world *world, int step, const struct image *image, struct err *err)
{
	int r = check_whole(world, step, image, err);

	if (r < 0 || elf_head_maps(&image->head, image->phdrs, image->n))
		return r;
	(void)broken_segments(image->path, err);
	return world_signal(world, step);
}

static int check_program(struct world *world, int step, const struct image *image,
			 const char *interp, struct err *err)
{
	if (interp[0])
		return check_whole(world, step, image, err);
	if (image->head.entry)
		return check_entered(world, step, image, err);
	(void)broken_library(image->path, err);
	return world_signal(world, step);
}

/* Opens what PT_INTERP names and looks at it as the kernel does. */
static int check_interp(struct world *world, const struct image *program, const char *name,
			struct err *err)
{
	struct found file;
	struct image image;
	FD_CLEANUP int fd = -1;
	size_t least =
		program->arch->elf_class == ELFCLASS64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	int step = world_step(world, "ld.so", name, NULL);
	int r = world_find(world, step, name, &file, err);

	if (r == -ENOENT)
		return err_hint(err, broken_interp(program->path, name, ENOENT, err),
				"it is built for another C library or arch: put that loader there, "
				"or take a static build");
	if (r < 0)
		return err_wrap(err, r, "the ELF interpreter of %s", program->path);
	fd = open(file.real, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(world, step, broken_interp(program->path, name, errno, err));
	image = (struct image){ .path = name, .file = &file, .arch = program->arch, .fd = fd };
	if ((size_t)file.st.st_size < least)
		return fail(world, step, broken_interp_unsound(program->path, name, EIO, err));
	if (elf_head_for_interp(file.head, program->arch, &image.head) < 0 ||
	    read_phdrs(&image) < 0)
		return fail(world, step, broken_interp_unsound(program->path, name, ELIBBAD, err));
	world_set(world, step, NULL, "ELF for %s", program->arch->name);
	return check_entered(world, step, &image, err);
}

/* With the ELF loader of one arch: 1, 0 if it leaves the file, negative. */
static int load(struct world *world, int step, struct image *image, struct last_program *ret,
		struct err *err)
{
	int r;

	if (elf_head_for_kernel(image->file->head, image->arch, &image->head) < 0 ||
	    read_phdrs(image) < 0)
		return 0;
	ret->interp[0] = '\0';
	r = read_name(image, ret->interp);
	if (r == -ENOEXEC)
		return 0;
	if (r < 0) {
		(void)err_set(err, -r, "%s ends before the name of its ELF interpreter",
			      image->path);
		return fail(world, step, r);
	}
	if (!str_eq(world->out->steps[step].kind, "handler")) /* whose entry is worth more */
		world_set(world, step, "program", "ELF for %s%s", image->arch->name,
			  r ? "" : ", static");
	world->parent = step;
	if (r == 1) {
		r = *ret->interp ? check_interp(world, image, ret->interp, err)
				 : fail(world, step, broken_interp(image->path, "''", EACCES, err));
		if (r < 0)
			return r;
	}
	ret->arch = image->arch;
	r = check_program(world, step, image, ret->interp, err);
	if (r < 0)
		return r;
	return 1;
}

int replay_elf(struct world *world, int step, const char *path, const struct found *file,
	       struct last_program *ret, struct err *err)
{
	struct image image;
	FD_CLEANUP int fd = open(file->real, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const struct arch *archs[] = { world->kernel, world->compat };

	if (fd < 0) {
		(void)err_set(err, errno, "cannot read %s", path);
		return world_cannot_tell(world, step);
	}
	for (size_t i = 0; i < 2; i++) {
		int r;

		if (!archs[i])
			continue;
		image = (struct image){ .path = path, .file = file, .arch = archs[i], .fd = fd };
		r = load(world, step, &image, ret, err);
		if (r != 0)
			return r;
	}
	return 0;
}

/* What qemu-user calls an error, whatever it is. */
static int guest_fails(struct world *world, int step, int r)
{
	return r == -EAGAIN ? r : world_exit(world, step, QEMU_FAILED);
}

static int check_guest_interp(struct world *world, const struct image *program, const char *name,
			      struct err *err)
{
	struct found file;
	struct elf_head head;
	int step = world_step(world, "ld.so", name, NULL);
	int r = *name ? world_find(world, step, name, &file, err) : -ENOENT;

	if (r == -ENOENT)
		(void)broken_guest_interp(program->path, *name ? name : "''", program->arch, err);
	else if (r < 0)
		(void)err_wrap(err, r, "the ELF interpreter of %s", program->path);
	if (r < 0)
		return guest_fails(world, step, r);
	if (elf_head_parse(file.head, sizeof(file.head), &head) < 0 ||
	    !elf_head_fits(&head, program->arch))
		return guest_fails(world, step,
				   broken_interp_unsound(program->path, name, ENOEXEC, err));
	world_set(world, step, NULL, "ELF for %s", program->arch->name);
	return 0;
}

int replay_elf_guest(struct world *world, int step, const char *path, const struct found *file,
		     struct last_program *ret, struct err *err)
{
	struct image image;
	FD_CLEANUP int fd = open(file->real, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r = -ENOEXEC;

	image = (struct image){ .path = path, .file = file, .arch = ret->arch, .fd = fd };
	ret->interp[0] = '\0';
	if (elf_head_parse(file->head, sizeof(file->head), &image.head) == 0 &&
	    read_phdrs(&image) == 0)
		r = read_name(&image, ret->interp);
	if (r < 0)
		return guest_fails(world, step, broken_guest(path, err));
	if (r == 1)
		r = check_guest_interp(world, &image, ret->interp, err);
	if (r < 0)
		return r;
	r = check_program(world, step, &image, ret->interp, err);
	if (r < 0)
		return r;
	return 1;
}

/* Why no entry of binfmt_misc takes a foreign program: perhaps one would. */
static int explain_handler(const struct world *world, const char *path, const struct found *file,
			   const struct arch *arch, struct err *err)
{
	for (size_t i = 0; i < world->n_rules; i++) {
		struct rule *rule = &world->rules[i];
		bool enabled = rule->enabled, takes;

		rule->enabled = true;
		takes = rule_matches(rule, file->head, path);
		rule->enabled = enabled;
		if (takes)
			return broken_handler_off(path, arch, enabled ? NULL : rule->name, err);
	}
	return broken_no_handler(path, arch, err);
}

int replay_elf_refused(struct world *world, const char *path, const struct found *file,
		       struct err *err)
{
	size_t n = file->st.st_size < WORLD_HEAD ? (size_t)file->st.st_size : WORLD_HEAD;
	const struct arch *arch;
	struct elf_head head;
	const char *before;

	if (shebang_begins((const char *)file->head, n))
		return broken_shebang(path, n, err);
	before = shebang_before((const char *)file->head, n);
	if (before)
		return broken_before(path, before, err);
	if (elf_head_parse(file->head, n, &head) < 0)
		return broken_no_program(path, err);
	arch = elf_head_arch(&head);
	if (arch == world->kernel || (arch && arch == world->compat))
		return head.type == ET_REL || head.type == ET_CORE
			       ? broken_object(path, head.type == ET_REL, err)
			       : broken_no_program(path, err);
	if (world->here)
		return explain_handler(world, path, file, arch, err);
	(void)broken_machine(path, arch, world->kernel, err);
	return arch ? err_hint(err, -ENOEXEC, "--arch %s, if the machine is one", arch->name)
		    : -ENOEXEC;
}
