/* SPDX-License-Identifier: MIT */
/* What an image was made of: each file that is mapped, and what Python looked for. */
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/start_image.h"
#include "core/start_judge.h"
#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

#ifdef __x86_64__
#define NR_FSTATAT __NR_newfstatat
#else
#define NR_FSTATAT __NR3264_fstatat
#endif

static bool is_known(const struct watches *watches, const char *path)
{
	for (uint32_t i = 0; i < watches->head->n_watches; i++) {
		if (str_eq(watches->text + watches->list[i].path, path))
			return true;
	}
	return false;
}

void maker_watch_file(const char *path, struct start_watch *ret)
{
	struct stat st;
	long r = RAW_4(NR_FSTATAT, AT_FDCWD, path, &st, 0);

	start_watch_fill(r == 0 ? &st : NULL, ret);
}

static void add(struct watches *watches, const char *path, uint32_t flags)
{
	struct start_head *head = watches->head;
	struct start_watch *watch = watches->list + head->n_watches;
	size_t n = strlen(path) + 1;

	if (is_known(watches, path))
		return;
	if (head->n_watches == START_WATCHES_MAX || head->text_size + n > WATCH_TEXT)
		maker_fail("it is made of too many files", "");
	maker_watch_file(path, watch);
	if (!(watch->flags & START_WATCH_ABSENT))
		watch->flags = flags;
	watch->path = head->text_size;
	memcpy(watches->text + head->text_size, path, n);
	head->text_size += (uint32_t)n;
	head->n_watches++;
}

static bool within(const struct area *area, uint64_t address)
{
	return address >= area->start && address < area->end;
}

/* True for a file of which this very object was loaded: it is not the tree's. */
static bool is_own(const struct scan *scan, const struct area *area)
{
	for (unsigned i = 0; i < scan->n_areas; i++) {
		if (within(scan->areas + i, (uint64_t)(uintptr_t)maker_watch))
			return str_eq(scan->areas[i].path, area->path);
	}
	return false;
}

void maker_watch(const struct scan *scan, struct object *paths, struct watches *watches)
{
	uint64_t entry = start_aux(scan->birth->auxv, AT_ENTRY, 0),
		 base = start_aux(scan->birth->auxv, AT_BASE, 0);

	for (unsigned i = 0; i < scan->n_areas; i++) {
		const struct area *area = scan->areas + i;

		if (area->file && (within(area, entry) || within(area, base)))
			add(watches, area->path, START_WATCH_ALWAYS);
	}
	for (unsigned i = 0; i < scan->n_areas; i++) {
		if (scan->areas[i].file && !is_own(scan, scan->areas + i))
			add(watches, scan->areas[i].path, 0);
	}
	for (long i = 0; i < PyList_Size(paths); i++)
		add(watches, PyBytes_AsString(PyList_GetItem(paths, i)), 0);
}
