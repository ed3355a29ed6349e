/* SPDX-License-Identifier: MIT */
/* Elfxx_Rel, Elfxx_Rela: elf(5); the types are those of each processor's supplement. */
#include "core/elf_reloc.h"

#include <elf.h>

#include "core/number.h"

size_t elf_reloc_size(const struct elf_relocs *relocs)
{
	return (relocs->wide ? 8 : 4) * (relocs->addends ? 3 : 2);
}

/* R_*_COPY; 0 is R_*_NONE on all of them. */
static uint32_t copy_type(uint16_t machine)
{
	switch (machine) {
	case EM_X86_64:
		return R_X86_64_COPY;
	case EM_386:
		return R_386_COPY;
	case EM_AARCH64:
		return R_AARCH64_COPY;
	case EM_ARM:
		return R_ARM_COPY;
	case EM_RISCV:
		return R_RISCV_COPY;
	case EM_PPC64:
		return R_PPC64_COPY;
	case EM_S390:
		return R_390_COPY;
	case EM_MIPS:
		return R_MIPS_COPY;
	default:
		return 0;
	}
}

bool elf_reloc_at(const struct elf_relocs *relocs, size_t i, struct elf_reloc *ret)
{
	size_t word = relocs->wide ? 8 : 4, each = elf_reloc_size(relocs);
	uint64_t info;
	uint32_t type;

	if (i >= relocs->n / each)
		return false;
	info = number_get(relocs->bytes + i * each + word, word, relocs->big);
	if (!relocs->wide) {
		ret->symbol = (uint32_t)info >> 8;
		type = (uint32_t)info & 0xff;
	} else if (relocs->machine == EM_MIPS && !relocs->big) {
		/* r_sym is a word of its own there, the first; r_type the last byte */
		ret->symbol = (uint32_t)info;
		type = (uint32_t)(info >> 56);
	} else {
		ret->symbol = (uint32_t)(info >> 32);
		type = (uint32_t)info;
	}
	ret->copies = type && type == copy_type(relocs->machine);
	if (!type)
		ret->symbol = 0;
	return true;
}
