/* SPDX-License-Identifier: MIT */
/* The ten architectures: one table of what ELF, Debian, the kernel and qemu call each. */
#ifndef BUSYPY_CORE_ARCH_H
#define BUSYPY_CORE_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARCH_MAGIC_LEN = 20 };

struct text;

struct arch {
	const char *name;    /* our word, a folder's name: x86_64 ... mips64el */
	const char *debian;  /* dpkg's word: amd64 ... */
	const char *triplet; /* multiarch folder: x86_64-linux-gnu ... */
	const char *qemu;    /* qemu-user's word: qemu-WORD-static */
	const char *uname;   /* what uname -m says, natively or under qemu-user */
	const char *interp;  /* PT_INTERP of Debian's glibc programs */
	const char *musl;    /* PT_INTERP of musl programs */
	uint16_t machine;    /* e_machine, elf(5) */
	uint8_t elf_class;   /* EI_CLASS: 1 is 32-bit, 2 is 64-bit */
	uint8_t data;	     /* EI_DATA: 1 is little, 2 is big endian */
	uint32_t flags;	     /* e_flags & flags_mask must be this: ABIs that share a machine */
	uint32_t flags_mask;
	uint32_t page_size; /* largest page of this arch's kernels, bytes: PT_LOAD must fit it */
	uint16_t ldcache;   /* flags of its libraries in ld.so's cache, core/ldcache.h */
};

/* The table; *ret_n receives its length. Static storage. */
const struct arch *arch_table(size_t *ret_n);

/* By our name, or by uname's word where that is unambiguous (armv7l is armhf, i686 is i386,
 * mips64 is mips64el). NULL if unknown. */
const struct arch *arch_by_name(const char *name);

/* By dpkg's word; NULL if unknown. */
const struct arch *arch_by_debian(const char *debian);

/* Appends our names for all of them, separated by blanks: for "unknown arch" sentences. */
void arch_add_names(struct text *text);

/* The arch this program was compiled for. */
const struct arch *arch_native(void);

/* True if code for arch runs natively on a kernel of host's arch (i386 on x86_64; armhf and armel
 * on aarch64 only where the CPU has 32-bit mode, so that is not promised here). */
bool arch_runs_on(const struct arch *arch, const struct arch *host);

/* The first bytes of an ELF executable of this arch and the mask that goes with them, as
 * binfmt_misc wants them: EI_CLASS, EI_DATA, EI_VERSION, e_type 2 or 3, e_machine. */
void arch_elf_magic(const struct arch *arch, uint8_t ret_magic[ARCH_MAGIC_LEN],
		    uint8_t ret_mask[ARCH_MAGIC_LEN]);

#endif
