/* SPDX-License-Identifier: MIT */
/* The architecture table; pure data and look-ups. */
#include "core/arch.h"

#include <elf.h>
#include <string.h>

#include "core/str.h"

enum { KIB = 1024 };

/* ARM: the float ABI is in e_flags; binaries older than that flag carry none, hence soft is "not
 * hard". mips and mipsel differ by EI_DATA alone; o32, n32 and n64 by class and flags. ppc64le: 1
 * is the first ELF ABI. The last number: glibc, sysdeps/generic/ldconfig.h, FLAG_ELF_LIBC6 and what
 * each arch's dl-cache.h wants beside it. */
static const struct arch table[] = {
	{ "x86_64", "amd64", "x86_64-linux-gnu", "x86_64", "x86_64", "/lib64/ld-linux-x86-64.so.2",
	  "/lib/ld-musl-x86_64.so.1", EM_X86_64, 2, 1, 0, 0, 4 * KIB, 0x0303 },
	{ "aarch64", "arm64", "aarch64-linux-gnu", "aarch64", "aarch64",
	  "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1", EM_AARCH64, 2, 1, 0, 0,
	  64 * KIB, 0x0a03 },
	{ "riscv64", "riscv64", "riscv64-linux-gnu", "riscv64", "riscv64",
	  "/lib/ld-linux-riscv64-lp64d.so.1", "/lib/ld-musl-riscv64.so.1", EM_RISCV, 2, 1, 0, 0,
	  4 * KIB, 0x1003 },
	{ "armhf", "armhf", "arm-linux-gnueabihf", "arm", "armv7l", "/lib/ld-linux-armhf.so.3",
	  "/lib/ld-musl-armhf.so.1", EM_ARM, 1, 1, EF_ARM_ABI_FLOAT_HARD, EF_ARM_ABI_FLOAT_HARD,
	  4 * KIB, 0x0903 },
	{ "armel", "armel", "arm-linux-gnueabi", "arm", "armv7l", "/lib/ld-linux.so.3",
	  "/lib/ld-musl-arm.so.1", EM_ARM, 1, 1, 0, EF_ARM_ABI_FLOAT_HARD, 4 * KIB, 0x0b03 },
	{ "i386", "i386", "i386-linux-gnu", "i386", "i686", "/lib/ld-linux.so.2",
	  "/lib/ld-musl-i386.so.1", EM_386, 1, 1, 0, 0, 4 * KIB, 0x0003 },
	{ "ppc64le", "ppc64el", "powerpc64le-linux-gnu", "ppc64le", "ppc64le", "/lib64/ld64.so.2",
	  "/lib/ld-musl-powerpc64le.so.1", EM_PPC64, 2, 1, 0, 1, 64 * KIB, 0x0503 },
	{ "s390x", "s390x", "s390x-linux-gnu", "s390x", "s390x", "/lib/ld64.so.1",
	  "/lib/ld-musl-s390x.so.1", EM_S390, 2, 2, 0, 0, 4 * KIB, 0x0403 },
	{ "mips64el", "mips64el", "mips64el-linux-gnuabi64", "mips64el", "mips64", "/lib64/ld.so.1",
	  "/lib/ld-musl-mips64el.so.1", EM_MIPS, 2, 1, 0, EF_MIPS_ABI2, 64 * KIB, 0x0703 },
	{ "mipsel", "mipsel", "mipsel-linux-gnu", "mipsel", "mips", "/lib/ld.so.1",
	  "/lib/ld-musl-mipsel.so.1", EM_MIPS, 1, 1, 0, EF_MIPS_ABI2, 64 * KIB, 0x0003 },
};

static const struct {
	const char *uname;
	const char *name;
} aliases[] = {
	{ "armv7l", "armhf" },	 { "armv8l", "armhf" },	   { "armv6l", "armel" },
	{ "armv5tel", "armel" }, { "i486", "i386" },	   { "i586", "i386" },
	{ "i686", "i386" },	 { "mips64", "mips64el" },
};

const struct arch *arch_table(size_t *ret_n)
{
	*ret_n = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct arch *arch_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (str_eq(aliases[i].uname, name)) {
			name = aliases[i].name;
			break;
		}
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (str_eq(table[i].name, name))
			return &table[i];
	}
	return NULL;
}

const struct arch *arch_by_debian(const char *debian)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (str_eq(table[i].debian, debian))
			return &table[i];
	}
	return NULL;
}

void arch_add_names(struct text *text)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		text_addf(text, "%s%s", i ? " " : "", table[i].name);
}

const struct arch *arch_native(void)
{
#if defined(__x86_64__)
	return arch_by_name("x86_64");
#elif defined(__aarch64__)
	return arch_by_name("aarch64");
#elif defined(__riscv) && __riscv_xlen == 64
	return arch_by_name("riscv64");
#elif defined(__arm__) && defined(__ARM_PCS_VFP)
	return arch_by_name("armhf");
#elif defined(__arm__)
	return arch_by_name("armel");
#elif defined(__i386__)
	return arch_by_name("i386");
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	return arch_by_name("ppc64le");
#elif defined(__s390x__)
	return arch_by_name("s390x");
#elif defined(__mips64) && defined(__MIPSEL__)
	return arch_by_name("mips64el");
#elif defined(__mips__) && defined(__MIPSEL__)
	return arch_by_name("mipsel");
#else
#error "BusyPy does not know this architecture"
#endif
}

bool arch_runs_on(const struct arch *arch, const struct arch *host)
{
	return arch == host || (str_eq(arch->name, "i386") && str_eq(host->name, "x86_64"));
}

void arch_elf_magic(const struct arch *arch, uint8_t ret_magic[ARCH_MAGIC_LEN],
		    uint8_t ret_mask[ARCH_MAGIC_LEN])
{
	bool big = arch->data == 2;

	memset(ret_magic, 0, ARCH_MAGIC_LEN);
	memset(ret_mask, 0xff, ARCH_MAGIC_LEN);
	memcpy(ret_magic,
	       "\x7f"
	       "ELF",
	       4);
	ret_magic[4] = arch->elf_class;
	ret_magic[5] = arch->data;
	ret_magic[6] = EV_CURRENT;
	memset(ret_mask + 7, 0, 9); /* EI_OSABI, EI_ABIVERSION and padding: anything */
	ret_magic[big ? 17 : 16] = ET_EXEC;
	ret_mask[big ? 17 : 16] = 0xfe; /* ET_EXEC 2 and ET_DYN 3 */
	ret_magic[big ? 18 : 19] = (uint8_t)(arch->machine >> 8);
	ret_magic[big ? 19 : 18] = (uint8_t)arch->machine;
}
