/* SPDX-License-Identifier: MIT */
/* Any bytes as a wheel that is extracted: all of it stays in its folder, and no link is in it. */
#include "source/wheel.h"

#include "core/err.h"
#include "place.h"
#include "sys/fd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int refuse_links(const struct walk_entry *entry, struct err *err, void *ctx)
{
	(void)err;
	(void)ctx;
	if (S_ISLNK(entry->st->st_mode) || (S_ISREG(entry->st->st_mode) && entry->st->st_nlink > 1))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	struct err err = { 0 };
	FD_CLEANUP int file = -1;

	place_fill(&place, data, size);
	file = open(place.file, O_RDONLY | O_CLOEXEC);
	if (wheel_extract(file, place.file, place.out, &err) < 0 && !err.text[0])
		abort();
	if (walk_all(place.out, &(struct walk){ .each = refuse_links }, NULL) < 0)
		abort();
	place_check(&place, size);
	return 0;
}
