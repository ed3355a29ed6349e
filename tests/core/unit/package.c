/* SPDX-License-Identifier: MIT */
/* Lines of package lists, and apt's answers. */
#include "core/package.h"

#include <errno.h>

#include "core/err.h"
#include "core/str.h"
#include "check.h"

#define SUM "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void takes(const char *line, const char *what)
{
	struct package package;
	char again[1024];

	CHECK(package_parse(line, strlen(line), &package, NULL) == 1, what);
	CHECK(package_format(&package, again, sizeof(again)) == 0, what);
	CHECK_TEXT(again, line, what);
}

static void refuses(const char *line, const char *sentence, const char *what)
{
	struct package package;
	struct err err = { 0 };

	CHECK(package_parse(line, strlen(line), &package, &err) == -EINVAL, what);
	CHECK_TEXT(err.text, sentence, what);
}

static void test_lines(void)
{
	char word[PACKAGE_WORD_MAX], long_line[1024];
	struct package package;
	struct text text;

	takes("bookworm libc6 2.36-9+deb12u14 amd64 2757216 " SUM, "a line");
	takes("host zlib1g 1:1.2.13.dfsg-1 amd64 0 -", "a host's package without archive");
	CHECK(package_parse("", 0, &package, NULL) == 0, "an empty line");
	CHECK(package_parse(" \t\r", 3, &package, NULL) == 0, "blanks and a carriage return");
	CHECK(package_parse("# suite name", 12, &package, NULL) == 0, "a comment");

	refuses("bookworm libc6 2.36 amd64 1",
		"not a line of a package list (suite, name, version, architecture, size, SHA-256)",
		"a field is missing");
	refuses("bookworm libc6 2.36 amd64 1 " SUM " more",
		"not a line of a package list (suite, name, version, architecture, size, SHA-256)",
		"a field too many");
	refuses("bookworm --help 2.36 amd64 1 " SUM,
		"not a package's suite, name, version, architecture", "a name that is an option");
	refuses("bookworm /x 2.36 amd64 1 " SUM,
		"not a package's suite, name, version, architecture", "an absolute path");
	refuses("bookworm ../x 2.36 amd64 1 " SUM,
		"not a package's suite, name, version, architecture", "a name that is a path");
	refuses("bookworm libc6 2.36;x amd64 1 " SUM,
		"not a package's suite, name, version, architecture", "an unsound version");
	refuses("bookworm libc6 2.36 amd64 1k " SUM, "libc6: the size is not a number",
		"an unsound size");
	refuses("bookworm libc6 2.36 amd64 99999999999999999999999999 " SUM,
		"libc6: the size is not a number", "a size that is too long");
	refuses("book/worm libc6 2.36 amd64 1 " SUM,
		"not a package's suite, name, version, architecture", "an unsound suite");
	refuses("bookworm libc6 2.36 -amd64 1 " SUM,
		"not a package's suite, name, version, architecture", "an unsound architecture");
	for (const char *c = "/@[`{"; *c; c++) {
		char odd[] = "bookworm libc_ 2.36 amd64 1 " SUM;

		odd[13] = *c;
		refuses(odd, "not a package's suite, name, version, architecture",
			"a byte that no name has");
	}
	for (const char *c = "/:`gG"; *c; c++) {
		char odd[] = "bookworm libc6 2.36 amd64 1 " SUM;

		odd[sizeof(odd) - 2] = *c;
		refuses(odd, "libc6: the last field is not a SHA-256", "a digit that is none");
	}
	refuses("bookworm libc6 2.36 amd64 1 x", "libc6: the last field is not a SHA-256",
		"a checksum of one byte");
	memset(word, 'a', sizeof(word));
	text_init(&text, long_line, sizeof(long_line));
	text_add(&text, "bookworm ");
	text_add_bytes(&text, word, sizeof(word));
	text_add(&text, " 2.36 amd64 1 " SUM);
	refuses(long_line, "not a package's suite, name, version, architecture",
		"a name that is too long");
	takes("a A9.+-~:_ zZ 0 0 " SUM, "every byte that a word may have");
	CHECK(package_parse("a\0 b c d 1 -", 12, &package, NULL) == -EINVAL, "a NUL in a word");
	CHECK(package_parse("a\tb\rc d 1 -\r", 12, &package, NULL) == 1, "all kinds of blanks");
	refuses("bookworm libc6 2.36 amd64 1 ba78", "libc6: the last field is not a SHA-256",
		"a cut checksum");
}

static void test_uris(void)
{
	static const char line[] =
		"'http://m/debian/pool/main/z/zlib/zlib1g_1.2.13.dfsg-1_arm64.deb'"
		" zlib1g_1%3a1.2.13.dfsg-1_arm64.deb 84404 SHA256:" SUM;
	static const char *const unsound[] = {
		"'http://m/x.deb' zlib1g_1.2_arm64.deb 84404",
		"'http://m/x.deb' zlib1g_1.2_arm64.deb 84404 "
		"MD5Sum:d41d8cd98f00b204e9800998ecf8427e",
		"'http://m/x.deb' zlib1g_1.2.deb 84404 SHA256:" SUM,
		"'http://m/x.deb' zlib1g_1%412_arm64.deb 84404 SHA256:" SUM,
		"'http://m/x.deb' ../a_1.2_arm64.deb 84404 SHA256:" SUM,
		"'http://m/x.deb' .deb 84404 SHA256:" SUM,
		"'http://m/x.deb' a_1.2_arm64.udeb_ 84404 SHA256:" SUM,
		"'http://m/x.deb' a_b 84404 SHA256:" SUM,
		"'http://m/x.deb' _1.2_arm64.deb 84404 SHA256:" SUM,
		"'http://m/x.deb' a__arm64.deb 84404 SHA256:" SUM,
		"'http://m/x.deb' a_1.2_.deb 84404 SHA256:" SUM,
		"'http://m/x.deb' a_1_deb 84404 SHA256:" SUM,
		"'http://m/x.deb' a_1.deb_ 84404 SHA256:" SUM,
		"'http://m/x.deb' a_1_arm64.deb 8440x SHA256:" SUM,
		"'http://m/x.deb' a_1_arm64.deb 84404 SHA256:abc",
		"'http://m/x.deb' a_1_arm64.deb 84404 SHA",
		"'http://m/x.deb' a_"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"_arm64.deb 84404 SHA256:" SUM,
	};
	struct package package;
	char file[512];

	CHECK(package_parse_uri(line, strlen(line), &package) == 1, "apt's answer");
	CHECK_TEXT(package.name, "zlib1g", "apt's name");
	CHECK_TEXT(package.version, "1:1.2.13.dfsg-1", "apt's version, with its epoch");
	CHECK_TEXT(package.arch, "arm64", "apt's architecture");
	CHECK(package.size == 84404, "apt's size");
	CHECK_TEXT(package.sum, SUM, "apt's checksum");
	CHECK(package_file(&package, file, sizeof(file)) == 0, "a file name");
	CHECK_TEXT(file, "zlib1g_1%3a1.2.13.dfsg-1_arm64.deb", "the file name that apt uses");
	CHECK(package_parse_uri("Get:1 http", 10, &package) == 0, "apt's other words");
	CHECK(package_parse_uri("", 0, &package) == 0, "an empty line");
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(package_parse_uri(unsound[i], strlen(unsound[i]), &package) == -EINVAL,
		      unsound[i]);
}

static void test_installs(void)
{
	static const char line[] =
		"'http://m/l/libblas3_3.11.0-2_arm64.deb' libblas3_3.11.0-2_arm64.deb 91444 "
		"MD5Sum:9584d82ca97f8df5b5fdd3a5ff869277";
	static const char plain[] = "'file:/m/a_1_all.deb' a_1_all.deb 792 ";
	static const char unsound[] = "'http://m/x.deb' --help 91444 MD5Sum:9584";
	struct package package;

	CHECK(package_parse_install(line, strlen(line), &package) == 1, "what apt would install");
	CHECK_TEXT(package.name, "libblas3", "its name");
	CHECK_TEXT(package.version, "3.11.0-2", "its version");
	CHECK_TEXT(package.arch, "arm64", "its architecture");
	CHECK_TEXT(package.sum, "-", "no checksum that would be believed");
	CHECK(package_parse_install(plain, strlen(plain), &package) == 1 &&
		      strcmp(package.name, "a") == 0,
	      "of an index without that checksum");
	CHECK(package_parse_install("Inst x", 6, &package) == 0, "apt's other words");
	CHECK(package_parse_install("", 0, &package) == 0, "an empty line");
	CHECK(package_parse_install("'a' b", 5, &package) == -EINVAL, "a line that is cut");
	CHECK(package_parse_install(unsound, strlen(unsound), &package) == -EINVAL,
	      "a file name that is none");
}

int main(void)
{
	test_installs();
	test_lines();
	test_uris();
	return done();
}
