/* SPDX-License-Identifier: MIT */
/* Lists of directories, tokens, headers and subdirectories, as glibc 2.36 and 2.41 and musl 1.2.3
 * were seen to take them. */
#include "core/ldso_path.h"

#include <elf.h>
#include <errno.h>

#include "check.h"
#include "core/arch.h"
#include "core/elf_reloc.h"
#include "core/ldso.h"

static void join(const char *list, const char *separators, bool words, char *ret)
{
	struct ldso_list state = { list, separators };
	const char *entry;
	size_t n;

	*ret = '\0';
	while (words ? ldso_list_next_word(&state, &entry, &n)
		     : ldso_list_next(&state, &entry, &n)) {
		strcat(ret, "[");
		strncat(ret, entry, n);
		strcat(ret, "]");
	}
}

static void test_lists(void)
{
	static const struct {
		const char *list, *separators, *wanted;
		bool words;
	} cases[] = {
		{ "/a:/b;/c", LDSO_SEP_ENVIRONMENT, "[/a][/b][/c]", false },
		{ "/a:/b;/c", LDSO_SEP_RPATH, "[/a][/b;/c]", false },
		{ ":/a::", LDSO_SEP_RPATH, "[][/a][][]", false },
		{ "", LDSO_SEP_RPATH, "[]", false },
		{ "/a\n:/b::", LDSO_SEP_MUSL, "[/a][/b]", true },
		{ " liba.so:libb.so  libc.so", LDSO_SEP_PRELOAD, "[liba.so][libb.so][libc.so]",
		  true },
		{ "liba.so\tlibb.so", LDSO_SEP_PRELOAD, "[liba.so\tlibb.so]", true },
		{ "liba.so\tlibb.so", LDSO_SEP_MUSL_PRELOAD, "[liba.so][libb.so]", true },
		{ "a.so\nb.so\tc.so:", LDSO_SEP_PRELOAD_FILE, "[a.so][b.so][c.so]", true },
		{ "::", LDSO_SEP_PRELOAD, "", true },
	};
	char got[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		join(cases[i].list, cases[i].separators, cases[i].words, got);
		CHECK_TEXT(got, cases[i].wanted, cases[i].list);
	}
}

static void test_tokens(void)
{
	const struct ldso_tokens all = { "/o", "lib/x", "haswell", false };
	const struct ldso_tokens none = { .origin = "/o" };
	const struct ldso_tokens secure = { "/o", "lib/x", "haswell", true };
	static const struct {
		const char *entry, *wanted;
	} cases[] = {
		{ "$ORIGIN/lib", "/o/lib" },
		{ "${ORIGIN}/lib", "/o/lib" },
		{ "/a$ORIGIN", "/a/o" },
		{ "/usr/$LIB/${PLATFORM}", "/usr/lib/x/haswell" },
		{ "$ORIGIN$ORIGIN", "/o/o" },
		{ "$ORIGIN-x", "/o-x" },
		{ "$ORIGINAL", "$ORIGINAL" },
		{ "$ORIGIN_", "$ORIGIN_" },
		{ "$ORIGINal", "$ORIGINal" },
		{ "$ORIGIN~", "/o~" },
		{ "$LIB32", "$LIB32" },
		{ "${ORIGIN", "${ORIGIN" },
		{ "${ORIGINx}", "${ORIGINx}" },
		{ "$origin/$HOME", "$origin/$HOME" },
		{ "$", "$" },
		{ "$$LIB", "$lib/x" },
		{ "${", "${" },
		{ "", "" },
	};
	char got[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r = ldso_expand(cases[i].entry, strlen(cases[i].entry), &all, got, sizeof(got));

		CHECK_TEXT(r < 0 ? "an error" : got, cases[i].wanted, cases[i].entry);
	}
	CHECK(ldso_expand("$LIBS", 4, &all, got, sizeof(got)) == 0 && strcmp(got, "lib/x") == 0,
	      "an entry ends where it ends");
	CHECK(ldso_expand("/a/$PLATFORM", 12, &none, got, sizeof(got)) == -ENOENT,
	      "a token that stands for nothing leaves the entry out");
	CHECK(ldso_expand("$ORIGIN/aaaaaaaa", 16, &all, got, 8) == -E2BIG, "it does not fit");
	CHECK(ldso_expand("$ORIGIN/a", 9, &secure, got, sizeof(got)) == 0 &&
		      ldso_expand("$ORIGIN", 7, &secure, got, sizeof(got)) == 0 &&
		      ldso_expand("/$LIB", 5, &secure, got, sizeof(got)) == 0,
	      "a set-id program may begin with its own directory");
	CHECK(ldso_expand("/a/$ORIGIN", 10, &secure, got, sizeof(got)) == -ENOENT &&
		      ldso_expand("$ORIGIN-a", 9, &secure, got, sizeof(got)) == -ENOENT,
	      "but have it nowhere else");
}

static void test_musl_tokens(void)
{
	char got[64];

	CHECK(ldso_expand_musl("$ORIGIN/a:${ORIGIN}x:$ORIGINy", "/o", got, sizeof(got)) == 0,
	      "musl");
	CHECK_TEXT(got, "/o/a:/ox:/oy", "musl looks no further than the name");
	CHECK(ldso_expand_musl("/a:$ORIGIN", "/o", got, sizeof(got)) == 0, "musl, once more");
	CHECK_TEXT(got, "/a:/o", "a token at the end");
	CHECK(ldso_expand_musl("/a:$LIB", "/o", got, sizeof(got)) == -ENOENT,
	      "musl forgets a list with another token");
	CHECK(ldso_expand_musl("/a", "/o", got, 2) == -E2BIG, "it does not fit");
}

/* What is made of the header of an x86_64 library after one byte of it was changed. */
static enum ldso_verdict judge(size_t at, uint8_t value, size_t n, bool musl)
{
	Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
			    .e_type = ET_DYN,
			    .e_machine = EM_X86_64,
			    .e_version = 1,
			    .e_phoff = 64,
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 1 };
	uint8_t bytes[sizeof(head)];
	const char *why;
	enum ldso_verdict verdict;

	memcpy(bytes, &head, sizeof(head));
	bytes[at] = value;
	verdict = ldso_verify(bytes, n, 120, arch_by_name("x86_64"), musl, &why);
	CHECK((verdict == LDSO_REFUSES) == (why != NULL), "who refuses says why");
	return verdict;
}

/* The same for what decides about the ABI; with the big byte order for s390x. */
static enum ldso_verdict judge_abi(const char *arch, uint8_t system, uint8_t version)
{
	uint8_t bytes[64] = { 0x7f, 'E', 'L', 'F', 1, 1, 1, system, version };
	const char *why;

	if (strcmp(arch, "s390x") == 0) {
		bytes[4] = 2;
		bytes[5] = 2;
		bytes[17] = ET_DYN;
		bytes[19] = EM_S390;
		bytes[23] = 1;
		bytes[39] = 64; /* e_phoff */
		bytes[55] = sizeof(Elf64_Phdr);
		bytes[57] = 1;
	} else {
		bytes[16] = ET_DYN;
		bytes[18] = EM_MIPS;
		bytes[20] = 1;
		bytes[28] = 64;
		bytes[42] = sizeof(Elf32_Phdr);
		bytes[44] = 1;
	}
	return ldso_verify(bytes, sizeof(bytes), 120, arch_by_name(arch), false, &why);
}

static void test_abis(void)
{
	CHECK(judge_abi("s390x", 0, 0) == LDSO_TAKES, "a library of the big byte order");
	CHECK(judge_abi("s390x", 3, 3) == LDSO_TAKES, "GNU's ABI has versions");
	CHECK(judge_abi("s390x", 3, 4) == LDSO_REFUSES, "up to that");
	CHECK(judge_abi("s390x", 0, 3) == LDSO_REFUSES, "the other one has none");
	CHECK(judge_abi("mipsel", 0, 5) == LDSO_TAKES, "on MIPS each is counted");
	CHECK(judge_abi("mipsel", 9, 5) == LDSO_REFUSES, "but for another system's");
}

static void test_headers(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		enum ldso_verdict glibc;
	} cases[] = {
		{ "a library", 0, 0x7f, LDSO_TAKES },
		{ "no magic", 1, 'X', LDSO_REFUSES },
		{ "the other class", 4, 1, LDSO_PASSES },
		{ "a class that is none", 4, 9, LDSO_PASSES },
		{ "the other byte order", 5, 2, LDSO_REFUSES },
		{ "another version in e_ident", 6, 2, LDSO_REFUSES },
		{ "GNU's ABI", 7, 3, LDSO_TAKES },
		{ "another ABI", 7, 9, LDSO_REFUSES },
		{ "another version of the ABI", 8, 1, LDSO_REFUSES },
		{ "padding", 12, 1, LDSO_REFUSES },
		{ "an object file", 16, ET_REL, LDSO_REFUSES },
		{ "a program", 16, ET_EXEC, LDSO_REFUSES },
		{ "another machine", 18, EM_AARCH64, LDSO_PASSES },
		{ "another version", 20, 2, LDSO_REFUSES },
		{ "headers outside", 32, 65, LDSO_REFUSES },
		{ "headers far outside", 39, 0xff, LDSO_REFUSES },
		{ "headers of another size", 54, 55, LDSO_REFUSES },
		{ "one header too many", 56, 2, LDSO_REFUSES },
	};
	const char *why;
	uint8_t bytes[64] = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(judge(cases[i].at, cases[i].value, 64, false) == cases[i].glibc,
		      cases[i].what);
	CHECK(judge(0, 0x7f, 63, false) == LDSO_REFUSES, "a file that is too short");
	CHECK(judge(16, ET_EXEC, 64, true) == LDSO_TAKES, "musl takes a program");
	CHECK(judge(7, 9, 64, true) == LDSO_TAKES, "musl looks at no ABI");
	CHECK(judge(18, EM_AARCH64, 64, true) == LDSO_REFUSES, "musl goes on behind no file");
	CHECK(judge(4, 1, 64, true) == LDSO_REFUSES, "nor behind one of the other class");
	CHECK(ldso_verify(bytes, 64, 64, arch_by_name("mipsel"), false, &why) == LDSO_REFUSES,
	      "nothing but zeros");
}

static void test_subdirs(void)
{
	static const struct ldso_machine machine = {
		{ "x86-64-v3", "x86-64-v2" }, "haswell", { "avx512_1", "x86_64" }, 0
	};
	static const char *const wanted[] = {
		"glibc-hwcaps/x86-64-v3",
		"glibc-hwcaps/x86-64-v2",
		"tls/haswell/avx512_1/x86_64",
		"tls/haswell/avx512_1",
		"tls/haswell/x86_64",
		"tls/haswell",
		"tls/avx512_1/x86_64",
		"tls/avx512_1",
		"tls/x86_64",
		"tls",
		"haswell/avx512_1/x86_64",
		"haswell/avx512_1",
		"haswell/x86_64",
		"haswell",
		"avx512_1/x86_64",
		"avx512_1",
		"x86_64",
		"",
	};
	static const struct ldso_machine plain;
	char got[LDSO_SUBDIR_MAX];
	size_t n = sizeof(wanted) / sizeof(wanted[0]);

	for (size_t i = 0; i < n; i++)
		CHECK_TEXT(ldso_subdir(&machine, true, true, i, got) ? got : "none", wanted[i],
			   wanted[i]);
	CHECK(!ldso_subdir(&machine, true, true, n, got), "that was the last");
	CHECK(ldso_subdir(&machine, true, false, 2, got) && !*got &&
		      !ldso_subdir(&machine, true, false, 3, got),
	      "without legacy ones");
	CHECK(ldso_subdir(NULL, true, true, 0, got) && !*got &&
		      !ldso_subdir(NULL, true, true, 1, got),
	      "without a processor, the directory alone");
	CHECK(ldso_subdir(&plain, false, true, 0, got) && strcmp(got, "tls") == 0 &&
		      ldso_subdir(&plain, false, true, 1, got) && !*got,
	      "tls is everybody's");
}

static void test_build(void)
{
	static const char ldso[] =
		"x\0/lib/x-gnu/\0/usr/lib/x-gnu/\0/lib/\0/usr/lib/\0\0y\0/lib/ld.so.cache\0"
		"z\0/etc/ld.so.preload\0glibc-hwcaps\0";
	static const char older[] = "x\0/lib64/\0/usr/lib64/\0\0/etc/ld.so.cache";
	static const char newer[] = "x\0/lib/\0\0glibc-hwcaps\0Legacy HWCAP subdirectories\0"
				    "version->filename == NULL || ! _dl_name_match_p "
				    "(version->filename, map)";
	struct ldso_build build;

	CHECK(ldso_build_read(ldso, sizeof(ldso), &build), "a built ld.so");
	CHECK_TEXT(build.lib, "lib/x-gnu", "$LIB is the first directory");
	CHECK(build.dirs_size == 44 && strcmp(build.dirs + 12, "/usr/lib/x-gnu/") == 0,
	      "its directories");
	CHECK_TEXT(build.cache, "/lib/ld.so.cache", "its cache, redirected");
	CHECK_TEXT(build.preload, "/etc/ld.so.preload", "its list");
	CHECK(build.hwcaps && !build.legacy && !build.aborts, "a new one");
	CHECK(ldso_build_read(older, sizeof(older), &build) && !build.hwcaps && build.legacy &&
		      !build.preload && strcmp(build.lib, "lib64") == 0,
	      "an old one");
	CHECK(ldso_build_read(newer, sizeof(newer), &build) && build.hwcaps && build.legacy &&
		      build.aborts && !build.cache,
	      "one between");
	CHECK(!ldso_build_read("nothing", 8, &build), "no ld.so");
#define READ(text) ldso_build_read(text, sizeof(text), &build)
	CHECK(READ("/lib/\0\0") && build.dirs_size == 6, "a list at the very beginning");
	CHECK(READ("x\0/usr/lib/x/\0/lib/\0") && strcmp(build.lib, "usr/lib/x") == 0 &&
		      build.dirs_size == 18,
	      "one whose first directory is below /usr/lib");
	CHECK(READ("x\0/lib/\0lib/x/\0/lib/x/\0") && build.dirs_size == 6,
	      "a string behind it that is no path ends it");
	CHECK(!READ("x/lib/\0\0"), "the tail of another path");
	CHECK(!READ("x\0/lib/A/\0/lib/{/\0/lib/^/\0"), "bytes that no such directory has");
#undef READ
}

/* What is longer than an ld.so of Debian's is known as far as it goes. */
static void test_long_build(void)
{
	char bytes[1024] = "\0/lib/";
	struct ldso_build build;

	memset(bytes + 6, 'x', 80);
	bytes[86] = '/';
	CHECK(ldso_build_read(bytes, 88, &build) && build.dirs_size == 87 && !build.lib[0],
	      "a first directory that is too long for $LIB");
	memset(bytes + 6, 'x', sizeof(build.dirs) - 6 - 1);
	bytes[sizeof(build.dirs) - 1] = '/';
	CHECK(ldso_build_read(bytes, sizeof(bytes), &build) &&
		      build.dirs_size == sizeof(build.dirs),
	      "the longest list");
	bytes[sizeof(build.dirs) - 1] = 'x';
	bytes[sizeof(build.dirs)] = '/';
	CHECK(!ldso_build_read(bytes, sizeof(bytes), &build), "a longer one");
}

static void test_relocs(void)
{
	static const Elf64_Rela rela[] = { { 0, ELF64_R_INFO(3UL, R_X86_64_COPY), 0 },
					   { 0, ELF64_R_INFO(4UL, R_X86_64_64), 0 },
					   { 0, ELF64_R_INFO(5UL, R_X86_64_NONE), 0 } };
	static const uint8_t mips[16] = { [8] = 7, [15] = R_MIPS_REL32 };
	static const uint8_t s390[12] = { 0, 0, 0, 0, 0, 0, 9, R_390_COPY };
	const struct elf_relocs x86 = {
		(const uint8_t *)rela, sizeof(rela) + 5, EM_X86_64, false, true, true
	};
	static const Elf64_Rela rela_aarch64[] = { { 0, ELF64_R_INFO(3UL, R_AARCH64_COPY), 0 },
						   { 0, ELF64_R_INFO(4UL, R_AARCH64_ABS64), 0 } };
	const struct elf_relocs of_aarch64 = {
		(const uint8_t *)rela_aarch64, sizeof(rela_aarch64), EM_AARCH64, false, true, true
	};
	const struct elf_relocs of_mips = { mips, 16, EM_MIPS, false, true, false };
	const struct elf_relocs of_big_mips = {
		(const uint8_t *)"\0\0\0\0\0\0\0\1\0\0\0\7\0\0\0\176",
		16,
		EM_MIPS,
		true,
		true,
		false
	};
	const struct elf_relocs of_s390 = { s390, 12, EM_S390, true, false, true };
	static const uint16_t copying[][2] = {
		{ EM_386, R_386_COPY },	    { EM_AARCH64, 0 },		{ EM_ARM, R_ARM_COPY },
		{ EM_RISCV, R_RISCV_COPY }, { EM_PPC64, R_PPC64_COPY }, { EM_MIPS, R_MIPS_COPY },
	};
	struct elf_reloc got;

	CHECK(elf_reloc_at(&x86, 0, &got) && got.symbol == 3 && got.copies, "a copy");
	CHECK(elf_reloc_at(&x86, 1, &got) && got.symbol == 4 && !got.copies, "an address");
	CHECK(elf_reloc_at(&x86, 2, &got) && !got.symbol, "none looks for nothing");
	CHECK(!elf_reloc_at(&x86, 3, &got), "an entry that is cut");
	CHECK(elf_reloc_at(&of_mips, 0, &got) && got.symbol == 7 && !got.copies,
	      "64-bit MIPS has its own order");
	CHECK(elf_reloc_at(&of_big_mips, 0, &got) && got.symbol == 7 && got.copies,
	      "which is that of the others if its bytes are big endian");
	CHECK(elf_reloc_at(&of_aarch64, 0, &got) && got.symbol == 3 && got.copies &&
		      elf_reloc_at(&of_aarch64, 1, &got) && got.symbol == 4 && !got.copies,
	      "a number of more than a byte");
	CHECK(elf_reloc_at(&of_s390, 0, &got) && got.symbol == 9 && got.copies, "big endian");
	for (size_t i = 0; i < sizeof(copying) / sizeof(copying[0]); i++) {
		uint8_t bytes[8] = { [4] = (uint8_t)copying[i][1], [5] = 1 };
		const struct elf_relocs relocs = { bytes, 8, copying[i][0], false, false, false };

		CHECK(elf_reloc_at(&relocs, 0, &got) && got.copies == (copying[i][1] != 0),
		      "each machine has its number for a copy");
	}
	CHECK(elf_reloc_at(&(struct elf_relocs){ s390, 12, EM_NONE, true, false, true }, 0, &got) &&
		      !got.copies,
	      "a machine that is not known copies nothing");
}

int main(void)
{
	test_lists();
	test_tokens();
	test_musl_tokens();
	test_headers();
	test_abis();
	test_subdirs();
	test_build();
	test_long_build();
	test_relocs();
	return done();
}
