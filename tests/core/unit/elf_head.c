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

static void make(uint8_t *bytes, uint8_t elf_class, uint8_t data, uint16_t machine, uint16_t phnum)
{
	bool wide = elf_class == ELFCLASS64, big = data == ELFDATA2MSB;

	memset(bytes, 0, ELF_HEAD_READ);
	memcpy(bytes, ELFMAG, SELFMAG);
	bytes[EI_CLASS] = elf_class;
	bytes[EI_DATA] = data;
	put(bytes + 16, 2, ET_DYN, big);
	put(bytes + 18, 2, machine, big);
	put(bytes + (wide ? 32 : 28), wide ? 8 : 4, wide ? 64 : 52, big);
	put(bytes + (wide ? 54 : 42), 2, wide ? 56 : 32, big);
	put(bytes + (wide ? 56 : 44), 2, phnum, big);
}

static void test_class(uint8_t elf_class, uint8_t data, const char *what)
{
	bool wide = elf_class == ELFCLASS64, big = data == ELFDATA2MSB;
	uint8_t bytes[ELF_HEAD_READ], phdrs[2 * 56] = { 0 };
	size_t each = wide ? 56 : 32;
	struct elf_head head;
	uint64_t offset, size;

	make(bytes, elf_class, data, EM_S390, 2);
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

/* Segments that the file ends before. */
static void test_cut_segments(struct elf_head head)
{
	uint8_t phdr[56] = { 0 };

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
	put(phdr + 4, 4, PF_R, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT, "but where it may not write");
	put(phdr, 4, PT_DYNAMIC, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_CUT, "what no ld.so reads");
	put(phdr, 4, PT_NOTE, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_WHOLE, "what nobody reads");
	put(phdr, 4, PT_LOAD, false);
	put(phdr + 32, 8, 0, false);
	CHECK(elf_head_cut(&head, phdr, 56, 149) == ELF_WHOLE, "what is empty");
	CHECK(elf_head_cut(&head, phdr, 55, 149) == ELF_WHOLE, "a header that is cut");
}

/* Segments that can be mapped, and the entry in one. */
static void test_mapped_segments(struct elf_head head)
{
	uint8_t phdr[56] = { 0 };

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
	put(phdr + 40, 8, 16, false);
	head.entry = 0xfff;
	CHECK(!elf_head_maps(&head, phdr, 56), "an entry before it");
	put(phdr + 32, 8, 0, false);
	head.entry = 0x1008;
	CHECK(elf_head_maps(&head, phdr, 56), "nothing in the file");
	CHECK(!elf_head_maps(&head, phdr, 55), "a header that is cut");
	put(phdr, 4, PT_NULL, false);
	CHECK(!elf_head_maps(&head, phdr, 56), "nothing to map");
}

/* As the kernel reads: not by EI_CLASS or EI_DATA. */
static void test_kernel(void)
{
	const struct arch *wide = arch_by_name("x86_64"), *narrow = arch_by_name("i386");
	uint8_t bytes[ELF_HEAD_READ];
	struct elf_head head;

	make(bytes, ELFCLASS64, ELFDATA2LSB, EM_X86_64, 1);
	bytes[EI_CLASS] = bytes[EI_DATA] = 0xee;
	CHECK(elf_head_for_kernel(bytes, wide, &head) == 0, "class and order are not looked at");
	CHECK(elf_head_for_kernel(bytes, narrow, &head) == -ENOEXEC, "another machine");
	CHECK(elf_head_phdrs_size(&head) == 56, "size of the headers");
	test_cut_segments(head);
	test_mapped_segments(head);
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
	put(bytes + 16, 2, ET_EXEC, false);
	CHECK(elf_head_for_kernel(bytes, narrow, &head) == 0, "a program at a fixed place");
	put(bytes + 42, 2, 33, false);
	CHECK(elf_head_for_interp(bytes, narrow, &head) == -ENOEXEC, "headers of odd size");
	bytes[0] = 0;
	CHECK(elf_head_for_interp(bytes, narrow, &head) == -ENOEXEC, "no ELF file");
}

/* Two headers, of which the first names an interpreter, or nothing. */
static void put_segment(uint8_t *phdr, uint32_t flags, uint64_t offset, uint64_t size)
{
	put(phdr + 4, 4, flags, false);
	put(phdr + 8, 8, offset, false);
	put(phdr + 16, 8, 0x400000, false);
	put(phdr + 32, 8, size, false);
	put(phdr + 40, 8, size, false);
}

/* What the kernel or ld.so would stumble over in a file that was cut. */
static void test_cut(void)
{
	struct elf_head head = { .elf_class = ELFCLASS64,
				 .data = ELFDATA2LSB,
				 .phentsize = 56,
				 .phnum = 2,
				 .entry = 0x400000 };
	uint8_t phdrs[2 * 56] = { 0 }, *second = phdrs + 56;

	put(second, 4, PT_LOAD, false);
	put_segment(second, PF_R | PF_X, 0x2000, 0x100);
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x1000) == ELF_CUT_FATALLY,
	      "the entry is in what is not there");
	head.entry = 0x3fffff;
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x1000) == ELF_CUT, "an entry before it");
	head.entry = 0x400100;
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x1000) == ELF_CUT, "an entry after it");
	head.entry = 0x400010;
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x2080) == ELF_CUT,
	      "an entry in what is there");
	head.entry = 0x400090;
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x2080) == ELF_CUT_FATALLY,
	      "an entry in what is cut");
	put_segment(second, PF_R | PF_W, 0x2000, UINT64_MAX - 0x1000);
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x2080) == ELF_CUT_FATALLY,
	      "a size that no file has");
	put_segment(second, PF_R | PF_W, 0x2000, 0x100);
	put(second + 40, 8, 0x200, false);
	head.entry = 0;
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x2080) == ELF_CUT,
	      "the end to clear is in the last page");
	put(phdrs, 4, PT_INTERP, false);
	put(phdrs + 32, 8, 2, false);
	put(second, 4, PT_DYNAMIC, false);
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x2080) == ELF_CUT, "half a table");
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x1000) == ELF_CUT_FATALLY,
	      "ld.so reads a table that is not there");
	put(second, 4, PT_LOAD, false);
	put_segment(second, PF_R | PF_X, 0x2000, 0x100);
	head.entry = 0x400090;
	CHECK(elf_head_cut(&head, phdrs, sizeof(phdrs), 0x2080) == ELF_CUT,
	      "ld.so is what starts first");
}

/* A 32-bit program, big endian: its fields stand elsewhere, and reading is executing. */
static void test_narrow(void)
{
	struct elf_head head = { .elf_class = ELFCLASS32,
				 .data = ELFDATA2MSB,
				 .phentsize = 32,
				 .phnum = 1,
				 .entry = 0x1008 };
	uint8_t phdr[32] = { 0 };

	put(phdr, 4, PT_LOAD, true);
	put(phdr + 4, 4, 0x3000, true);
	put(phdr + 8, 4, 0x1000, true);
	put(phdr + 16, 4, 0x10, true);
	put(phdr + 20, 4, 0x10, true);
	put(phdr + 24, 4, PF_R, true);
	CHECK(elf_head_maps(&head, phdr, sizeof(phdr)), "what may be read may be executed");
	CHECK(elf_head_cut(&head, phdr, sizeof(phdr), 0x3010) == ELF_WHOLE, "it is whole");
	CHECK(elf_head_cut(&head, phdr, sizeof(phdr), 0x3008) == ELF_CUT_FATALLY, "it is cut");
}

enum { PROGRAM = 1024, NAME = 0x200, NAME_ADDRESS = 0x4200 };

/* A program of 1024 bytes whose PT_INTERP, in its second header, names 13 bytes. */
struct program {
	uint8_t bytes[PROGRAM + 64];
	uint8_t *interp; /* the header */
	size_t word;
	bool big;
};

static uint64_t read_word(const struct program *program, size_t wide, size_t narrow)
{
	const uint8_t *at = program->interp + (program->word == 8 ? wide : narrow);
	uint64_t value = 0;

	for (size_t i = 0; i < program->word; i++)
		value = value << 8 | at[program->big ? i : program->word - 1 - i];
	return value;
}

static void put_interp(struct program *program, uint64_t offset, uint64_t size, uint64_t memory)
{
	bool wide = program->word == 8;

	put(program->interp + (wide ? 8 : 4), program->word, offset, program->big);
	put(program->interp + (wide ? 16 : 8), program->word, NAME_ADDRESS, program->big);
	put(program->interp + (wide ? 32 : 16), program->word, size, program->big);
	put(program->interp + (wide ? 40 : 20), program->word, memory, program->big);
}

static void make_program(struct program *program, uint8_t elf_class, uint8_t data)
{
	bool wide = elf_class == ELFCLASS64;

	memset(program, 0, sizeof(*program));
	make(program->bytes, elf_class, data, EM_S390, 2);
	program->word = wide ? 8 : 4;
	program->big = data == ELFDATA2MSB;
	program->interp = program->bytes + (wide ? 64 + 56 : 52 + 32);
	put(program->interp, 4, PT_INTERP, program->big);
	put_interp(program, NAME, 13, 13);
	memcpy(program->bytes + NAME, "/lib/ld.so.1", 13);
}

static void test_set_interp(uint8_t elf_class, uint8_t data)
{
	static const char interp[] = "/run/busypy/ab3x.d/ld.so";
	struct program program;
	uint8_t before[PROGRAM];
	size_t n = 0;

	make_program(&program, elf_class, data);
	memcpy(before, program.bytes, PROGRAM);
	CHECK(elf_head_set_interp(program.bytes, PROGRAM, interp, &n) == 0 &&
		      n == PROGRAM + sizeof(interp) &&
		      memcmp(program.bytes + PROGRAM, interp, sizeof(interp)) == 0,
	      "an interpreter's name at the end");
	CHECK(read_word(&program, 8, 4) == PROGRAM && read_word(&program, 16, 8) == NAME_ADDRESS &&
		      read_word(&program, 32, 16) == sizeof(interp) &&
		      read_word(&program, 40, 20) == sizeof(interp),
	      "its place and sizes, but not its address");
	put_interp(&program, NAME, 13, 13);
	CHECK(memcmp(before, program.bytes, PROGRAM) == 0, "and nothing else");
}

static void test_no_program(void)
{
	struct program program;
	size_t n;

	make_program(&program, ELFCLASS64, ELFDATA2LSB);
	put(program.interp, 4, PT_NULL, false);
	CHECK(elf_head_set_interp(program.bytes, PROGRAM, "/x", &n) == -ENOEXEC,
	      "a static program");
	put(program.bytes + 32, 8, PROGRAM - 100, false);
	CHECK(elf_head_set_interp(program.bytes, PROGRAM, "/x", &n) == -ENOEXEC,
	      "program headers that are cut");
	put(program.bytes + 32, 8, PROGRAM + 1, false);
	CHECK(elf_head_set_interp(program.bytes, PROGRAM, "/x", &n) == -ENOEXEC, "or lie outside");
	put(program.bytes + 56, 2, 0, false);
	CHECK(elf_head_set_interp(program.bytes, PROGRAM, "/x", &n) == -ENOEXEC, "or are none");
	program.bytes[0] = 0;
	CHECK(elf_head_set_interp(program.bytes, PROGRAM, "/x", &n) == -ENOEXEC, "no ELF file");
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
	bytes[EI_CLASS] = 0;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "no class");
	bytes[EI_CLASS] = 3;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "an unknown class");
	bytes[EI_CLASS] = ELFCLASS64;
	bytes[EI_DATA] = 0;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "an unknown byte order");
	bytes[EI_DATA] = 3;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "another byte order");
	bytes[EI_DATA] = ELFDATA2LSB;
	put(bytes + 56, 2, 1, false);
	put(bytes + 54, 2, 55, false);
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "headers of odd size");
	bytes[0] = 0;
	CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == -ENOEXEC, "no ELF file");
	test_kernel();
	test_cut();
	test_narrow();
	for (uint8_t i = 1; i <= 2; i++) {
		test_set_interp(i, ELFDATA2LSB);
		test_set_interp(i, ELFDATA2MSB);
	}
	test_no_program();
	return done();
}
