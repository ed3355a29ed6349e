/* SPDX-License-Identifier: MIT */
/* glibc: sysdeps/x86/get-isa-level.h, sysdeps/x86/dl-prop.h, elf/dl-load.c
 * (_dl_process_pt_gnu_property). */
#include "core/x86_level.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "core/number.h"
#include "core/str.h"

#define BIT(n) (1U << (n))

/* What each level has more than the one before it. xcr0: what the kernel must save for it. */
static const struct {
	char name[X86_LEVEL_NAME_SIZE];
	struct x86_cpuid has;
} levels[X86_LEVEL_MAX] = {
	/* fpu cx8 cmov mmx fxsr sse sse2 */
	{ "x86-64-v1",
	  { .leaf1_edx = BIT(0) | BIT(8) | BIT(15) | BIT(23) | BIT(24) | BIT(25) | BIT(26) } },
	/* sse3 ssse3 cx16 sse4.1 sse4.2 popcnt; lahf */
	{ "x86-64-v2",
	  { .leaf1_ecx = BIT(0) | BIT(9) | BIT(13) | BIT(19) | BIT(20) | BIT(23),
	    .extended1_ecx = BIT(0) } },
	/* fma movbe avx f16c; bmi1 avx2 bmi2; lzcnt; xmm and ymm */
	{ "x86-64-v3",
	  { .leaf1_ecx = BIT(12) | BIT(22) | BIT(28) | BIT(29),
	    .leaf7_ebx = BIT(3) | BIT(5) | BIT(8),
	    .extended1_ecx = BIT(5),
	    .xcr0 = BIT(1) | BIT(2) } },
	/* avx512 f dq cd bw vl; masks and zmm */
	{ "x86-64-v4",
	  { .leaf7_ebx = BIT(16) | BIT(17) | BIT(28) | BIT(30) | BIT(31),
	    .xcr0 = BIT(5) | BIT(6) | BIT(7) } },
};

unsigned x86_level_of(const struct x86_cpuid *cpuid)
{
	unsigned level = 0;

	for (; level < X86_LEVEL_MAX; level++) {
		const struct x86_cpuid *has = &levels[level].has;

		if ((cpuid->leaf1_ecx & has->leaf1_ecx) != has->leaf1_ecx ||
		    (cpuid->leaf1_edx & has->leaf1_edx) != has->leaf1_edx ||
		    (cpuid->leaf7_ebx & has->leaf7_ebx) != has->leaf7_ebx ||
		    (cpuid->extended1_ecx & has->extended1_ecx) != has->extended1_ecx ||
		    (cpuid->xcr0 & has->xcr0) != has->xcr0)
			break;
	}
	return level;
}

const char *x86_level_name(unsigned level)
{
	if (level > X86_LEVEL_MAX)
		return "more than x86-64-v4";
	return level ? levels[level - 1].name : NULL;
}

unsigned x86_level_by_name(const char *name)
{
	for (unsigned i = 0; i < X86_LEVEL_MAX; i++) {
		if (str_eq(name, levels[i].name))
			return i + 1;
	}
	return 0;
}

/* -- the note -------------------------------------------------------------------------------- */

enum {
	WORD = 4,
	NOTE_HEAD = 3 * WORD,
	PROPERTY_HEAD = 2 * WORD,
	PROPERTY_ISA_NEEDED = 2, /* from GNU_PROPERTY_X86_UINT32_OR_LO, 0xc0008000 */
};

/* The types of which glibc takes any notice. */
enum property { GENERAL, FEATURE, ISA, LATER, OTHER };

/* The machines that have these notes are little endian. */
static uint32_t word_at(const uint8_t *at)
{
	return (uint32_t)number_get(at, WORD, false);
}

static enum property kind_of(uint32_t type)
{
	const uint32_t needed_1 = 0xb0008000, feature_1 = 0xc0000002, isa = 0xc0008002;

	if (type == needed_1)
		return GENERAL;
	if (type == feature_1)
		return FEATURE;
	if (type == isa)
		return ISA;
	return type > isa ? LATER : OTHER;
}

static size_t align_up(size_t n, size_t align)
{
	return (n + align - 1) / align * align;
}

static unsigned level_of_bits(uint32_t bits)
{
	unsigned level = 0;

	for (unsigned i = 0; i < 32 && bits >> i; i++)
		level = i + 1;
	return level > X86_LEVEL_MAX ? X86_LEVEL_NONE_HAS : level;
}

/* The properties of one note: false where it is not sound, *ret may have been set before. */
static bool read_properties(const uint8_t *at, size_t n, size_t word, unsigned *ret)
{
	uint32_t last = 0;

	if (n < PROPERTY_HEAD || n % word)
		return false;
	while (n >= PROPERTY_HEAD) {
		uint32_t type = word_at(at), size = word_at(at + WORD);
		enum property kind = kind_of(type);
		size_t step;

		at += PROPERTY_HEAD;
		n -= PROPERTY_HEAD;
		if (type < last || size > n)
			return false;
		last = type;
		if (kind == LATER)
			return true;
		if (kind != OTHER && size != WORD)
			return false;
		if (kind == ISA) {
			*ret = level_of_bits(word_at(at));
			return true;
		}
		step = align_up(size, word); /* n is a multiple, too */
		at += step;
		n -= step;
	}
	return true;
}

/* A note at `at`, of n bytes with all that follow: its properties, or NULL if it is another. *ret_n
 * is their size, *ret_next where the next note begins. */
static const uint8_t *take_note(const uint8_t *at, size_t n, size_t word, size_t *ret_n,
				size_t *ret_next)
{
	uint32_t name = word_at(at), size = word_at(at + WORD), type = word_at(at + 2 * WORD);
	uint64_t start = align_up(NOTE_HEAD + (uint64_t)name, word);
	uint64_t next = align_up(start + size, word);

	*ret_next = next < n ? (size_t)next : n;
	*ret_n = size;
	if (name != WORD || type != NT_GNU_PROPERTY_TYPE_0 || next > n ||
	    memcmp(at + NOTE_HEAD, "GNU", WORD) != 0)
		return NULL;
	return at + NOTE_HEAD + WORD;
}

int x86_level_needed(const uint8_t *bytes, size_t n, enum x86_level_segment segment, uint64_t align,
		     uint8_t elf_class, unsigned *ret)
{
	const size_t word = elf_class == ELFCLASS64 ? 8 : 4;
	unsigned level = 0;
	bool seen = false;

	if (align != word)
		return 0;
	while (n > NOTE_HEAD) {
		size_t size, next;
		const uint8_t *properties = take_note(bytes, n, word, &size, &next);

		if (properties) {
			/* of more than one, which old linkers made, PT_NOTE takes none */
			if (seen || !read_properties(properties, size, word, &level)) {
				level = segment == X86_LEVEL_NOTE ? 0 : level;
				seen = true;
				break;
			}
			seen = true;
			if (segment == X86_LEVEL_GNU_PROPERTY)
				break;
		}
		bytes += next;
		n -= next;
	}
	if (seen)
		*ret = level;
	return seen;
}
