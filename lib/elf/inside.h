/* SPDX-License-Identifier: MIT */
/* Whether an ELF file looks for libraries in its own tree alone, wherever the tree lies: beside the
 * host's programs an absolute directory is the host's. */
#ifndef BUSYPY_ELF_INSIDE_H
#define BUSYPY_ELF_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

struct elf_dynamic;

/* What leads out of the tree. Strings are borrowed from the file. */
struct elf_outside {
	const char *dir;    /* of DT_RPATH or DT_RUNPATH, dir_size bytes; or NULL */
	const char *needed; /* a path in DT_NEEDED, DT_FILTER or DT_AUXILIARY; or NULL */
	int dir_size;
};

/* True, with the first that was found, if a file that lies depth directories deep in its tree leads
 * out of it: by a directory that is not $ORIGIN's, or goes up too far; by a path instead of a
 * name. */
bool elf_leads_outside(const struct elf_dynamic *file, unsigned depth, struct elf_outside *ret);

enum { ELF_LOADABLE_SIZE = 18 };

/* True if these first bytes of a file are those of an ELF program or library, which ld.so may load;
 * an object that is still to be linked is none. ELF_LOADABLE_SIZE of them tell. */
bool elf_loadable(const unsigned char *bytes, size_t n);

#endif
