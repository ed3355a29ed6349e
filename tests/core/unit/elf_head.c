/* SPDX-License-Identifier: MIT */
/* ELF headers of both classes and byte orders, whole and cut. */
#include "core/elf_head.h"

#include <elf.h>
#include <errno.h>

#include "core/arch.h"
#include "check.h"

static void put(uint8_t *at, size_t n, uint64_t value, bool big)
{
	for (size_t i = 0; i < n; i++)
		at[big ? n - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

static void make(uint8_t *bytes, uint8_t class, uint8_t data, uint16_t machine, uint16_t phnum)
{
	bool wide = class == ELFCLASS64, big = data == ELFDATA2MSB;

	memset(bytes, 0, ELF_HEAD_READ);
	memcpy(bytes, ELFMAG, SELFMAG);
	bytes[EI_CLASS] = class;
	bytes[EI_DATA] = data;
	put(bytes + 16, 2, ET_DYN, big);
	put(bytes + 18, 2, machine, big);
	put(bytes + (wide ? 32 : 28), wide ? 8 : 4, wide ? 64 : 52, big);
	put(bytes + (wide ? 54 : 42), 2, wide ? 56 : 32, big);
	put(bytes + (wide ? 56 : 44), 2, phnum, big);
}

static void test_class(uint8_t class, uint8_t data, const char *what)
{
	bool wide = class == ELFCLASS64, big = data == ELFDATA2MSB;
	uint8_t bytes[ELF_HEAD_READ], phdrs[2 * 56] = { 0 };
	size_t each = wide ? 56 : 32;
	struct elf_head head;
	uint64_t offset, size;

	make(bytes, class, data, EM_S390, 2);
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == 0, what);
	CHECK(head.machine == EM_S390 && head.phnum == 2 && head.phoff == (wide ? 64 : 52) &&
		      head.type == ET_DYN,
	      "its fields");
	CHECK(elf_head_interp(&head, phdrs, 2 * each, &offset, &size) == 0, "static");
	put(phdrs + each, 4, PT_INTERP, big);
	put(phdrs + each + (wide ? 8 : 4), wide ? 8 : 4, 0x318, big);
	put(phdrs + each + (wide ? 32 : 16), wide ? 8 : 4, 28, big);
	CHECK(elf_head_interp(&head, phdrs, 2 * each, &offset, &size) == 1 && offset == 0x318 &&
		      size == 28,
	      "PT_INTERP in the second header");
	CHECK(elf_head_interp(&head, phdrs, 2 * each - 1, &offset, &size) == -ENOEXEC,
	      "cut headers");
	put(phdrs + each + (wide ? 32 : 16), wide ? 8 : 4, 1, big);
	CHECK(elf_head_interp(&head, phdrs, 2 * each, &offset, &size) == -ENOEXEC, "an empty name");
	CHECK(elf_head_parse(bytes, wide ? 63 : 51, &head) == -ENOEXEC, "a cut header");
}

/* As the kernel reads: not by EI_CLASS or EI_DATA. */
static void test_kernel(void)
{
	const struct arch *wide = arch_by_name("x86_64"), *narrow = arch_by_name("i386");
	uint8_t bytes[ELF_HEAD_READ], phdr[56] = { 0 };
	struct elf_head head;

	make(bytes, ELFCLASS64, ELFDATA2LSB, EM_X86_64, 1);
	bytes[EI_CLASS] = bytes[EI_DATA] = 0xee;
	CHECK(elf_head_for_kernel(bytes, wide, &head) == 0, "class and order are not looked at");
	CHECK(elf_head_for_kernel(bytes, narrow, &head) == -ENOEXEC, "another machine");
	CHECK(elf_head_phdrs_size(&head) == 56, "size of the headers");
	put(phdr, 4, PT_LOAD, false);
	put(phdr + 8, 8, 100, false);
	put(phdr + 32, 8, 50, false);
	put(phdr + 16, 8, 0x1000, false);
	CHECK(elf_head_cut(&head, phdr, 56, 150) == ELF_WHOLE, "a whole segment");
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT, "a cut one");
	head.entry = 0x1000 + 49;
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT_FATALLY, "its entry is what is cut");
	head.entry = 0;
	put(phdr + 8, 8, UINT64_MAX, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT, "an offset behind everything");
	put(phdr + 4, 4, PF_W, false);
	put(phdr + 40, 8, 51, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT_FATALLY,
	      "and the kernel clears its end");
	put(phdr, 4, PT_DYNAMIC, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT, "what no ld.so reads");
	memset(phdr, 0, sizeof(phdr));
	put(phdr, 4, PT_LOAD, false);
	put(phdr + 4, 4, PF_R | PF_X, false);
	put(phdr + 16, 8, 0x1000, false);
	put(phdr + 32, 8, 16, false);
	put(phdr + 40, 8, 16, false);
	head.entry = 0x1008;
	CHECK(elf_head_maps(&head, phdr, 56), "an entry in a segment that can be mapped");
	head.entry = 0x1010;
	CHECK(!elf_head_maps(&head, phdr, 56), "an entry behind it");
	head.entry = 0x1008;
	put(phdr + 4, 4, PF_R, false);
	CHECK(!elf_head_maps(&head, phdr, 56), "an entry that may not be executed");
	put(phdr + 4, 4, PF_R | PF_X, false);
	put(phdr + 8, 8, 1, false);
	CHECK(!elf_head_maps(&head, phdr, 56), "an offset that no page can have");
	put(phdr + 8, 8, 0, false);
	put(phdr + 40, 8, 15, false);
	CHECK(!elf_head_maps(&head, phdr, 56), "more in the file than in memory");
	put(phdr, 4, PT_NULL, false);
	CHECK(!elf_head_maps(&head, phdr, 56), "nothing to map");
	make(bytes, ELFCLASS64, ELFDATA2MSB, EM_X86_64, 1);
	CHECK(elf_head_for_kernel(bytes, wide, &head) == -ENOEXEC, "big endian");
	make(bytes, ELFCLASS64, ELFDATA2LSB, EM_X86_64, 73);
	CHECK(elf_head_for_kernel(bytes, wide, &head) == 0, "a page of headers");
	make(bytes, ELFCLASS64, ELFDATA2LSB, EM_X86_64, 74);
	CHECK(elf_head_for_kernel(bytes, wide, &head) == -ENOEXEC, "more than a page");
	make(bytes, ELFCLASS64, ELFDATA2LSB, EM_X86_64, 0);
	CHECK(elf_head_for_kernel(bytes, wide, &head) == -ENOEXEC, "no headers");
	make(bytes, ELFCLASS32, ELFDATA2LSB, EM_386, 1);
	put(bytes + 16, 2, ET_REL, false);
	CHECK(elf_head_for_kernel(bytes, narrow, &head) == -ENOEXEC, "an object file");
	CHECK(elf_head_for_interp(bytes, narrow, &head) == 0, "whose type an interpreter may have");
}

int main(void)
{
	uint8_t bytes[ELF_HEAD_READ];
	struct elf_head head;

	test_class(ELFCLASS64, ELFDATA2LSB, "64 bits, little endian");
	test_class(ELFCLASS64, ELFDATA2MSB, "64 bits, big endian");
	test_class(ELFCLASS32, ELFDATA2LSB, "32 bits, little endian");
	test_class(ELFCLASS32, ELFDATA2MSB, "32 bits, big endian");
	make(bytes, ELFCLASS64, ELFDATA2LSB, EM_X86_64, 0);
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == 0 &&
		      elf_head_fits(&head, arch_by_name("x86_64")) &&
		      !elf_head_fits(&head, arch_by_name("i386")),
	      "elf_head_fits");
	CHECK(elf_head_arch(&head) == arch_by_name("x86_64"), "elf_head_arch");
	make(bytes, ELFCLASS64, ELFDATA2LSB, 4711, 0);
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == 0 && !elf_head_arch(&head),
	      "an unknown machine");
	bytes[EI_CLASS] = 3;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "an unknown class");
	bytes[EI_CLASS] = ELFCLASS64;
	bytes[EI_DATA] = 0;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "an unknown byte order");
	bytes[EI_DATA] = ELFDATA2LSB;
	put(bytes + 56, 2, 1, false);
	put(bytes + 54, 2, 55, false);
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "headers of odd size");
	bytes[0] = 0;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "no ELF file");
	test_kernel();
	return done();
}
