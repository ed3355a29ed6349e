/* SPDX-License-Identifier: MIT */
/* Initramfs archives: one, several, cut, and what is none. */
#include "core/cpio.h"

#include "check.h"

static uint8_t buffer[4096];
static size_t used;

static void add(const char *name, const char *data)
{
	size_t size = strlen(data);
	int n = snprintf((char *)buffer + used, sizeof(buffer) - used,
			 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s", 7U,
			 0100755U, 0U, 0U, 1U, 0U, (unsigned)size, 0U, 0U, 0U, 0U,
			 (unsigned)strlen(name) + 1, 0U, name);

	used += (size_t)n + 1;
	used = (used + 3) / 4 * 4;
	memcpy(buffer + used, data, size);
	used = (used + size + 3) / 4 * 4;
}

int main(void)
{
	struct cpio_entry entry;
	size_t at = 0, end;

	add("init", "hello");
	add("TRAILER!!!", "");
	end = used;
	CHECK(cpio_next(buffer, used, &at, &entry) == CPIO_ENTRY, "a member");
	CHECK_TEXT(entry.name, "init", "its name");
	CHECK(entry.size == 5 && memcmp(entry.bytes, "hello", 5) == 0, "its bytes");
	CHECK(entry.mode == 0100755 && entry.ino == 7 && entry.links == 1, "its numbers");
	CHECK(cpio_next(buffer, used, &at, &entry) == CPIO_END, "the trailer is the end");
	used += 512;
	add("second", "x");
	at = end;
	CHECK(cpio_next(buffer, used, &at, &entry) == CPIO_ENTRY, "an archive behind zeros");
	CHECK_TEXT(entry.name, "second", "its member");
	at = end;
	CHECK(cpio_next(buffer, used - 4, &at, &entry) == CPIO_CUT, "a member that is cut");
	at = end;
	CHECK(cpio_next(buffer, end + 512 + 60, &at, &entry) == CPIO_CUT, "a header that is cut");
	memcpy(buffer + end + 512, "\x1f\x8b", 2);
	at = end;
	CHECK(cpio_next(buffer, used, &at, &entry) == CPIO_COMPRESSED && at == end + 512,
	      "something compressed behind it");
	memcpy(buffer + end + 512, "070707", 6);
	at = end;
	CHECK(cpio_next(buffer, used, &at, &entry) == CPIO_COMPRESSED, "the old format is none");
	memcpy(buffer + end + 512, "070701zz", 8);
	at = end;
	CHECK(cpio_next(buffer, used, &at, &entry) == CPIO_UNSOUND, "numbers that are none");
	at = 0;
	CHECK(cpio_next(buffer, 0, &at, &entry) == CPIO_END, "nothing");
	return done();
}
