/* SPDX-License-Identifier: MIT */
/* The steps by which an image takes the place of this program. Nothing here calls the C library:
 * after the thread pointer has changed there is none. The last step is the point of no return. */
#include "restore.h"

#include <elf.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "core/start_image.h"
#include "sys/raw.h"

#if defined(__x86_64__) || defined(__aarch64__)

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum {
	ARCH_SET_FS_ = 0x1002, /* asm/prctl.h, which is x86's only */
	RSEQ_SIGNATURE_X86 = 0x53053053,
	RSEQ_CPU = 1, /* words of struct rseq */
	RSEQ_WORDS = 5
};

static const uint32_t rseq_none = 0xffffffff, rseq_failed = 0xfffffffe;

#ifdef __aarch64__
static const uint32_t rseq_signature = 0xd428bc00;
#else
static const uint32_t rseq_signature = RSEQ_SIGNATURE_X86;
#endif

/* Where an older kernel does not know the flag, it maps elsewhere if the place is taken. */
static bool map(const struct start_segment *segment, int fd)
{
	bool zero = segment->flags & START_SEGMENT_ZERO;
	long flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE | (zero ? MAP_ANONYMOUS : 0);
	long at = raw_call(__NR_mmap, (long)segment->address, (long)segment->length,
			   segment->protection, flags, zero ? -1 : fd, (long)segment->offset);

	return at == (long)segment->address;
}

static bool map_all(const struct start_image *image, int fd)
{
	for (uint32_t i = 0; i < image->head->n_segments; i++) {
		if (!map(image->segments + i, fd))
			return false;
	}
	return true;
}

/* What an image of the same vdso points to, where the kernel has put it this time. */
static void mend_words(const struct start_image *image, uint64_t vdso)
{
	for (uint32_t i = 0; i < image->head->n_words; i++) {
		const struct start_word *word = image->words + i;

		*(uint64_t *)word->address = word->value - image->head->vdso + vdso;
	}
}

static long set_thread_pointer(uint64_t value)
{
#ifdef __x86_64__
	return RAW_2(__NR_arch_prctl, ARCH_SET_FS_, value);
#else
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(value) : "memory");
	return 0;
#endif
}

static bool set_rseq(const struct start_head *head)
{
	uint32_t *words = (uint32_t *)head->rseq;
	long r;

	if (!words)
		return true;
	for (unsigned i = 0; i < RSEQ_WORDS; i++)
		words[i] = i == RSEQ_CPU ? rseq_none : 0;
	r = RAW_4(__NR_rseq, words, head->rseq_size, 0, rseq_signature);
	if (r < 0)
		words[RSEQ_CPU] = rseq_failed;
	return r == 0;
}

/* The thread as the C library of the image would have set it up. */
static bool set_thread(const struct start_head *head)
{
	long tid;

	if (set_thread_pointer(head->thread) < 0)
		return false;
	tid = RAW_1(__NR_set_tid_address, head->tid);
	if (tid <= 0)
		return false;
	*(uint32_t *)head->tid = (uint32_t)tid;
	if (head->robust && RAW_2(__NR_set_robust_list, head->robust, head->robust_size) < 0)
		return false;
	return set_rseq(head);
}

/* As glibc takes it: its first byte in memory is 0, which ends a string. */
static void set_canary(uint64_t place, uint64_t random)
{
	if (place && random)
		*(uint64_t *)place = *(const uint64_t *)random & ~(uint64_t)0xff;
}

/* On the kernel's own stack, of which everything above the start is as it was. */
static __attribute__((noreturn)) void jump(uint64_t entry, uint64_t *stack, uint32_t script)
{
	uint64_t top = (uint64_t)stack & ~(uint64_t)15;

#ifdef __x86_64__
	__asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall *%1\n\thlt"
			 :
			 : "r"(top), "r"(entry), "D"(stack), "S"((uint64_t)script)
			 : "memory");
#else
	register uint64_t x0 __asm__("x0") = (uint64_t)stack, x1 __asm__("x1") = script;

	__asm__ volatile("mov sp, %0\n\tmov x29, xzr\n\tmov x30, xzr\n\tbr %1"
			 :
			 : "r"(top), "r"(entry), "r"(x0), "r"(x1)
			 : "memory");
#endif
	__builtin_unreachable();
}

enum start_doubt restore(const struct restore *restore)
{
	const struct start_head *head = restore->image->head;
	uint64_t entry = head->entry, *stack = restore->stack;
	uint32_t script = restore->script;

	if (!map_all(restore->image, restore->fd))
		return START_ADDRESS_TAKEN;
	mend_words(restore->image, start_aux(restore->auxv, AT_SYSINFO_EHDR, 0));
	if (!set_thread(head))
		return START_THREAD;
	set_canary(head->canary, start_aux(restore->auxv, AT_RANDOM, 0));
	(void)RAW_1(__NR_close, restore->fd);
	(void)RAW_2(__NR_munmap, head, START_HEAD_SIZE);
	jump(entry, stack, script);
}

#else

enum start_doubt restore(const struct restore *restore)
{
	(void)restore;
	return START_OTHER_PROCESSOR;
}

#endif
