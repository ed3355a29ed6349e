/* SPDX-License-Identifier: MIT */
/* GNU symbol versions as they stand in a file: the chains that DT_VERDEF and DT_VERNEED lead to,
 * and how many symbols a hash table tells of. Bytes of either order that may lie about everything.
 */
#ifndef BUSYPY_CORE_ELF_VERSIONS_H
#define BUSYPY_CORE_ELF_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table and where the reader is in it. Set bytes, n, big and left; the rest is 0. */
struct elf_versions {
	const uint8_t *bytes;
	size_t n;
	bool big;    /* byte order */
	size_t left; /* entries that are still to come: DT_VERDEFNUM, DT_VERNEEDNUM */
	size_t at;   /* of the next entry */
	size_t aux;  /* of the next version of the entry; 0: none yet */
	size_t n_aux;
	uint32_t file;
};

/* One version that the file defines. */
struct elf_verdef {
	uint32_t name; /* offset in DT_STRTAB */
	uint16_t index;
	bool base; /* the file's own name, no version */
};

/* One version that the file needs from another. */
struct elf_verneed {
	uint32_t file, name; /* offsets in DT_STRTAB */
	uint16_t index;
	bool weak; /* may be missing */
};

/* The next one: 1, 0 at the end, -ENOEXEC if an entry lies outside of the table. */
int elf_verdef_next(struct elf_versions *versions, struct elf_verdef *ret);
int elf_verneed_next(struct elf_versions *versions, struct elf_verneed *ret);

/* How many entries a symbol table has by its hash table, n bytes at bytes: DT_HASH, whose words are
 * 4 or 8 (s390x) bytes, or DT_GNU_HASH (words of the bloom filter: 4 or 8). -ENOEXEC. */
int elf_hash_count(const uint8_t *bytes, size_t n, bool big, unsigned word, uint64_t *ret);
int elf_gnu_hash_count(const uint8_t *bytes, size_t n, bool big, unsigned word, uint64_t *ret);

#endif
