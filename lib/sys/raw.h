/* SPDX-License-Identifier: MIT */
/* System calls without a C library: no errno, which lives where the thread pointer points, and so
 * is another program's while one is being put in the place of this. Each returns -errno. For
 * x86_64 and aarch64 only. */
#ifndef BUSYPY_SYS_RAW_H
#define BUSYPY_SYS_RAW_H

#include <stdint.h>

#if defined(__x86_64__) || defined(__aarch64__)

#include <asm/unistd.h>

static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
#ifdef __x86_64__
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#else
	register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
			 x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e,
			 x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#endif
}

#define RAW_1(number, a) raw_call(number, (long)(a), 0, 0, 0, 0, 0)
#define RAW_2(number, a, b) raw_call(number, (long)(a), (long)(b), 0, 0, 0, 0)
#define RAW_3(number, a, b, c) raw_call(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define RAW_4(number, a, b, c, d) raw_call(number, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define RAW_5(number, a, b, c, d, e) \
	raw_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* The processor's leaves that C library and interpreter choose their functions by, without what
 * differs from core to core. Each costs some 10 us in a virtual machine. */
static inline void raw_cpu(uint32_t *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		words[i] = 0;
#ifdef __x86_64__
	static const uint32_t leaves[][2] = {
		{ 1, 0 }, { 7, 0 }, { 7, 1 }, { 0xd, 0 }, { 0xd, 1 }
	};

	for (unsigned i = 0; i < 5 && 4 * i + 3 < n; i++) {
		uint32_t *to = words + 4 * i;

		__asm__ volatile("cpuid"
				 : "=a"(to[0]), "=b"(to[1]), "=c"(to[2]), "=d"(to[3])
				 : "0"(leaves[i][0]), "2"(leaves[i][1]));
	}
	words[1] &= 0x0000ff00; /* the size of a cache line; APIC ids differ */
	words[4 * 3 + 1] = 0;	/* of what is enabled just now, by thread */
	words[4 * 4 + 1] = 0;
#endif
}

#endif
#endif
