/* SPDX-License-Identifier: MIT */
/* Relocations as they stand in a file, as far as they name symbols: which ld.so must find before a
 * program starts, and which only when they are called. */
#ifndef BUSYPY_CORE_ELF_RELOC_H
#define BUSYPY_CORE_ELF_RELOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table of entries and what file it is of. */
struct elf_relocs {
	const uint8_t *bytes;
	size_t n; /* bytes */
	uint16_t machine;
	bool big, wide; /* byte order; 64-bit */
	bool addends;	/* DT_RELA, not DT_REL */
};

/* Bytes of an entry. */
size_t elf_reloc_size(const struct elf_relocs *relocs);

struct elf_reloc {
	uint32_t symbol; /* 0: none is looked for */
	bool copies;	 /* the program has a place for the bytes of a library's variable */
};

/* Entry i; false behind the last whole one. */
bool elf_reloc_at(const struct elf_relocs *relocs, size_t i, struct elf_reloc *ret);

#endif
