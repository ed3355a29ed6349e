/* SPDX-License-Identifier: MIT */
/* The processor as an ld.so sees it: by which subdirectories it would search. */
#ifndef BUSYPY_ELF_MACHINE_H
#define BUSYPY_ELF_MACHINE_H

struct arch;
struct ldso_machine;

/* This machine's, for programs of arch, which runs here. */
void elf_machine_here(const struct arch *arch, struct ldso_machine *ret);

/* What qemu-user is for a program of arch, unless QEMU_CPU says otherwise: as QEMU 7.2 has it. */
void elf_machine_qemu(const struct arch *arch, struct ldso_machine *ret);

#endif
