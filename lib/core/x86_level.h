/* SPDX-License-Identifier: MIT */
/* The levels of x86-64 (System V psABI, "Micro-Architecture Levels"): what a processor has, and
 * what an ELF file's property note says that it needs. As glibc counts them, which ends a program
 * with "CPU ISA level is lower than required", and searches glibc-hwcaps by them. */
#ifndef BUSYPY_CORE_X86_LEVEL_H
#define BUSYPY_CORE_X86_LEVEL_H

#include <stddef.h>
#include <stdint.h>

/* A level is 1 (every x86-64) to 4, or 0: none, or not known. X86_LEVEL_NONE_HAS is what a file
 * needs that asks for something newer. */
enum { X86_LEVEL_MAX = 4, X86_LEVEL_NONE_HAS = 5, X86_LEVEL_NAME_SIZE = 10 };

/* What the instructions cpuid and xgetbv say; 0 where a processor has no such leaf. */
struct x86_cpuid {
	uint32_t leaf1_ecx, leaf1_edx;
	uint32_t leaf7_ebx;
	uint32_t extended1_ecx; /* leaf 0x80000001 */
	uint64_t xcr0;		/* registers that the kernel saves; 0 without OSXSAVE */
};

/* sysdeps/x86/get-isa-level.h in glibc: the highest level all of whose features can be used. */
unsigned x86_level_of(const struct x86_cpuid *cpuid);

/* "x86-64-v3"; NULL for 0. Static storage. */
const char *x86_level_name(unsigned level);

/* The level that such a name means; 0 for any other text. */
unsigned x86_level_by_name(const char *name);

/* The segments in which ld.so looks for property notes. It reads PT_GNU_PROPERTY first, then
 * PT_NOTE, each from the last program header to the first, until one has a note. */
enum x86_level_segment { X86_LEVEL_GNU_PROPERTY, X86_LEVEL_NOTE };

/* The level that the n bytes of such a segment ask for; align is its p_align, elf_class as in
 * struct elf_head. 1 if it has a property note, *ret is then 0 if that asks for none; else 0. */
int x86_level_needed(const uint8_t *bytes, size_t n, enum x86_level_segment segment, uint64_t align,
		     uint8_t elf_class, unsigned *ret);

#endif
