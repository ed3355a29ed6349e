/* SPDX-License-Identifier: MIT */
/* Which release of glibc an ld.so says that it is of. */
#include "core/ldso.h"

#include "check.h"

static const char *release(const char *bytes, size_t n)
{
	static char text[8];

	return ldso_release(bytes, n, text, sizeof(text)) ? text : "none";
}

int main(void)
{
	static const char whole[] = "\0ld.so (Debian) stable release version 2.36.\nCopyright";
	static const char longer[] = "release version 2.123456789.";

	CHECK_TEXT(release(whole, sizeof(whole)), "2.36", "the sentence of glibc");
	CHECK_TEXT(release("release version 2.41", 20), "2.41", "one that ends with the file");
	CHECK_TEXT(release("release version 2.41 x", 22), "2.41", "a blank ends it");
	CHECK_TEXT(release("release version x", 17), "none", "no number");
	CHECK_TEXT(release("release version ", 16), "none", "nothing after the words");
	CHECK_TEXT(release("musl libc 1.2.3", 15), "none", "another C library");
	CHECK_TEXT(release(longer, sizeof(longer)), "none", "a number that does not fit");
	return done();
}
