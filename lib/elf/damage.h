/* SPDX-License-Identifier: MIT */
/* The marks that a cut, a bad patch or a strip leaves in an ELF file whose headers can be read. */
#ifndef BUSYPY_ELF_DAMAGE_H
#define BUSYPY_ELF_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

struct elf_image;

enum elf_damage {
	ELF_DAMAGE_NONE,
	ELF_DAMAGE_CUT,		  /* ends before its segments do */
	ELF_DAMAGE_CONTRADICTION, /* segments, sections and dynamic section contradict one another
				   */
	ELF_DAMAGE_PATCHED,	  /* patchelf has moved it more than once */
	ELF_DAMAGE_UNALIGNED	  /* cannot be mapped where pages are as large as page_size */
};

/* The first mark in that order; a sentence's end ("its ...") goes to ret (size bytes); for
 * ELF_DAMAGE_CUT, image->needs says it. page_size: of the largest kernel pages, bytes. */
enum elf_damage elf_damage_find(const struct elf_image *image, uint32_t page_size, char *ret,
				size_t size);

#endif
