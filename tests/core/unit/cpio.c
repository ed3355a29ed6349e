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

/* One member, "init", with one field of its head (0: the magic) as given. */
static enum cpio_next with_field(size_t field, const char *digits)
{
	struct cpio_entry entry;
	size_t at = 0;

	memset(buffer, 0, sizeof(buffer));
	used = 0;
	add("init", "hello");
	memcpy(buffer + (field ? 6 + 8 * (field - 1) : 0), digits, strlen(digits));
	return cpio_next(buffer, used, &at, &entry);
}

static void test_heads(void)
{
	CHECK(with_field(0, "070702") == CPIO_ENTRY, "with checksums");
	CHECK(with_field(0, "070703") == CPIO_COMPRESSED, "no such format");
	CHECK(with_field(1, "0000aFfA") == CPIO_ENTRY, "letters of both cases");
	CHECK(with_field(1, "0000000/") == CPIO_UNSOUND, "no digit");
	CHECK(with_field(1, "0000000:") == CPIO_UNSOUND, "nor this");
	CHECK(with_field(1, "0000000@") == CPIO_UNSOUND, "nor this");
	CHECK(with_field(1, "0000000g") == CPIO_UNSOUND, "nor this");
	CHECK(with_field(12, "00000000") == CPIO_UNSOUND, "a name of no bytes");
	CHECK(with_field(12, "00001001") == CPIO_UNSOUND, "a name longer than any path");
	CHECK(with_field(12, "00000fff") == CPIO_CUT, "a name that goes on after the archive");
	CHECK(with_field(12, "00000004") == CPIO_UNSOUND, "a name without an end");
	CHECK(with_field(7, "00001000") == CPIO_CUT, "bytes that go on after the archive");
}

static void test_places(void)
{
	struct cpio_entry entry;
	size_t at = 0;

	memset(buffer, 0, sizeof(buffer));
	used = 0;
	add("init", "");
	CHECK(cpio_next(buffer, 115, &at, &entry) == CPIO_CUT, "cut in the padding of the name");
	at = 0;
	CHECK(cpio_next(buffer, 4, &at, &entry) == CPIO_COMPRESSED, "shorter than a magic");
	at = 0;
	memmove(buffer + 2, buffer, used);
	memset(buffer, 0, 2);
	CHECK(cpio_next(buffer, used + 2, &at, &entry) == CPIO_UNSOUND, "where no word begins");
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
	test_heads();
	test_places();
	return done();
}
