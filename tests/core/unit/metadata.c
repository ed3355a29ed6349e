/* SPDX-License-Identifier: MIT */
/* The head of METADATA and WHEEL. */
#include "core/metadata.h"

#include <errno.h>

#include "check.h"

int main(void)
{
	static const char text[] = "Metadata-Version: 2.1\r\nname:  pkg \nDescription: one\n"
				   "        two\n\tthree\nTag: a\nTag: b\n\nName: body\n";
	struct metadata metadata = { text, sizeof(text) - 1 };
	struct metadata_field field;
	char value[32];

	CHECK(metadata_next(&metadata, &field) == 1 && metadata_is(&field, "metadata-VERSION"),
	      "the first field, whatever case");
	CHECK(field.n_value == 3 && memcmp(field.value, "2.1", 3) == 0, "without its line's end");
	CHECK(!metadata_is(&field, "Metadata-Versiom") && !metadata_is(&field, "Metadata"),
	      "other names");
	CHECK(metadata_next(&metadata, &field) == 1 && metadata_is(&field, "Name") &&
		      field.n_value == 3,
	      "blanks around a value");
	CHECK(metadata_next(&metadata, &field) == 1 && field.n_value == 22 &&
		      memcmp(field.value + 16, "\tthree", 6) == 0,
	      "a value of several lines");
	CHECK(metadata_next(&metadata, &field) == 1 && metadata_next(&metadata, &field) == 1 &&
		      metadata_is(&field, "Tag"),
	      "two fields of one name");
	CHECK(metadata_next(&metadata, &field) == 0 && metadata_next(&metadata, &field) == 0,
	      "the body is not read");
	CHECK(metadata_find(text, sizeof(text) - 1, "Name", value, sizeof(value)) == 1,
	      "a field is found");
	CHECK_TEXT(value, "pkg", "its value");
	CHECK(metadata_find(text, sizeof(text) - 1, "Version", value, sizeof(value)) == 0 &&
		      !value[0],
	      "one that is not there");
	CHECK(metadata_find(text, sizeof(text) - 1, "Tag", value, sizeof(value)) == -EINVAL,
	      "one that has two values");
	CHECK(metadata_find("A: b\nA: b\n", 10, "A", value, sizeof(value)) == 1,
	      "one that has a value twice");
	CHECK(metadata_find("A: b\nA: bc\n", 11, "A", value, sizeof(value)) == -EINVAL,
	      "or a longer one");
	CHECK(metadata_find("A: b", 4, "A", value, 1) == -E2BIG, "one that does not fit");
	CHECK(metadata_find("A: b\0c", 6, "A", value, sizeof(value)) == -EINVAL, "a NUL");
	CHECK(metadata_find("no field\n", 9, "A", value, sizeof(value)) == -EINVAL, "no colon");
	CHECK(metadata_find(": x\n", 4, "A", value, sizeof(value)) == -EINVAL, "no name");
	CHECK(metadata_find(" A: x\n", 6, "A", value, sizeof(value)) == -EINVAL,
	      "a line that goes on without one before it");
	CHECK(metadata_find("", 0, "A", value, sizeof(value)) == 0, "an empty text");
	CHECK(metadata_find("A:", 2, "A", value, sizeof(value)) == 1 && !value[0],
	      "an empty value");
	CHECK(metadata_find("A: b\n  ", 7, "A", value, sizeof(value)) == 1, "blanks at the end");
	return done();
}
