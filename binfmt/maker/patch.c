/* SPDX-License-Identifier: MIT */
/* Puts the quiet end into the image's interpreter: the calls of Py_FinalizeEx() in its text, and of
 * what that is another name for, lead to a page near by, and that to ours. Where the text is not as
 * expected nothing is changed: then an image ends as ever. */
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

enum {
	PAGE = 4096,
	NEAR = 1 << 16,	 /* below the program: free, since it is nobody's to map */
	CALLS_LEAST = 2, /* Py_RunMain() and Py_Exit() */
	CALLS = 4,
	NAME_MAX_SEEN = 3
};

struct text_of {
	uint64_t start, end; /* what of the program is executed */
	uint64_t lowest;
};

static int take_text(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct text_of *text = ctx;

	(void)size;
	text->lowest = UINT64_MAX;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = info->dlpi_phdr + i;
		uint64_t at = info->dlpi_addr + phdr->p_vaddr;

		if (phdr->p_type != PT_LOAD)
			continue;
		text->lowest = at < text->lowest ? at : text->lowest;
		if (phdr->p_flags & PF_X) {
			text->start = at;
			text->end = at + phdr->p_memsz;
		}
	}
	return 1; /* the program is the first */
}

/* True if there is a call that leads to target. */
static bool calls(uint64_t at, uint64_t target)
{
#ifdef __x86_64__
	int32_t distance;

	memcpy(&distance, (const char *)at + 1, sizeof(distance));
	return *(const uint8_t *)at == 0xe8 && at + 5 + (uint64_t)(int64_t)distance == target;
#else
	uint32_t word = *(const uint32_t *)at;
	int64_t distance = (int64_t)((uint64_t)word << 38) >> 36;

	return word >> 26 == 0x25 && at + (uint64_t)distance == target;
#endif
}

/* Where a function leads that does nothing but jump; 0 if it does more. */
static uint64_t led_to(uint64_t at)
{
#ifdef __x86_64__
	static const uint8_t landing[] = { 0xf3, 0x0f, 0x1e, 0xfa }; /* endbr64 */
	int32_t distance;

	if (memcmp((const void *)at, landing, sizeof(landing)) == 0)
		at += sizeof(landing);
	memcpy(&distance, (const char *)at + 1, sizeof(distance));
	return *(const uint8_t *)at == 0xe9 ? at + 5 + (uint64_t)(int64_t)distance : 0;
#else
	enum { LANDING = (int)0xd503245f }; /* bti c */
	const uint32_t *word = (const uint32_t *)at;

	word += *word == (uint32_t)LANDING;
	if (*word >> 26 != 5)
		return 0;
	return (uint64_t)word + (uint64_t)((int64_t)((uint64_t)*word << 38) >> 36);
#endif
}

struct found {
	uint64_t at[CALLS];
	unsigned n; /* may be more: then they are too many */
};

static void find_calls(const struct text_of *text, uint64_t target, struct found *found)
{
#ifdef __x86_64__
	enum { STEP = 1, LENGTH = 5 };
#else
	enum { STEP = 4, LENGTH = 4 };
#endif

	for (uint64_t at = text->start; at + LENGTH <= text->end; at += STEP) {
		if (!calls(at, target))
			continue;
		if (found->n < CALLS)
			found->at[found->n] = at;
		found->n++;
	}
}

static bool protect(uint64_t at, size_t n, int protection)
{
	uint64_t page = at & ~(uint64_t)(PAGE - 1);

	return RAW_3(__NR_mprotect, page, at + n - page, protection) == 0;
}

static void put_call(uint64_t at, uint64_t target)
{
#ifdef __x86_64__
	int32_t distance = (int32_t)(target - (at + 5));

	memcpy((char *)at + 1, &distance, sizeof(distance));
#else
	*(uint32_t *)at = 0x25U << 26 | ((uint32_t)((target - at) >> 2) & 0x3ffffff);
#endif
	__builtin___clear_cache((char *)at, (char *)at + 8);
}

/* A page from which any address can be reached; 0 if there is none. */
static uint64_t make_bridge(const struct text_of *text, void *target)
{
	uint64_t page = (text->lowest - NEAR) & ~(uint64_t)(PAGE - 1), to = (uint64_t)target;
	long at = raw_call(__NR_mmap, (long)page, PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
#ifdef __x86_64__
	static const uint8_t jump[8] = { 0xff, 0x25, 2, 0, 0, 0, 0x90, 0x90 }; /* jmp *2(%rip) */
#else
	static const uint32_t jump[2] = { 0x58000050, 0xd61f0200 }; /* ldr x16, .+8; br x16 */
#endif

	if (at != (long)page)
		return 0;
	memcpy((void *)page, jump, sizeof(jump));
	memcpy((char *)page + sizeof(jump), &to, sizeof(to));
	__builtin___clear_cache((char *)page, (char *)page + PAGE);
	return protect(page, PAGE, PROT_READ | PROT_EXEC) ? page : 0;
}

/* Since 3.13 Py_FinalizeEx() only jumps to a function that Py_Exit() calls by its own name. */
static bool find_ends(const struct text_of *text, struct found *ret)
{
	uint64_t behind = led_to((uint64_t)Py_FinalizeEx);

	find_calls(text, (uint64_t)Py_FinalizeEx, ret);
	if (behind)
		find_calls(text, behind, ret);
	return ret->n >= CALLS_LEAST && ret->n <= CALLS;
}

bool maker_patch_calls(void)
{
	struct text_of text = { 0 };
	struct found found = { .n = 0 };
	uint64_t bridge;

	(void)dl_iterate_phdr(take_text, &text);
	if (!find_ends(&text, &found) || text.lowest <= 2 * NEAR)
		return false;
	bridge = make_bridge(&text, maker_finalize);
	for (unsigned i = 0; i < found.n && bridge; i++) {
		if (!protect(found.at[i], 8, PROT_READ | PROT_WRITE | PROT_EXEC))
			return false;
		put_call(found.at[i], bridge);
		if (!protect(found.at[i], 8, PROT_READ | PROT_EXEC))
			maker_fail("cannot protect the interpreter's text", "");
	}
	return bridge != 0;
}

/* -- import gc ------------------------------------------------------------------------------ */

/* Between the addresses; how often it was there. */
static unsigned put_init(uint64_t from, uint64_t to, const struct inittab *gc)
{
	uint64_t name = (uint64_t)gc->name, init = (uint64_t)maker_finish.init_gc;
	unsigned seen = 0;

	for (uint64_t *at = (void *)from; at + 1 < (uint64_t *)to; at++) {
		if (at[0] != name || at[1] != init)
			continue;
		at[1] = (uint64_t)maker_init_gc;
		seen++;
	}
	return seen;
}

/* Each table of built-in modules that is in memory: Python may have copied it. */
bool maker_patch_gc(const struct area *areas, unsigned n)
{
	const struct inittab *gc = PyImport_Inittab;
	unsigned seen = 0;

	while (gc->name && !str_eq(gc->name, "gc"))
		gc++;
	if (!gc->name)
		return false;
	maker_finish.init_gc = gc->init;
	for (unsigned i = 0; i < n; i++) {
		const struct area *area = areas + i;

		if (!(area->protection & PROT_WRITE) || area->shared || maker_is_special(area))
			continue;
		for (uint64_t at = area->start, end; maker_piece(area, &at, &end); at = end)
			seen += put_init(at, end, gc);
	}
	return seen > 0 && seen <= NAME_MAX_SEEN;
}
