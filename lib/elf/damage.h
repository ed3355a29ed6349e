/* SPDX-License-Identifier: MIT */
/* The marks that a cut, a bad patch or a strip leaves in an ELF file whose headers can be read. */
#ifndef BUSYPY_ELF_DAMAGE_H
#define BUSYPY_ELF_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

struct elf_image;

enum elf_mark {
	ELF_MARK_NONE,
	ELF_MARK_CUT,	   /* ends before its segments do */
	ELF_MARK_DAMAGED,  /* segments, sections and dynamic section contradict one another */
	ELF_MARK_PATCHED,  /* patchelf has moved it more than once */
	ELF_MARK_UNALIGNED /* cannot be mapped where pages are as large as page_size */
};

/* The first mark in that order; a sentence's end ("its ...") goes to ret (size bytes); for
 * ELF_MARK_CUT, image->needs says it. page_size: of the largest kernel pages, bytes. */
enum elf_mark elf_marks(const struct elf_image *image, uint32_t page_size, char *ret, size_t size);

#endif
