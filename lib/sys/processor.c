/* SPDX-License-Identifier: MIT */
/* Asks with the instructions cpuid and xgetbv, as glibc does: /proc/cpuinfo leaves out what the
 * kernel hides, and may not be mounted. */
#include "sys/processor.h"

#include "core/x86_level.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#include <stdint.h>

enum { OSXSAVE = 1 << 27 };

static uint64_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

unsigned processor_x86_level(void)
{
	struct x86_cpuid cpuid = { 0 };
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d))
		return 0;
	cpuid.leaf1_ecx = c;
	cpuid.leaf1_edx = d;
	if (c & OSXSAVE)
		cpuid.xcr0 = read_xcr0();
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		cpuid.leaf7_ebx = b;
	if (__get_cpuid(0x80000001, &a, &b, &c, &d))
		cpuid.extended1_ecx = c;
	return x86_level_of(&cpuid);
}

#else

unsigned processor_x86_level(void)
{
	return 0;
}

#endif
