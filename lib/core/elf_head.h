/* SPDX-License-Identifier: MIT */
/* What the kernel looks at in an ELF file before it starts it: header, machine, PT_INTERP.
 * Not for symbols or needed libraries: those are lib/elf's, through libelf. */
#ifndef BUSYPY_CORE_ELF_HEAD_H
#define BUSYPY_CORE_ELF_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;

enum {
	ELF_HEAD_READ = 64, /* bytes of a file that hold any ELF header */
	ELF_PHDRS_MAX =
		4096, /* bytes of program headers that are looked at, and the kernel takes */
};

struct elf_head {
	uint8_t elf_class; /* 1 is 32-bit, 2 is 64-bit */
	uint8_t data;	   /* 1 is little, 2 is big endian */
	uint16_t type, machine, phentsize, phnum;
	uint32_t flags;
	uint64_t phoff; /* byte offset of the program headers */
	uint64_t entry; /* address of the first instruction */
};

/* Reads the header from the first n bytes; -ENOEXEC if this is no sound ELF executable. */
int elf_head_parse(const uint8_t *bytes, size_t n, struct elf_head *ret);

/* Reads a whole header by the class and the byte order that are given in ret, whatever the file
 * says of itself, and judges nothing. */
void elf_head_read(const uint8_t *bytes, struct elf_head *ret);

/* The bytes of one program header, by the class. */
size_t elf_head_phdr_size(const struct elf_head *head);

/* Reads the header as the ELF loader of a kernel for that arch does (fs/binfmt_elf.c): by e_type
 * and e_machine alone, never by EI_CLASS or EI_DATA. bytes are ELF_HEAD_READ, zeros after the
 * file's end. -ENOEXEC if that loader leaves the file to the next. */
int elf_head_for_kernel(const uint8_t *bytes, const struct arch *kernel, struct elf_head *ret);

/* The same for what PT_INTERP names: its e_type is not looked at. */
int elf_head_for_interp(const uint8_t *bytes, const struct arch *kernel, struct elf_head *ret);

/* The bytes of the program headers; 0 if the kernel refuses that many or few. */
size_t elf_head_phdrs_size(const struct elf_head *head);

/* Whether a file of this many bytes ends before what its segments want in memory. Touching a page
 * that is missing is SIGBUS; the kernel itself touches the end of one that grows. */
enum elf_cut {
	ELF_WHOLE,
	ELF_CUT, /* what is missing may never be touched */
	ELF_CUT_FATALLY
};
enum elf_cut elf_head_cut(const struct elf_head *head, const uint8_t *phdrs, size_t n,
			  uint64_t file_size);

/* False if the kernel cannot map the segments as the headers (all n bytes of them) want it, or the
 * first instruction would lie in none that may be executed: both kill the process. */
bool elf_head_maps(const struct elf_head *head, const uint8_t *phdrs, size_t n);

/* True if the file is for this arch: class, byte order, machine and ABI flags. */
bool elf_head_fits(const struct elf_head *head, const struct arch *arch);

/* The arch whose code this is, or NULL. */
const struct arch *elf_head_arch(const struct elf_head *head);

/* Finds PT_INTERP in the program headers (n bytes read from head->phoff). Returns 1 with the byte
 * offset and size of the name (size counts its NUL), 0 if the file is static, -ENOEXEC if the
 * headers are cut or out of bounds. */
int elf_head_interp(const struct elf_head *head, const uint8_t *phdrs, size_t n,
		    uint64_t *ret_offset, uint64_t *ret_size);

/* Names another interpreter in a whole program of n bytes, with room for strlen(interp) + 1 more:
 * the text is put behind the end. The kernel reads it there by offset and size alone; p_vaddr and
 * what it leads to stay, ld.so takes nothing from there but a name for itself. Returns 0 with the
 * new size; -ENOEXEC if this is no program with an interpreter. */
int elf_head_set_interp(uint8_t *bytes, size_t n, const char *interp, size_t *ret_n);

#endif
