/* SPDX-License-Identifier: MIT */
/* The ELF files that the process has loaded: what ld.so made read-only of them, and who they are.
 */
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "core/start_image.h"
#include "core/start_judge.h"
#include "maker.h"

enum { PAGE = 4096, RANGES_MAX = 64 };

struct look {
	struct start_head *head;
	uint64_t known[3]; /* an address in interpreter, ld.so, libc */
};

struct range {
	uint64_t start, end;
};

static struct range ranges[RANGES_MAX], loaded[RANGES_MAX];
static unsigned n_ranges, n_loaded;

bool maker_is_loaded(uint64_t address)
{
	for (unsigned i = 0; i < n_loaded; i++) {
		if (address >= loaded[i].start && address < loaded[i].end)
			return true;
	}
	return false;
}

bool maker_is_relro(const struct area *area)
{
	for (unsigned i = 0; i < n_ranges && !(area->protection & PROT_WRITE); i++) {
		if (area->start >= ranges[i].start && area->end <= ranges[i].end)
			return true;
	}
	return false;
}

static void add_range(struct range *list, unsigned *n, uint64_t start, uint64_t end)
{
	if (*n == RANGES_MAX)
		maker_fail("too many libraries are loaded", "");
	list[(*n)++] = (struct range){ start & ~(uint64_t)(PAGE - 1),
				       (end + PAGE - 1) & ~(uint64_t)(PAGE - 1) };
}

static bool has(const struct dl_phdr_info *info, uint64_t address)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = info->dlpi_phdr + i;

		if (phdr->p_type == PT_LOAD &&
		    address - (info->dlpi_addr + phdr->p_vaddr) < phdr->p_memsz)
			return true;
	}
	return false;
}

/* Of the notes in memory, the one of the linker. */
static void take_build_id(const char *at, uint64_t size, uint8_t ret[START_BUILD_ID])
{
	const ElfW(Nhdr) * note;

	for (const char *end = at + size; at + sizeof(*note) <= end;) {
		const char *name = at + sizeof(*note), *text;

		note = (const void *)at;
		text = name + ((note->n_namesz + 3U) & ~3U);
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    memcmp(name, "GNU", 4) == 0 && note->n_descsz <= START_BUILD_ID)
			memcpy(ret, text, note->n_descsz);
		at = text + ((note->n_descsz + 3U) & ~3U);
	}
}

static int look_at(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct look *look = ctx;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = info->dlpi_phdr + i;
		uint64_t at = info->dlpi_addr + phdr->p_vaddr;

		if (phdr->p_type == PT_GNU_RELRO)
			add_range(ranges, &n_ranges, at, at + phdr->p_memsz);
		if (phdr->p_type == PT_LOAD && phdr->p_flags & PF_W)
			add_range(loaded, &n_loaded, at, at + phdr->p_memsz);
		for (unsigned which = 0; which < 3 && phdr->p_type == PT_NOTE; which++) {
			if (has(info, look->known[which]))
				take_build_id((const char *)at, phdr->p_memsz,
					      look->head->build[which]);
		}
	}
	return 0;
}

void maker_objects(const struct birth *birth, struct start_head *head)
{
	struct look look = { .head = head };

	look.known[0] = start_aux(birth->auxv, AT_ENTRY, 0);
	look.known[1] = start_aux(birth->auxv, AT_BASE, 0);
	look.known[2] = (uint64_t)(uintptr_t)dl_iterate_phdr;
	(void)dl_iterate_phdr(look_at, &look);
}
