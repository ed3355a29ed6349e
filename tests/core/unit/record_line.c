/* SPDX-License-Identifier: MIT */
/* RECORD: lines of CSV. */
#include "core/record_line.h"

#include <errno.h>

#include "check.h"

#define EMPTY_SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define EMPTY_BASE64 "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

static int first(const char *text, size_t n, struct record_line *ret)
{
	struct record record = { text, n };

	return record_next(&record, ret);
}

static void test_reading(void)
{
	static const char text[] = "a.py,sha256=" EMPTY_BASE64 ",0\r\n\n"
				   "\"b, \"\"c\"\".py\",sha512=xyz,12\n"
				   "../bin/x,md5=xyz,\nd/RECORD,,\ne,sha384=x,1\nf,sha1=x,1";
	static const char *const unsound[] = {
		"a",
		"a,",
		"a,,,",
		",,",
		"a,sha256=x,",
		"a,,x",
		"a,,-1",
		"\"a,,",
		"a,crc=1,",
		"a,sha256=,",
		"a,\"x,",
		"a,,\"",
		"a,sha256=" EMPTY_BASE64 "AA,0",
		"a,sha256=+7DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0",
		"a,sha256=" EMPTY_BASE64 "=x,0",
	};
	static char path[PATH_SIZE + 8];
	static struct record_line line;
	struct record record = { text, sizeof(text) - 1 };

	CHECK(record_next(&record, &line) == 1 && line.kind == RECORD_SUM_SHA256 && line.sized &&
		      line.size == 0,
	      "a file, its sum and size");
	CHECK_TEXT(line.path, "a.py", "its path");
	CHECK_TEXT(line.sum, EMPTY_SUM, "its sum");
	CHECK(record_next(&record, &line) == 1 && line.kind == RECORD_SUM_OTHER && line.size == 12,
	      "another sum");
	CHECK_TEXT(line.path, "b, \"c\".py", "a path in quotes");
	CHECK(record_next(&record, &line) == 1 && line.kind == RECORD_SUM_WEAK && !line.sized,
	      "a sum that proves nothing");
	CHECK_TEXT(line.path, "../bin/x", "a path that leads up is as it stands there");
	CHECK(record_next(&record, &line) == 1 && line.kind == RECORD_SUM_NONE && !line.sum[0],
	      "no sum");
	CHECK(record_next(&record, &line) == 1 && line.kind == RECORD_SUM_OTHER, "sha384");
	CHECK(record_next(&record, &line) == 1 && line.kind == RECORD_SUM_WEAK, "sha1");
	CHECK(record_next(&record, &line) == 0, "the end");
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(first(unsound[i], strlen(unsound[i]), &line) == -EINVAL, unsound[i]);
	CHECK(first("a\0b,,", 5, &line) == -EINVAL, "a NUL");
	CHECK(first("\"a\0b\",,", 7, &line) == -EINVAL, "a NUL in quotes");
	CHECK(first("a,sha256=" EMPTY_BASE64 "=,0", 9 + 43 + 3, &line) == 1, "a sum with padding");
	memset(path, 'x', PATH_SIZE);
	memcpy(path + PATH_SIZE, ",,", 3);
	CHECK(first(path, PATH_SIZE + 2, &line) == -ENAMETOOLONG, "a path that is too long");
}

static void test_writing(void)
{
	static struct record_line line = {
		.path = "a.py", .kind = RECORD_SUM_SHA256, .sum = EMPTY_SUM, .sized = true
	};
	char text[256];

	CHECK(record_format(&line, text, sizeof(text)) == 0, "a line is written");
	CHECK_TEXT(text, "a.py,sha256=" EMPTY_BASE64 ",0\n", "as it is read");
	CHECK(record_format(&line, text, 20) == -E2BIG, "one that does not fit");
	line.sum[3] = 'X';
	CHECK(record_format(&line, text, sizeof(text)) == -EINVAL, "a sum that is none");
	line.sum[3] = '/';
	CHECK(record_format(&line, text, sizeof(text)) == -EINVAL, "nor that");
	line.sum[3] = '\0';
	CHECK(record_format(&line, text, sizeof(text)) == -EINVAL, "a short sum");
	line.kind = RECORD_SUM_OTHER;
	CHECK(record_format(&line, text, sizeof(text)) == -EINVAL, "another sum");
	line = (struct record_line){ .path = "a,\"b\".py" };
	CHECK(record_format(&line, text, sizeof(text)) == 0, "a path that wants quotes");
	CHECK_TEXT(text, "\"a,\"\"b\"\".py\",,\n", "quotes are two");
}

int main(void)
{
	test_reading();
	test_writing();
	return done();
}
