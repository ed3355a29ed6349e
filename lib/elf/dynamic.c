/* SPDX-License-Identifier: MIT */
/* Copies the strings that matter out of an image. */
#include "elf/dynamic.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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
	free(file->needed);
	free(file->filters);
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
	size_t n = file->n_filters;

	if (n == ELF_DYNAMIC_NAMES_MAX)
		return -E2BIG;
	if (array_reserve(&file->filters, &file->room_filters, n + 1, sizeof(*file->filters)) < 0)
		return -ENOMEM;
	file->filters[n] = (struct elf_dynamic_filter){ .optional = optional };
	file->n_filters++;
	return set_string(text, &file->filters[n].name);
}

static int take_needed(const char *text, struct elf_dynamic *file)
{
	size_t n = file->n_needed;

	if (n == ELF_DYNAMIC_NAMES_MAX)
		return -E2BIG;
	if (array_reserve(&file->needed, &file->room_needed, n + 1, sizeof(*file->needed)) < 0)
		return -ENOMEM;
	file->needed[n] = NULL;
	file->n_needed++;
	return set_string(text, &file->needed[n]);
}

/* text: what the entry's value is the name of; NULL if it lies outside. */
static int take_text(const struct elf_entry *entry, const char *text, struct elf_dynamic *file)
{
	switch (entry->tag) {
	case DT_SONAME:
		return set_string(text, &file->soname);
	case DT_RPATH:
		return set_string(text, &file->rpath);
	case DT_RUNPATH:
		return set_string(text, &file->runpath);
	case DT_NEEDED:
		return take_needed(text, file);
	case DT_FILTER:
	case DT_AUXILIARY:
		return take_filter(text, entry->tag == DT_AUXILIARY, file);
	}
	return 0;
}

static bool has_text(int64_t tag)
{
	return tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH || tag == DT_NEEDED ||
	       tag == DT_FILTER || tag == DT_AUXILIARY;
}

/* Texts may overlap, so that a small file has many long ones: all copies are as long as the file,
 * about, or it has too many. */
static int take_texts(const struct elf_image *image, struct elf_dynamic *file)
{
	size_t budget = image->size + ELF_IMAGE_STRING_MAX;
	int r = 0;

	for (size_t i = 0; r == 0 && image->has_strings && i < image->n_dynamic; i++) {
		const struct elf_entry *entry = &image->dynamic[i];
		const char *text;
		size_t n;

		if (entry->tag == DT_FLAGS_1) {
			file->no_defaults = entry->value & DF_1_NODEFLIB;
			file->is_program = entry->value & DF_1_PIE;
		}
		if (!has_text(entry->tag))
			continue;
		text = elf_image_string(image, entry->value);
		n = text ? strlen(text) : 0;
		if (n > budget)
			return -E2BIG;
		budget -= n;
		r = take_text(entry, text, file);
	}
	return r;
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
	return take_texts(image, file);
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
