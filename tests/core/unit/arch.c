/* SPDX-License-Identifier: MIT */
/* The architecture table: complete, without doubles, and matching ELF files to one arch each. */
#include "core/arch.h"

#include "core/elf_head.h"
#include "core/str.h"
#include "check.h"

static void test_names(void)
{
	static const char *const pairs[][2] = {
		{ "x86_64", "x86_64" }, { "aarch64", "aarch64" }, { "armv7l", "armhf" },
		{ "armv8l", "armhf" },	{ "armv6l", "armel" },	  { "i686", "i386" },
		{ "i386", "i386" },	{ "mips64", "mips64el" }, { "s390x", "s390x" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct arch *arch = arch_by_name(pairs[i][0]);

		CHECK(arch != NULL, pairs[i][0]);
		CHECK_TEXT(arch ? arch->name : "", pairs[i][1], "arch_by_name");
	}
	CHECK(!arch_by_name("vax") && !arch_by_name(""), "an unknown name");
	CHECK(arch_by_name(arch_native()->name) == arch_native(), "arch_native is in the table");
	CHECK(arch_runs_on(arch_by_name("i386"), arch_by_name("x86_64")), "i386 runs on x86_64");
	CHECK(!arch_runs_on(arch_by_name("x86_64"), arch_by_name("i386")), "not the reverse");
	CHECK(!arch_runs_on(arch_by_name("armhf"), arch_by_name("aarch64")), "armhf: no promise");
}

/* The header of a program for an arch. */
static void make_head(const struct arch *arch, uint8_t magic[64])
{
	uint8_t mask[ARCH_MAGIC_LEN];
	size_t at = arch->elf_class == 2 ? 48 : 36;

	memset(magic, 0, 64);
	arch_elf_magic(arch, magic, mask);
	for (size_t i = 0; i < 4; i++)
		magic[at + (arch->data == 2 ? 3 - i : i)] = (uint8_t)(arch->flags >> 8 * i);
}

int main(void)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	CHECK(n == 10, "there are ten");
	for (size_t i = 0; i < n; i++) {
		uint8_t bytes[64];
		struct elf_head head;

		make_head(&table[i], bytes);
		CHECK(elf_head_parse(bytes, sizeof(bytes), &head) == 0, table[i].name);
		CHECK(elf_head_arch(&head) == &table[i], "its programs are its own alone");
		CHECK(arch_by_name(table[i].name) == &table[i], "it is found by its name");
		CHECK(str_starts(table[i].interp, "/lib") &&
			      str_starts(table[i].musl, "/lib/ld-musl-"),
		      "its interpreters stand in /lib or /lib64");
		CHECK(table[i].page_size >= 4096 &&
			      !(table[i].page_size & (table[i].page_size - 1)),
		      "its page size is a power of two");
	}
	test_names();
	for (size_t i = 0; i < n; i++)
		CHECK(arch_runs_on(&table[i], &table[i]), "a machine runs its own programs");
	CHECK(arch_runs_on(arch_by_name("i386"), arch_by_name("x86_64")), "and some older ones");
	CHECK(!arch_runs_on(arch_by_name("x86_64"), arch_by_name("i386")), "but not newer ones");
	CHECK(!arch_runs_on(arch_by_name("i386"), arch_by_name("aarch64")), "nor others'");
	return done();
}
