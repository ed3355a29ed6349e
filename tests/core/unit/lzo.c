/* SPDX-License-Identifier: MIT */
/* Blocks of LZO: one that lzop made, one instruction after the other, and what is none. */
#include "core/lzo.h"

#include <errno.h>
#include <string.h>

#include "check.h"

static uint8_t out[64 * 1024];
static size_t n;

static int unpack(const char *bytes, size_t size, size_t room)
{
	memset(out, '?', sizeof(out));
	return lzo_unpack((const uint8_t *)bytes, size, out, room, &n);
}

#define UNPACK(bytes) unpack((bytes), sizeof(bytes) - 1, sizeof(out))
#define GIVES(text) (n == sizeof(text) - 1 && memcmp(out, (text), sizeof(text) - 1) == 0)

/* "tttt...", as many as a long run of literals takes */
static size_t long_run(char *block)
{
	static const char head[] = "\x00\x00\x01"; /* 3 + 15 + 255 + 1 */

	memcpy(block, head, 3);
	memset(block + 3, 't', 274);
	memcpy(block + 277, "\x11\0\0", 3);
	return 280;
}

static void check_instructions(void)
{
	char block[400];
	size_t size;

	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x11\0\0") == 0 &&
		      GIVES("abcd"),
	      "literals counted by the first byte");
	CHECK(UNPACK("\x13"
		     "ab"
		     "\x04\x00"
		     "\x11\0\0") == 0 &&
		      GIVES("abab"),
	      "two bytes from near, behind a few literals");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x4c\x00"
		     "\x11\0\0") == 0 &&
		      GIVES("abcdabc"),
	      "three bytes from near");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\xed\x00z"
		     "\x11\0\0") == 0 &&
		      GIVES("abcdabcdabcdz"),
	      "eight that overlap, and a literal behind them");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x20\x00\x02\x0c\x00"
		     "\x11\0\0") == 0 &&
		      n == 4 + 2 + 31 + 255 + 2 && memcmp(out + 288, "abcdab", 6) == 0,
	      "a length that goes on in bytes");
	size = long_run(block);
	CHECK(unpack(block, size, sizeof(out)) == 0 && n == 274 && out[273] == 't',
	      "a long run of literals");
}

/* 65 times 255 bytes make a distance that only the far instruction has. */
static void check_far(void)
{
	static char block[20 * 1024];
	size_t size = 0;

	block[size++] = 0;
	for (size_t i = 0; i < 66; i++)
		block[size++] = 0;
	block[size++] = 1;
	for (size_t i = 0; i < 3 + 15 + 66 * 255 + 1; i++)
		block[size++] = (char)('a' + i % 26);
	memcpy(block + size, "\x12\x04\x00\x11\0\0", 6); /* 4 bytes, 16384 + 1 before */
	CHECK(unpack(block, size + 6, sizeof(out)) == 0 && n == 16849 + 4 &&
		      memcmp(out + 16849, out + 16849 - 16385, 4) == 0,
	      "four bytes from far");
	/* behind a long run three bytes from 2049 on */
	memcpy(block + size, "\x00\x00\x11\0\0", 5);
	CHECK(unpack(block, size + 5, sizeof(out)) == 0 && n == 16849 + 3 &&
		      memcmp(out + 16849, out + 16849 - 2049, 3) == 0,
	      "three bytes from the middle");
}

static void check_unsound(void)
{
	CHECK(UNPACK("") == -EBADMSG, "nothing");
	CHECK(UNPACK("\x11\0\0") == -EBADMSG, "a version");
	CHECK(UNPACK("\x15"
		     "ab") == -EBADMSG,
	      "literals that are not there");
	CHECK(unpack("\x15"
		     "abcd\x11\0\0",
		     8, 3) == -EBADMSG,
	      "more than there is room for");
	CHECK(unpack("\x15"
		     "abcd"
		     "\x4c\x00"
		     "\x11\0\0",
		     10, 6) == -EBADMSG,
	      "also by a copy");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x4c\x01"
		     "\x11\0\0") == -EBADMSG,
	      "a copy from before the beginning");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x11\0") == -EBADMSG,
	      "no end");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x11\0\0x") == -EBADMSG,
	      "something behind the end");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x12\0\0") == -EBADMSG,
	      "an end of another length");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x20\x00\x00") == -EBADMSG,
	      "a length without its end");
	CHECK(UNPACK("\x00\x00") == -EBADMSG, "nor of literals");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x4c") == -EBADMSG,
	      "a distance that is cut");
	CHECK(UNPACK("\x13"
		     "ab"
		     "\x04") == -EBADMSG,
	      "also of two bytes from near");
	CHECK(UNPACK("\x15"
		     "abcd"
		     "\x21") == -EBADMSG,
	      "or one of two bytes that is not there at all");
	CHECK(UNPACK("\x15"
		     "abcd") == -EBADMSG,
	      "literals, and no instruction");
}

int main(void)
{
	CHECK(UNPACK("\x00\x03the quick brown fox, .S\x00"
		     "dog*P\x00\x06"
		     "brown fox\x11\x00\x00") == 0 &&
		      GIVES("the quick brown fox, the quick brown dog, the quick brown fox"),
	      "what lzop made");
	check_instructions();
	check_far();
	check_unsound();
	return done();
}
