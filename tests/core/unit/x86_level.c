/* SPDX-License-Identifier: MIT */
/* Levels of x86-64: of processors, of names, and what property notes ask for. */
#include "core/x86_level.h"

#include <elf.h>

#include "sys/processor.h"
#include "check.h"

enum { V1 = 1, V2 = 2, V3 = 4, V4 = 8, ISA = 0xc0008002, USED = 0xc0010002, CET = 0xc0000002 };

/* As QEMU's models say of themselves. */
static void test_processors(void)
{
	const struct x86_cpuid all = { ~0U, ~0U, ~0U, ~0U, ~0ULL };
	struct x86_cpuid cpuid = all;

	CHECK(x86_level_of(&(struct x86_cpuid){ 0 }) == 0, "nothing");
	CHECK(x86_level_of(&all) == 4, "everything");
	cpuid.xcr0 = 7;
	CHECK(x86_level_of(&cpuid) == 3, "a kernel that does not save zmm");
	cpuid.xcr0 = 0;
	CHECK(x86_level_of(&cpuid) == 2, "a kernel that does not save ymm");
	cpuid = all;
	cpuid.extended1_ecx = ~(1U << 5);
	CHECK(x86_level_of(&cpuid) == 2, "avx512, but no lzcnt");
	cpuid.extended1_ecx = 0;
	CHECK(x86_level_of(&cpuid) == 1, "no lahf");
	cpuid.leaf1_edx = ~(1U << 26);
	CHECK(x86_level_of(&cpuid) == 0, "no sse2");
#ifdef __x86_64__
	CHECK(processor_x86_level() >= 1 && processor_x86_level() <= 4, "this processor");
#endif
}

static void test_each_feature(void)
{
	static const struct {
		struct x86_cpuid without;
		unsigned level;
	} features[] = {
		{ { .leaf1_edx = 1U << 0 }, 0 },
		{ { .leaf1_edx = 1U << 8 }, 0 },
		{ { .leaf1_edx = 1U << 15 }, 0 },
		{ { .leaf1_edx = 1U << 23 }, 0 },
		{ { .leaf1_edx = 1U << 24 }, 0 },
		{ { .leaf1_edx = 1U << 25 }, 0 },
		{ { .leaf1_edx = 1U << 26 }, 0 },
		{ { .leaf1_ecx = 1U << 0 }, 1 },
		{ { .leaf1_ecx = 1U << 9 }, 1 },
		{ { .leaf1_ecx = 1U << 13 }, 1 },
		{ { .leaf1_ecx = 1U << 19 }, 1 },
		{ { .leaf1_ecx = 1U << 20 }, 1 },
		{ { .leaf1_ecx = 1U << 23 }, 1 },
		{ { .extended1_ecx = 1U << 0 }, 1 },
		{ { .leaf1_ecx = 1U << 12 }, 2 },
		{ { .leaf1_ecx = 1U << 22 }, 2 },
		{ { .leaf1_ecx = 1U << 28 }, 2 },
		{ { .leaf1_ecx = 1U << 29 }, 2 },
		{ { .leaf7_ebx = 1U << 3 }, 2 },
		{ { .leaf7_ebx = 1U << 5 }, 2 },
		{ { .leaf7_ebx = 1U << 8 }, 2 },
		{ { .extended1_ecx = 1U << 5 }, 2 },
		{ { .leaf7_ebx = 1U << 16 }, 3 },
		{ { .leaf7_ebx = 1U << 17 }, 3 },
		{ { .leaf7_ebx = 1U << 28 }, 3 },
		{ { .leaf7_ebx = 1U << 30 }, 3 },
		{ { .leaf7_ebx = 1U << 31 }, 3 },
		{ { .leaf1_edx = 1U << 4 /* tsc */ }, 4 },
		{ { .leaf1_ecx = 1U << 25 /* aes */ }, 4 },
	};

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct x86_cpuid *without = &features[i].without;
		const struct x86_cpuid cpuid = { ~without->leaf1_ecx, ~without->leaf1_edx,
						 ~without->leaf7_ebx, ~without->extended1_ecx,
						 ~0ULL };

		CHECK(x86_level_of(&cpuid) == features[i].level, "without one feature");
	}
}

static void test_names(void)
{
	for (unsigned level = 1; level <= X86_LEVEL_MAX; level++)
		CHECK(x86_level_by_name(x86_level_name(level)) == level, "a name there and back");
	CHECK(!x86_level_name(0), "no level has no name");
	CHECK_TEXT(x86_level_name(X86_LEVEL_NONE_HAS), "more than x86-64-v4", "a level to come");
	CHECK(!x86_level_by_name("x86-64-v5") && !x86_level_by_name("qemu64") &&
		      !x86_level_by_name(""),
	      "no names of levels");
}

/* -- notes ----------------------------------------------------------------------------------- */

struct note {
	uint8_t bytes[256];
	size_t n;
};

static void add_word(struct note *note, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		note->bytes[note->n++] = (uint8_t)(word >> (8 * i));
}

static void add_head(struct note *note, uint32_t size)
{
	add_word(note, 4);
	add_word(note, size);
	add_word(note, NT_GNU_PROPERTY_TYPE_0);
	add_word(note, 0x554e47);
}

/* A note in the place of what was there. */
static void start(struct note *note, uint32_t size)
{
	note->n = 0;
	add_head(note, size);
}

static void add_property(struct note *note, uint32_t type, uint32_t value)
{
	add_word(note, type);
	add_word(note, 4);
	add_word(note, value);
	add_word(note, 0);
}

static unsigned needed(const struct note *note, enum x86_level_segment segment)
{
	unsigned level = 77;

	/* 77: there is no note */
	return x86_level_needed(note->bytes, note->n, segment, 8, ELFCLASS64, &level) ? level : 77;
}

static void test_levels_of_notes(void)
{
	static const struct {
		uint32_t bits;
		unsigned level;
	} values[] = { { 0, 0 },       { V1, 1 },	    { V2, 2 },
		       { V1 | V3, 3 }, { V1 | V2 | V4, 4 }, { 1U << 4, 5 },
		       { 1U << 31, 5 } };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct note note = { 0 };

		add_head(&note, 32);
		add_property(&note, CET, 3);
		add_property(&note, ISA, values[i].bits);
		CHECK(needed(&note, X86_LEVEL_GNU_PROPERTY) == values[i].level,
		      "the highest bit is the level");
		CHECK(needed(&note, X86_LEVEL_NOTE) == values[i].level, "in PT_NOTE, too");
	}
}

static void test_two_notes(void)
{
	struct note note = { 0 };

	/* a build id before it: of another type */
	add_word(&note, 4);
	add_word(&note, 4);
	add_word(&note, NT_GNU_BUILD_ID);
	add_word(&note, 0x554e47);
	add_word(&note, 0x12345678);
	add_word(&note, 0);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 77, "a build id alone");
	add_head(&note, 16);
	add_property(&note, ISA, V2);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 2, "behind a build id");
	add_head(&note, 16);
	add_property(&note, ISA, V4);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 0, "of two in PT_NOTE none counts");
	CHECK(needed(&note, X86_LEVEL_GNU_PROPERTY) == 2, "in PT_GNU_PROPERTY the first counts");
}

static void test_unsound_notes(void)
{
	struct note note = { 0 };
	unsigned level = 77;

	add_head(&note, 48);
	add_property(&note, CET, 3);
	add_property(&note, 0xb0008000, 1);
	add_property(&note, ISA, V4);
	CHECK(needed(&note, X86_LEVEL_GNU_PROPERTY) == 0, "types must ascend");
	CHECK(!x86_level_needed(note.bytes, note.n, X86_LEVEL_NOTE, 4, ELFCLASS64, &level),
	      "alignment of the other class");
	start(&note, 20);
	add_property(&note, ISA, V4);
	add_word(&note, 0);
	add_word(&note, 0);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 0, "a size that is no multiple of a word");
	start(&note, 16);
	add_word(&note, ISA);
	add_word(&note, 8);
	add_word(&note, V4);
	add_word(&note, 0);
	CHECK(needed(&note, X86_LEVEL_GNU_PROPERTY) == 0, "eight bytes of levels");
	start(&note, 16);
	add_property(&note, ISA, V3);
	for (size_t n = 0; n < note.n; n++)
		CHECK(!x86_level_needed(note.bytes, n, X86_LEVEL_NOTE, 8, ELFCLASS64, &level),
		      "a note that is cut");
	note.bytes[0] = 0xff;
	CHECK(needed(&note, X86_LEVEL_NOTE) == 77, "a long name");
	CHECK(level == 77, "nothing is written where there is no note");
}

/* Properties before it, and instead of it. */
static void test_others(void)
{
	struct note note = { 0 };

	add_head(&note, 48);
	add_property(&note, 5, 1);
	add_property(&note, 0xb0008000, 1);
	add_property(&note, ISA, V2);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 2, "behind others");
	start(&note, 32);
	add_property(&note, 0xb0008001, 1);
	add_property(&note, CET, 3);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 0, "others alone");
	start(&note, 16);
	add_property(&note, USED, V4);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 0, "a later one alone");
	start(&note, 0);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 0, "no property at all");
	start(&note, 16);
	add_word(&note, ISA);
	add_word(&note, 400);
	add_word(&note, V4);
	add_word(&note, 0);
	CHECK(needed(&note, X86_LEVEL_NOTE) == 0, "a property that is longer than its note");
	start(&note, 16);
	add_property(&note, ISA, V4);
	note.bytes[12] = 'g';
	CHECK(needed(&note, X86_LEVEL_NOTE) == 77, "another owner's note");
}

static void test_narrow_note(void)
{
	struct note note = { 0 };
	unsigned level = 0;

	add_head(&note, 12);
	add_word(&note, ISA);
	add_word(&note, 4);
	add_word(&note, V1 | V3);
	CHECK(x86_level_needed(note.bytes, note.n, X86_LEVEL_NOTE, 4, ELFCLASS32, &level) &&
		      level == 3,
	      "of 32 bits");
}

int main(void)
{
	test_processors();
	test_each_feature();
	test_names();
	test_levels_of_notes();
	test_two_notes();
	test_unsound_notes();
	test_others();
	test_narrow_note();
	return done();
}
