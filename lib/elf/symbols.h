/* SPDX-License-Identifier: MIT */
/* What an ELF file gives to others and takes from them: dynamic symbols and their versions. */
#ifndef BUSYPY_ELF_SYMBOLS_H
#define BUSYPY_ELF_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_image;

enum elf_symbol_flags {
	ELF_SYMBOL_DEFINED = 1 << 0,
	ELF_SYMBOL_WEAK = 1 << 1,
	ELF_SYMBOL_HIDDEN = 1 << 2, /* not the default version: found only by who names it */
	ELF_SYMBOL_BOUND = 1 << 3,  /* ld.so looks for it before anything starts */
	ELF_SYMBOL_CALLED = 1 << 4, /* when it is first called, or before */
	ELF_SYMBOL_COPIED = 1 << 5  /* BOUND: from another file than this one */
};

/* Text belongs to the image. */
struct elf_symbol {
	const char *name;
	const char *version; /* or NULL */
	const char *file;    /* whose version it is, if another's: as DT_NEEDED has it; or NULL */
	uint32_t hash;	     /* elf_symbol_hash of name */
	uint16_t index;	     /* of its version in the file; 0 and 1: none, 2: the first */
	unsigned flags;	     /* enum elf_symbol_flags */
};

struct elf_version_need {
	const char *file, *version;
	bool weak;
};

struct elf_symbols {
	struct elf_symbol *symbols; /* global and weak ones */
	size_t n_symbols;
	const char **provides; /* versions that it defines */
	size_t n_provides;
	struct elf_version_need *needs;
	size_t n_needs;
	bool defines_versions; /* be it only its own name: DT_VERDEF */
	bool has_versions;     /* DT_VERSYM */
};

/* Reads them. image must stay open as long as *ret is used. -ENOEXEC if the tables lie outside of
 * the file or contradict one another; -ENOMEM. On failure *ret is empty. */
int elf_symbols_read(const struct elf_image *image, struct elf_symbols *ret);

/* True if the file defines this version. */
bool elf_symbols_provide(const struct elf_symbols *symbols, const char *version);

void elf_symbols_free(struct elf_symbols *symbols);

uint32_t elf_symbol_hash(const char *name);

#endif
