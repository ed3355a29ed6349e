/* SPDX-License-Identifier: MIT */
/* glibc: sysdeps/x86/cpu-features.c, sysdeps/.../dl-hwcaps-subdirs.c and dl-procinfo.h of each
 * arch.
 */
#include "elf/machine.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "core/arch.h"
#include "core/ldso_path.h"
#include "core/str.h"
#include "core/x86_level.h"
#include "sys/processor.h"

/* Bits of AT_HWCAP that name a legacy subdirectory, or of AT_HWCAP and AT_HWCAP2 that name one of
 * glibc-hwcaps; in ld.so's order. */
struct bit {
	const char *arch, *name;
	uint64_t hwcap, hwcap2;
};

static const struct bit parts[] = {
	{ "aarch64", "atomics", 1 << 8, 0 }, { "armhf", "neon", 1 << 12, 0 },
	{ "armhf", "vfp", 1 << 6, 0 },	     { "armel", "neon", 1 << 12, 0 },
	{ "armel", "vfp", 1 << 6, 0 },	     { "s390x", "vxe2", 1 << 15, 0 },
	{ "s390x", "vxe", 1 << 13, 0 },	     { "s390x", "vx", 1 << 11, 0 },
	{ "s390x", "dfp", 1 << 6, 0 },	     { "s390x", "eimm", 1 << 5, 0 },
	{ "s390x", "ldisp", 1 << 4, 0 },     { "s390x", "zarch", 1 << 1, 0 },
};

static const struct bit levels[] = {
	{ "s390x", "z16", 1 << 20, 0 },		 { "s390x", "z15", 1 << 15, 0 },
	{ "s390x", "z14", 1 << 13, 0 },		 { "s390x", "z13", 1 << 11, 0 },
	{ "ppc64le", "power10", 0, 0x00040000 }, { "ppc64le", "power9", 0, 0x00800000 },
};

static void take_bits(const struct arch *arch, uint64_t hwcap, uint64_t hwcap2,
		      struct ldso_machine *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (str_eq(parts[i].arch, arch->name) && (hwcap & parts[i].hwcap))
			ret->parts[n++] = parts[i].name;
	}
	n = 0;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (str_eq(levels[i].arch, arch->name) &&
		    ((hwcap & levels[i].hwcap) || (hwcap2 & levels[i].hwcap2)))
			ret->hwcaps[n++] = levels[i].name;
	}
}

/* The level is what init_cpu_features() makes of it: "haswell" only on processors of Intel's, for
 * which it needs all but F16C of x86-64-v3. */
static void take_x86_64(unsigned level, bool intel, const char *platform, struct ldso_machine *ret)
{
	size_t n = 0;

	for (unsigned i = level; i > 1; i--)
		ret->hwcaps[n++] = x86_level_name(i);
	ret->platform = intel && level >= 3 ? "haswell" : platform;
	ret->legacy = 1 << 1; /* "x86_64" */
	n = 0;
	if (intel && level >= 4) {
		ret->parts[n++] = "avx512_1";
		ret->legacy |= 1 << 2;
	}
	ret->parts[n] = "x86_64";
}

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

static bool is_intel(void)
{
	unsigned a = 0, b = 0, c = 0, d = 0;

	return __get_cpuid(0, &a, &b, &c, &d) && b == signature_INTEL_ebx &&
	       d == signature_INTEL_edx && c == signature_INTEL_ecx;
}
#else
static bool is_intel(void)
{
	return false;
}
#endif

void elf_machine_here(const struct arch *arch, struct ldso_machine *ret)
{
	const char *platform = (const char *)getauxval(AT_PLATFORM);

	*ret = (struct ldso_machine){ .platform = platform };
	if (str_eq(arch->name, "x86_64"))
		take_x86_64(processor_x86_level(), is_intel(), platform, ret);
	else if (arch->machine == EM_386) {
		/* all that run a kernel of today have cmov; those of x86-64 have SSE2 */
		ret->platform = "i686";
		ret->parts[0] = "sse2";
	} else
		take_bits(arch, getauxval(AT_HWCAP), getauxval(AT_HWCAP2), ret);
}

/* What each is by default. */
static const struct {
	const char *arch, *platform;
	uint64_t hwcap, hwcap2;
} guests[] = {
	{ "aarch64", "aarch64", 1 << 8, 0 },
	{ "armhf", "v8l", 1 << 12 | 1 << 6, 0 },
	{ "armel", "v8l", 1 << 12 | 1 << 6, 0 },
	{ "s390x", NULL, 1 << 13 | 1 << 11 | 1 << 5 | 1 << 4 | 1 << 1, 0 },
	{ "ppc64le", NULL, 0, 0x00800000 },
};

void elf_machine_qemu(const struct arch *arch, struct ldso_machine *ret)
{
	*ret = (struct ldso_machine){ 0 };
	if (str_eq(arch->name, "x86_64"))
		take_x86_64(3, false, "x86_64", ret);
	if (arch->machine == EM_386) {
		ret->platform = "i686";
		ret->parts[0] = "sse2";
	}
	for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		if (!str_eq(guests[i].arch, arch->name))
			continue;
		ret->platform = guests[i].platform;
		take_bits(arch, guests[i].hwcap, guests[i].hwcap2, ret);
	}
}
