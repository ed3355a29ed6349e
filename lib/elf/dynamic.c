/* SPDX-License-Identifier: MIT */
/* Copies the strings that matter out of an image. */
#include "elf/dynamic.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "core/elf_head.h"
#include "core/err.h"
#include "elf/image.h"
#include "sys/below.h"
#include "sys/fd.h"

void elf_dynamic_free(struct elf_dynamic *file)
{
	free(file->interp);
	free(file->soname);
	free(file->rpath);
	free(file->runpath);
	for (size_t i = 0; i < file->n_needed; i++)
		free(file->needed[i]);
	for (size_t i = 0; i < file->n_filters; i++)
		free(file->filters[i].name);
	memset(file, 0, sizeof(*file));
}

static int set_string(const char *text, char **ret)
{
	if (!text)
		return -ENOEXEC;
	free(*ret);
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

static int take_filter(const char *text, bool optional, struct elf_dynamic *file)
{
	struct elf_dynamic_filter *filter = &file->filters[file->n_filters];

	if (file->n_filters == ELF_DYNAMIC_FILTERS_MAX)
		return -E2BIG;
	*filter = (struct elf_dynamic_filter){ .optional = optional };
	file->n_filters++;
	return set_string(text, &filter->name);
}

static int take_string(const struct elf_image *image, const struct elf_entry *entry,
		       struct elf_dynamic *file)
{
	const char *text = elf_image_string(image, entry->value);

	switch (entry->tag) {
	case DT_SONAME:
		return set_string(text, &file->soname);
	case DT_RPATH:
		return set_string(text, &file->rpath);
	case DT_RUNPATH:
		return set_string(text, &file->runpath);
	case DT_NEEDED:
		if (file->n_needed == ELF_DYNAMIC_NEEDED_MAX)
			return -E2BIG;
		file->needed[file->n_needed] = NULL;
		file->n_needed++;
		return set_string(text, &file->needed[file->n_needed - 1]);
	case DT_FILTER:
	case DT_AUXILIARY:
		return take_filter(text, entry->tag == DT_AUXILIARY, file);
	case DT_FLAGS_1:
		file->no_defaults = entry->value & DF_1_NODEFLIB;
		file->is_program = entry->value & DF_1_PIE;
		return 0;
	}
	return 0;
}

static int take_all(const struct elf_image *image, struct elf_dynamic *file)
{
	const struct elf_segment *interp = elf_image_segment(image, PT_INTERP);
	int r;

	file->elf_class = image->elf_class;
	file->data = image->data;
	file->type = image->type;
	file->machine = image->machine;
	file->flags = image->flags;
	if (interp) {
		r = set_string(elf_image_text(image, interp->offset), &file->interp);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; image->has_strings && i < image->n_dynamic; i++) {
		r = take_string(image, &image->dynamic[i], file);
		if (r < 0)
			return r;
	}
	return 0;
}

int elf_dynamic_take(const struct elf_image *image, struct elf_dynamic *ret)
{
	struct elf_dynamic file = { 0 };
	int r = take_all(image, &file);

	if (r < 0)
		elf_dynamic_free(&file);
	else
		*ret = file;
	return r;
}

static int read_image(const struct elf_image *image, const char *path, struct elf_dynamic *ret,
		      struct err *err)
{
	int r = elf_dynamic_take(image, ret);

	return r < 0 ? err_say(err, -r, "%s: not a sound ELF file", path) : 0;
}

int elf_dynamic_read(const char *path, struct elf_dynamic *ret, struct err *err)
{
	ELF_IMAGE_CLEANUP struct elf_image image = { .fd = -1 };
	int r = elf_image_open(path, &image, err);

	return r < 0 ? r : read_image(&image, path, ret, err);
}

int elf_dynamic_read_open(int fd, const char *path, struct elf_dynamic *ret, struct err *err)
{
	ELF_IMAGE_CLEANUP struct elf_image image = { .fd = -1 };
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3), r;

	if (own < 0)
		return err_set(err, errno, "cannot open %s", path);
	r = elf_image_take(own, path, &image, err);
	return r < 0 ? r : read_image(&image, path, ret, err);
}

bool elf_dynamic_fits(const struct elf_dynamic *file, const struct arch *arch)
{
	struct elf_head head = { .elf_class = file->elf_class,
				 .data = file->data,
				 .machine = file->machine,
				 .flags = file->flags };

	return elf_head_fits(&head, arch);
}

int elf_probe(const char *path)
{
	FD_CLEANUP int fd = -1;
	char magic[SELFMAG];
	ssize_t n;

	fd = below_open_found(path);
	if (fd < 0)
		return fd == -EINVAL || fd == -ELOOP ? 0 : fd;
	n = fd_read_all(fd, magic, sizeof(magic));
	if (n < 0)
		return (int)n;
	return n == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}
