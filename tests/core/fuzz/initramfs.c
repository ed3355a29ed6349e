/* SPDX-License-Identifier: MIT */
/* Any bytes as an initramfs that is unpacked to be looked at: all of it stays in its folder. */
#include "image/initramfs.h"

#include "core/err.h"
#include "place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As place_look, but that a device is a named pipe. */
static int look(const struct walk_entry *entry, struct err *err, void *ctx)
{
	return S_ISFIFO(entry->st->st_mode) ? 0 : place_look(entry, err, ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	struct initramfs initramfs;
	struct err err = { 0 };

	place_fill(&place, data, size);
	if (mkdir(place.out, 0755) < 0 || setenv("TMPDIR", place.out, 1) < 0)
		abort();
	if (initramfs_unpack(place.file, &initramfs, &err) == 0) {
		if (walk_all(place.out, &(struct walk){ .each = look }, NULL) < 0)
			abort();
		initramfs_explain(&initramfs, "image", "/init", &err);
		initramfs_drop(&initramfs);
	} else if (!err.text[0]) {
		abort();
	}
	if (rmdir(place.out) < 0) /* all is gone */
		abort();
	place_check(&place, size);
	return 0;
}
