/* SPDX-License-Identifier: MIT */
/* An ELF file held open and mapped: segments, dynamic section, text. What elf_dynamic and
 * elf_symbols are made from. By program headers alone, as ld.so does: sections may be missing. */
#ifndef BUSYPY_ELF_IMAGE_H
#define BUSYPY_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Elf;
struct err;

enum {
	ELF_IMAGE_SEGMENTS_MAX = 1024,
	ELF_IMAGE_DYNAMIC_MAX = 16 * 1024,
	ELF_IMAGE_STRING_MAX = 1024 * 1024 /* longest text that is believed, bytes */
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, file_size, size, align; /* bytes */
};

struct elf_entry {
	int64_t tag;
	uint64_t value;
};

/* Empty is { .fd = -1 }. */
struct elf_image {
	int fd;
	struct Elf *elf;
	const char *bytes; /* the whole file, mapped */
	size_t size;
	uint8_t elf_class, data; /* as in struct elf_head */
	uint16_t type, machine;
	uint32_t flags;
	uint64_t phoff;
	struct elf_segment *segments;
	size_t n_segments;
	struct elf_entry *dynamic; /* without DT_NULL */
	size_t n_dynamic;
	uint64_t strings; /* offset of DT_STRTAB in the file */
	bool has_strings;
	uint64_t needs; /* bytes that its segments need of the file; set also on failure, as size */
	const char *flaw; /* why it is no sound ELF file, set also on failure; static storage */
};

/* Opens the file at path. -ENOEXEC if it is no sound ELF file: header, program headers, dynamic
 * section. Call elf_image_close afterwards; on failure *ret is empty but for
 * flaw, needs and size. */
int elf_image_open(const char *path, struct elf_image *ret, struct err *err);

/* The same of an open file, which becomes the image's in any case; path is for sentences. */
int elf_image_take(int fd, const char *path, struct elf_image *ret, struct err *err);

void elf_image_close(struct elf_image *image);

/* Closes when its scope ends: ELF_IMAGE_CLEANUP struct elf_image image = { .fd = -1 }; */
#define ELF_IMAGE_CLEANUP __attribute__((cleanup(elf_image_close)))

/* File offset of an address of the running program, and how many bytes of its segment follow in
 * the file. -ENOEXEC if no segment's bytes hold it. */
int elf_image_offset(const struct elf_image *image, uint64_t address, uint64_t *ret_offset,
		     uint64_t *ret_room);

/* The NUL-terminated text at an offset of the file; NULL if it is cut or too long. Belongs to the
 * image. */
const char *elf_image_text(const struct elf_image *image, uint64_t offset);

/* The same for an offset in DT_STRTAB. */
const char *elf_image_string(const struct elf_image *image, uint64_t offset);

/* The value of the first entry with this tag; false if there is none. */
bool elf_image_value(const struct elf_image *image, int64_t tag, uint64_t *ret);

/* The first segment of a type; NULL if there is none. */
const struct elf_segment *elf_image_segment(const struct elf_image *image, uint32_t type);

#endif
