/* SPDX-License-Identifier: MIT */
/* Lines of /proc/net/unix. */
#include "core/unixline.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"
#include "check.h"

#define HEAD "0000000000000000: 00000002 00000000 00010000 0001 01 "

static int path_of(const char *line, char ret[128])
{
	return unixline_path(line, strlen(line), ret, 128);
}

int main(void)
{
	char path[128] = "";

	CHECK(path_of(HEAD "12345 /var/lib/x/socket", path) == 0 &&
		      str_eq(path, "/var/lib/x/socket"),
	      "a path");
	CHECK(path_of(HEAD "  345 /s", path) == 0 && str_eq(path, "/s"), "an aligned number");
	CHECK(path_of(HEAD "12345 /a b  c ", path) == 0 && str_eq(path, "/a b  c "),
	      "blanks in it");
	CHECK(path_of(HEAD "12345 /a\033[31m", path) == 0 && str_eq(path, "/a\033[31m"),
	      "it is its owner's");
	CHECK(path_of(HEAD "12345", path) == -ENOENT, "no name");
	CHECK(path_of(HEAD "12345 ", path) == -ENOENT, "an empty name");
	CHECK(path_of(HEAD "12345 @/tmp/abstract", path) == -ENOENT, "an abstract one");
	CHECK(path_of(HEAD "12345 private/smtp", path) == -ENOENT, "a relative one");
	CHECK(path_of(HEAD "12345  /two", path) == -ENOENT, "a name that begins with a blank");
	CHECK(path_of("Num       RefCount Protocol Flags    Type St Inode Path", path) == -EINVAL,
	      "the heading");
	CHECK(path_of("", path) == -EINVAL && path_of("   ", path) == -EINVAL, "nothing");
	CHECK(path_of("/what/follows a newline in a name", path) == -EINVAL, "the rest of a name");
	CHECK(unixline_path(HEAD "1 /a\0b", sizeof(HEAD "1 /a\0b") - 1, path, 128) == -EINVAL,
	      "a NUL");
	CHECK(unixline_path(HEAD "1 /abcd", sizeof(HEAD "1 /abcd") - 1, path, 5) == -EINVAL,
	      "too long");
	return done();
}
