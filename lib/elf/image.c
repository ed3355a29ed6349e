/* SPDX-License-Identifier: MIT */
/* libelf reads header, program headers and dynamic section, whichever their class and byte order.
 */
#include "elf/image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "sys/below.h"
#include "sys/fd.h"

void elf_image_close(struct elf_image *image)
{
	if (image->elf)
		(void)elf_end(image->elf); /* only the reference count is returned */
	free(image->segments);
	free(image->dynamic);
	if (image->fd >= 0)
		(void)close(image->fd); /* was only read from */
	*image = (struct elf_image){ .fd = -1 };
}

int elf_image_offset(const struct elf_image *image, uint64_t address, uint64_t *ret_offset,
		     uint64_t *ret_room)
{
	for (size_t i = 0; i < image->n_segments; i++) {
		const struct elf_segment *s = &image->segments[i];
		uint64_t into = address - s->address;

		if (s->type != PT_LOAD || address < s->address || into >= s->file_size)
			continue;
		if (s->offset > image->size || into >= image->size - s->offset)
			return -ENOEXEC;
		*ret_offset = s->offset + into;
		*ret_room = s->file_size - into;
		if (*ret_room > image->size - *ret_offset)
			*ret_room = image->size - *ret_offset;
		return 0;
	}
	return -ENOEXEC;
}

const char *elf_image_text(const struct elf_image *image, uint64_t offset)
{
	size_t room;

	if (offset >= image->size)
		return NULL;
	room = image->size - (size_t)offset;
	if (room > ELF_IMAGE_STRING_MAX)
		room = ELF_IMAGE_STRING_MAX;
	return memchr(image->bytes + offset, '\0', room) ? image->bytes + offset : NULL;
}

const char *elf_image_string(const struct elf_image *image, uint64_t offset)
{
	uint64_t at = image->strings + offset;

	return image->has_strings && at >= offset ? elf_image_text(image, at) : NULL;
}

bool elf_image_value(const struct elf_image *image, int64_t tag, uint64_t *ret)
{
	for (size_t i = 0; i < image->n_dynamic; i++) {
		if (image->dynamic[i].tag == tag) {
			*ret = image->dynamic[i].value;
			return true;
		}
	}
	return false;
}

const struct elf_segment *elf_image_segment(const struct elf_image *image, uint32_t type)
{
	for (size_t i = 0; i < image->n_segments; i++) {
		if (image->segments[i].type == type)
			return &image->segments[i];
	}
	return NULL;
}

static int flawed(struct elf_image *image, const char *flaw)
{
	image->flaw = flaw;
	return -ENOEXEC;
}

static int read_segments(struct elf_image *image, size_t phnum)
{
	size_t n;

	/* libelf tells of fewer where the rest lies outside */
	if (elf_getphdrnum(image->elf, &n) < 0 || (phnum != PN_XNUM && n != phnum))
		return flawed(image, "its program headers lie outside of the file");
	if (n > ELF_IMAGE_SEGMENTS_MAX)
		return flawed(image, "it has too many program headers");
	image->segments = calloc(n ? n : 1, sizeof(*image->segments));
	if (!image->segments)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr phdr;

		if (!gelf_getphdr(image->elf, (int)i, &phdr))
			return flawed(image, "its program headers lie outside of the file");
		image->segments[i] = (struct elf_segment){ .type = phdr.p_type,
							   .flags = phdr.p_flags,
							   .offset = phdr.p_offset,
							   .address = phdr.p_vaddr,
							   .file_size = phdr.p_filesz,
							   .size = phdr.p_memsz,
							   .align = phdr.p_align };
		image->n_segments = i + 1;
		if (phdr.p_type != PT_LOAD)
			continue;
		if (phdr.p_filesz > UINT64_MAX - phdr.p_offset)
			image->needs = UINT64_MAX;
		else if (phdr.p_offset + phdr.p_filesz > image->needs)
			image->needs = phdr.p_offset + phdr.p_filesz;
	}
	return 0;
}

static int append_dynamic(struct elf_image *image, size_t *room, const GElf_Dyn *dyn)
{
	if (image->n_dynamic == ELF_IMAGE_DYNAMIC_MAX)
		return flawed(image, "its dynamic section is too long");
	if (array_reserve(&image->dynamic, room, image->n_dynamic + 1, sizeof(*image->dynamic)) < 0)
		return -ENOMEM;
	image->dynamic[image->n_dynamic++] =
		(struct elf_entry){ .tag = dyn->d_tag, .value = dyn->d_un.d_val };
	return 0;
}

static int read_dynamic(struct elf_image *image, const struct elf_segment *segment)
{
	size_t each = gelf_fsize(image->elf, ELF_T_DYN, 1, EV_CURRENT), room = 0;
	Elf_Data *data = elf_getdata_rawchunk(image->elf, (int64_t)segment->offset,
					      segment->file_size, ELF_T_DYN);
	uint64_t address, rest;
	int r;

	if (!data || !each)
		return flawed(image, "its dynamic section lies outside of the file");
	for (size_t i = 0; i < segment->file_size / each; i++) {
		GElf_Dyn dyn;

		if (!gelf_getdyn(data, (int)i, &dyn) || dyn.d_tag == DT_NULL)
			break;
		r = append_dynamic(image, &room, &dyn);
		if (r < 0)
			return r;
	}
	if (!elf_image_value(image, DT_STRTAB, &address))
		return 0;
	if (elf_image_offset(image, address, &image->strings, &rest) < 0)
		return flawed(image, "the names of its dynamic section lie outside of its "
				     "segments, as after strip on a patched file");
	image->has_strings = true;
	return 0;
}

static int read_all(struct elf_image *image)
{
	struct elf_head head;
	int r;

	image->bytes = elf_rawfile(image->elf, &image->size);
	if (!image->size)
		return flawed(image, "it is empty");
	if (elf_kind(image->elf) != ELF_K_ELF || !image->bytes)
		return flawed(image, "it does not begin as an ELF file");
	r = elf_head_parse((const uint8_t *)image->bytes, image->size, &head);
	if (r < 0)
		return flawed(image, "its ELF header is cut or wrong");
	image->elf_class = head.elf_class;
	image->data = head.data;
	image->type = head.type;
	image->machine = head.machine;
	image->flags = head.flags;
	image->phoff = head.phoff;
	r = read_segments(image, head.phnum);
	if (r < 0)
		return r;
	for (size_t i = 0; i < image->n_segments; i++) {
		if (image->segments[i].type == PT_DYNAMIC)
			return read_dynamic(image, &image->segments[i]);
	}
	return 0;
}

int elf_image_open(const char *path, struct elf_image *ret, struct err *err)
{
	/* a fifo would let it wait for ever, and opening a device may do what it likes */
	int fd = below_open_found(path);

	*ret = (struct elf_image){ .fd = -1 };
	if (fd == -EINVAL) {
		(void)flawed(ret, "it is no regular file");
		return err_say(err, ENOEXEC, "%s: not a sound ELF file", path);
	}
	return fd < 0 ? err_set(err, -fd, "cannot open %s", path)
		      : elf_image_take(fd, path, ret, err);
}

int elf_image_take(int fd, const char *path, struct elf_image *ret, struct err *err)
{
	struct elf_image image = { .fd = fd };
	struct stat st;
	int r;

	*ret = (struct elf_image){ .fd = -1 };
	if (elf_version(EV_CURRENT) == EV_NONE) {
		elf_image_close(&image);
		return err_say(err, ENOSYS, "libelf is older than this program");
	}
	if (fstat(image.fd, &st) == 0 && S_ISREG(st.st_mode))
		image.elf = elf_begin(image.fd, ELF_C_READ_MMAP, NULL);
	r = image.elf ? read_all(&image) : flawed(&image, "it is no regular file");
	if (r < 0) {
		ret->flaw = image.flaw;
		ret->needs = image.needs;
		ret->size = image.size;
		elf_image_close(&image);
		return err_say(err, -r, "%s: not a sound ELF file", path);
	}
	*ret = image;
	return 0;
}
