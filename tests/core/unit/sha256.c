/* SPDX-License-Identifier: MIT */
/* FIPS 180-4's examples, and messages around the ends of blocks. */
#include "core/sha256.h"

#include "check.h"

static void sum_is(const char *bytes, size_t n, const char *wanted, const char *what)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, bytes, n);
	sha256_end_hex(&sha, hex);
	CHECK_TEXT(hex, wanted, what);
	sha256_init(&sha);
	sha.fast = false;
	sha256_add(&sha, bytes, n);
	sha256_end_hex(&sha, hex);
	CHECK_TEXT(hex, wanted, "and without the processor's own instructions");
}

/* The same sum, whatever pieces a message comes in, and by both ways of computing it. */
static bool pieces_agree(const char *bytes, size_t n)
{
	char whole[SHA256_HEX_SIZE], pieces[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, bytes, n);
	sha256_end_hex(&sha, whole);
	for (size_t step = 1; step <= 130; step++) {
		sha256_init(&sha);
		sha.fast = sha.fast && step % 2;
		for (size_t i = 0; i < n; i += step)
			sha256_add(&sha, bytes + i, n - i < step ? n - i : step);
		sha256_end_hex(&sha, pieces);
		if (strcmp(whole, pieces) != 0)
			return false;
	}
	return true;
}

int main(void)
{
	static char bytes[1000];
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;
	bool agree = true;

#define MESSAGE(s) s, sizeof(s) - 1
	sum_is(MESSAGE(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	       "nothing");
	sum_is(MESSAGE("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	       "one block");
	sum_is(MESSAGE("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "two blocks");
	sum_is(MESSAGE("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		       "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
	       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
	       "a message longer than a block");

	memset(bytes, 'a', sizeof(bytes));
	sha256_init(&sha);
	for (size_t i = 0; i < 1000; i++)
		sha256_add(&sha, bytes, sizeof(bytes));
	sha256_end_hex(&sha, hex);
	CHECK_TEXT(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
		   "a million times a");

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t n = 50; n <= 130; n++)
		agree = agree && pieces_agree(bytes, n);
	CHECK(agree, "pieces of any size give the same sum");
	return done();
}
