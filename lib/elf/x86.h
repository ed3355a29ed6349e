/* SPDX-License-Identifier: MIT */
/* The level of x86-64 that an ELF file asks for: core/x86_level.h. */
#ifndef BUSYPY_ELF_X86_H
#define BUSYPY_ELF_X86_H

struct elf_image;

/* As ld.so finds it, which asks the program headers alone; 0 for none, and for other machines. */
unsigned elf_x86_level(const struct elf_image *image);

#endif
