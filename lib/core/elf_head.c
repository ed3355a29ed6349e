/* SPDX-License-Identifier: MIT */
/* ELF header and PT_INTERP, either class, either byte order; elf(5), fs/binfmt_elf.c. */
#include "core/elf_head.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/number.h"

enum { LEAST_PAGE = 4096 }; /* bytes; larger pages only move the border of what is certain */

static void put(uint8_t *bytes, size_t n, bool big, uint64_t value)
{
	for (size_t i = 0; i < n; i++)
		bytes[big ? n - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

void elf_head_read(const uint8_t *bytes, struct elf_head *ret)
{
	bool wide = ret->elf_class == ELFCLASS64, big = ret->data == ELFDATA2MSB;

	ret->type = (uint16_t)number_get(bytes + 16, 2, big);
	ret->machine = (uint16_t)number_get(bytes + 18, 2, big);
	ret->entry = number_get(bytes + 24, wide ? 8 : 4, big);
	ret->phoff = wide ? number_get(bytes + 32, 8, big) : number_get(bytes + 28, 4, big);
	ret->flags = (uint32_t)number_get(bytes + (wide ? 48 : 36), 4, big);
	ret->phentsize = (uint16_t)number_get(bytes + (wide ? 54 : 42), 2, big);
	ret->phnum = (uint16_t)number_get(bytes + (wide ? 56 : 44), 2, big);
}

size_t elf_head_phdr_size(const struct elf_head *head)
{
	return head->elf_class == ELFCLASS64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

int elf_head_parse(const uint8_t *bytes, size_t n, struct elf_head *ret)
{
	struct elf_head head = { 0 };

	if (n < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	head.elf_class = bytes[EI_CLASS];
	head.data = bytes[EI_DATA];
	if (head.elf_class < 1 || head.elf_class > 2 || head.data < 1 || head.data > 2)
		return -ENOEXEC;
	if (head.elf_class == ELFCLASS64 && n < sizeof(Elf64_Ehdr))
		return -ENOEXEC;
	elf_head_read(bytes, &head);
	if (head.phnum && head.phentsize != elf_head_phdr_size(&head))
		return -ENOEXEC;
	*ret = head;
	return 0;
}

int elf_head_for_interp(const uint8_t *bytes, const struct arch *kernel, struct elf_head *ret)
{
	struct elf_head head = { .elf_class = kernel->elf_class, .data = kernel->data };

	if (memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	elf_head_read(bytes, &head);
	if (head.machine != kernel->machine || head.phentsize != elf_head_phdr_size(&head))
		return -ENOEXEC;
	*ret = head;
	return 0;
}

int elf_head_for_kernel(const uint8_t *bytes, const struct arch *kernel, struct elf_head *ret)
{
	struct elf_head head;
	int r = elf_head_for_interp(bytes, kernel, &head);

	if (r < 0 || (head.type != ET_EXEC && head.type != ET_DYN) || !elf_head_phdrs_size(&head))
		return -ENOEXEC;
	*ret = head;
	return 0;
}

size_t elf_head_phdrs_size(const struct elf_head *head)
{
	size_t size = (size_t)head->phnum * elf_head_phdr_size(head);

	return size > ELF_PHDRS_MAX ? 0 : size;
}

/* One program header. */
struct segment {
	uint32_t type, flags;
	uint64_t offset, address, size, memory;
};

static void read_segment(const struct elf_head *head, const uint8_t *phdr, struct segment *ret)
{
	bool wide = head->elf_class == ELFCLASS64, big = head->data == ELFDATA2MSB;
	size_t n = wide ? 8 : 4;

	ret->type = (uint32_t)number_get(phdr, 4, big);
	ret->flags = (uint32_t)number_get(phdr + (wide ? 4 : 24), 4, big);
	ret->offset = number_get(phdr + (wide ? 8 : 4), n, big);
	ret->address = number_get(phdr + (wide ? 16 : 8), n, big);
	ret->size = number_get(phdr + (wide ? 32 : 16), n, big);
	ret->memory = number_get(phdr + (wide ? 40 : 20), n, big);
}

static enum elf_cut segment_cut(const struct elf_head *head, const struct segment *segment,
				uint64_t file_size, bool dynamic)
{
	uint64_t pages = (file_size + LEAST_PAGE - 1) / LEAST_PAGE * LEAST_PAGE, end;

	if (!segment->size || (segment->type != PT_LOAD && segment->type != PT_DYNAMIC))
		return ELF_WHOLE;
	if (segment->offset <= file_size && segment->size <= file_size - segment->offset)
		return ELF_WHOLE;
	if (segment->offset >= pages || segment->size > UINT64_MAX - segment->offset)
		end = UINT64_MAX;
	else
		end = segment->offset + segment->size;
	if (segment->type == PT_DYNAMIC) /* ld.so, where there is one, reads it first of all */
		return segment->offset >= pages && dynamic ? ELF_CUT_FATALLY : ELF_CUT;
	/* where it may not be written to, the kernel lets it be: elf_load() */
	if (segment->memory > segment->size && end > pages && (segment->flags & PF_W))
		return ELF_CUT_FATALLY;
	if (!dynamic && head->entry >= segment->address &&
	    head->entry - segment->address < segment->size &&
	    (segment->offset >= file_size ||
	     head->entry - segment->address >= file_size - segment->offset))
		return ELF_CUT_FATALLY;
	return ELF_CUT;
}

enum elf_cut elf_head_cut(const struct elf_head *head, const uint8_t *phdrs, size_t n,
			  uint64_t file_size)
{
	enum elf_cut result = ELF_WHOLE;
	size_t each = elf_head_phdr_size(head);
	uint64_t ignored;
	bool dynamic = elf_head_interp(head, phdrs, n, &ignored, &ignored) == 1;

	for (size_t i = 0; i < head->phnum && (i + 1) * each <= n; i++) {
		struct segment segment;
		enum elf_cut cut;

		read_segment(head, phdrs + i * each, &segment);
		cut = segment_cut(head, &segment, file_size, dynamic);
		if (cut > result)
			result = cut;
	}
	return result;
}

bool elf_head_maps(const struct elf_head *head, const uint8_t *phdrs, size_t n)
{
	/* 32-bit programs without PT_GNU_STACK may execute what they may read: asm/elf.h */
	uint32_t executable = head->elf_class == ELFCLASS64 ? PF_X : PF_X | PF_R;
	size_t each = elf_head_phdr_size(head), loaded = 0;
	bool has_entry = false;

	for (size_t i = 0; i < head->phnum && (i + 1) * each <= n; i++) {
		struct segment segment;

		read_segment(head, phdrs + i * each, &segment);
		if (segment.type != PT_LOAD)
			continue;
		loaded++;
		if (segment.size > segment.memory ||
		    (segment.size && (segment.offset - segment.address) % LEAST_PAGE))
			return false;
		has_entry |= (segment.flags & executable) && head->entry >= segment.address &&
			     head->entry - segment.address < segment.memory;
	}
	return loaded && has_entry;
}

bool elf_head_fits(const struct elf_head *head, const struct arch *arch)
{
	return head->elf_class == arch->elf_class && head->data == arch->data &&
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
	bool wide = head->elf_class == ELFCLASS64, big = head->data == ELFDATA2MSB;
	size_t each = head->phentsize;

	for (size_t i = 0; i < head->phnum; i++) {
		const uint8_t *phdr = phdrs + i * each;

		if ((i + 1) * each > n)
			return -ENOEXEC;
		if (number_get(phdr, 4, big) != PT_INTERP)
			continue;
		*ret_offset = wide ? number_get(phdr + 8, 8, big) : number_get(phdr + 4, 4, big);
		*ret_size = wide ? number_get(phdr + 32, 8, big) : number_get(phdr + 16, 4, big);
		return *ret_size >= 2 ? 1 : -ENOEXEC;
	}
	return 0;
}

/* The program header of PT_INTERP in a whole file; NULL if there is none. */
static uint8_t *find_interp(const struct elf_head *head, uint8_t *bytes, size_t n)
{
	size_t each = elf_head_phdr_size(head), all = elf_head_phdrs_size(head);

	if (!all || head->phoff > n || all > n - head->phoff)
		return NULL;
	for (size_t i = 0; i < head->phnum; i++) {
		uint8_t *phdr = bytes + head->phoff + i * each;

		if (number_get(phdr, 4, head->data == ELFDATA2MSB) == PT_INTERP)
			return phdr;
	}
	return NULL;
}

int elf_head_set_interp(uint8_t *bytes, size_t n, const char *interp, size_t *ret_n)
{
	size_t size = strlen(interp) + 1, word;
	struct elf_head head;
	uint8_t *phdr;
	bool big, wide;

	if (elf_head_parse(bytes, n, &head) < 0)
		return -ENOEXEC;
	phdr = find_interp(&head, bytes, n);
	if (!phdr)
		return -ENOEXEC;
	big = head.data == ELFDATA2MSB;
	wide = head.elf_class == ELFCLASS64;
	word = wide ? 8 : 4;
	put(phdr + (wide ? 8 : 4), word, big, n);      /* p_offset */
	put(phdr + (wide ? 32 : 16), word, big, size); /* p_filesz */
	put(phdr + (wide ? 40 : 20), word, big, size); /* p_memsz */
	memcpy(bytes + n, interp, size);
	*ret_n = n + size;
	return 0;
}
