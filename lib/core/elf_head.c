/* SPDX-License-Identifier: MIT */
/* ELF header and PT_INTERP, either class, either byte order; elf(5), fs/binfmt_elf.c. */
#include "elf_head.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "arch.h"

static uint64_t get(const uint8_t *bytes, size_t n, bool big)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[big ? i : n - 1 - i];
	return value;
}

int elf_head_parse(const uint8_t *bytes, size_t n, struct elf_head *ret)
{
	struct elf_head head = { 0 };
	bool big, wide;

	if (n < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	head.class = bytes[EI_CLASS];
	head.data = bytes[EI_DATA];
	if (head.class < 1 || head.class > 2 || head.data < 1 || head.data > 2)
		return -ENOEXEC;
	wide = head.class == ELFCLASS64;
	big = head.data == ELFDATA2MSB;
	if (wide && n < sizeof(Elf64_Ehdr))
		return -ENOEXEC;
	head.type = (uint16_t)get(bytes + 16, 2, big);
	head.machine = (uint16_t)get(bytes + 18, 2, big);
	head.phoff = wide ? get(bytes + 32, 8, big) : get(bytes + 28, 4, big);
	head.flags = (uint32_t)get(bytes + (wide ? 48 : 36), 4, big);
	head.phentsize = (uint16_t)get(bytes + (wide ? 54 : 42), 2, big);
	head.phnum = (uint16_t)get(bytes + (wide ? 56 : 44), 2, big);
	if (head.phnum && head.phentsize != (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return -ENOEXEC;
	*ret = head;
	return 0;
}

bool elf_head_fits(const struct elf_head *head, const struct arch *arch)
{
	return head->class == arch->class && head->data == arch->data &&
	       head->machine == arch->machine && (head->flags & arch->flags_mask) == arch->flags;
}

const struct arch *elf_head_arch(const struct elf_head *head)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (elf_head_fits(head, &table[i]))
			return &table[i];
	}
	return NULL;
}

int elf_head_interp(const struct elf_head *head, const uint8_t *phdrs, size_t n,
		    uint64_t *ret_offset, uint64_t *ret_size)
{
	bool wide = head->class == ELFCLASS64, big = head->data == ELFDATA2MSB;
	size_t each = head->phentsize;

	for (size_t i = 0; i < head->phnum; i++) {
		const uint8_t *phdr = phdrs + i * each;

		if ((i + 1) * each > n)
			return -ENOEXEC;
		if (get(phdr, 4, big) != PT_INTERP)
			continue;
		*ret_offset = wide ? get(phdr + 8, 8, big) : get(phdr + 4, 4, big);
		*ret_size = wide ? get(phdr + 32, 8, big) : get(phdr + 16, 4, big);
		return *ret_size >= 2 ? 1 : -ENOEXEC;
	}
	return 0;
}
