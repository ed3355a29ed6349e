/* SPDX-License-Identifier: MIT */
/* A package's control file: fields with further lines, and relations. */
#include "core/deb_control.h"

#include "check.h"

static const char text[] = "Package: python3-numpy\n"
			   "Description: numbers\n"
			   " Depends: nothing of this\n"
			   "depends: python3 (<< 3.12),\n"
			   "\tlibblas3 | libblas.so.3, libc6:any (>= 2.33) [amd64],\n"
			   " , (x), -a, b, libstdc++6\n"
			   "Provides:";

static void check_names(void)
{
	static const char *const wanted[] = { "python3", "libblas3", "libblas.so.3", "libc6",
					      "libstdc++6" };
	struct deb_field field;
	char name[16];

	CHECK(deb_control_field(text, sizeof(text) - 1, "Depends", &field), "a field");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		CHECK(deb_control_name(&field, name, sizeof(name)) == 1, "a name");
		CHECK_TEXT(name, wanted[i], wanted[i]);
	}
	CHECK(deb_control_name(&field, name, sizeof(name)) == 0, "no other");
	field = (struct deb_field){ "abcdefghijklmnop, ab", 20 };
	CHECK(deb_control_name(&field, name, sizeof(name)) == 1, "after one that is too long");
	CHECK_TEXT(name, "ab", "comes the next");
}

int main(void)
{
	struct deb_field field;

	check_names();
	CHECK(deb_control_field(text, sizeof(text) - 1, "Provides", &field) && !field.left,
	      "an empty field at the end");
	CHECK(!deb_control_field(text, sizeof(text) - 1, "Pre-Depends", &field), "none");
	CHECK(!deb_control_field("", 0, "Package", &field), "an empty text");
	CHECK(!deb_control_field("Package", 7, "Package", &field), "a name alone");
	return done();
}
