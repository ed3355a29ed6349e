/* SPDX-License-Identifier: MIT */
/* Which Python a name, a tag or a path tells. */
#include "core/python_name.h"

#include "check.h"

static void check_paths(void)
{
	char path[PYTHON_NAME_PATH_SIZE];

	python_name_path(9, path);
	CHECK_TEXT(path, "/usr/bin/python3.9", "one digit");
	python_name_path(999, path);
	CHECK_TEXT(path, "/usr/bin/python3.999", "the longest");
}

static void check_tags(void)
{
	CHECK(python_name_tag("x.so") == 0, "a module of any Python");
	CHECK(python_name_tag("x") == 0, "a name without an ending");
	CHECK(python_name_tag("x.abi3.so") == 0, "the stable interface");
	CHECK(python_name_tag("x.cpython-311-x86_64-linux-gnu.so") == 11, "a tag with a platform");
	CHECK(python_name_tag("x.cpython-313.so") == 13, "a tag without one");
	CHECK(python_name_tag("x.cpython-313d-linux.so") == -1, "another build of it");
	CHECK(python_name_tag("x.cpython-3-linux.so") == -1, "a tag without a minor");
	CHECK(python_name_tag("x.cpython-3123456789-x.so") == -1, "a number that is too long");
	CHECK(python_name_tag("x.pypy39-pp73-x86_64-linux-gnu.so") == -1, "another Python");
}

static void check_files(void)
{
	CHECK(python_name_of_file("/usr/lib/python3.11/lib-dynload/x.so") == 11, "its folder");
	CHECK(python_name_of_file("/usr/bin/python3.11") == 0, "an interpreter is in none");
	CHECK(python_name_of_file("/usr/lib/python3/dist-packages/x.cpython-313-x.so") == 13,
	      "its tag");
	CHECK(python_name_of_file("/usr/lib/python3.11/x.cpython-313.so") == 11,
	      "the folder comes first");
	CHECK(python_name_of_file("/opt/python3.x/lib/python3.9/a") == 9, "a later folder");
	CHECK(python_name_of_file("/usr/python3.123456789012345/a") == 0,
	      "a name that is too long");
	CHECK(python_name_of_file("/lib/libc.so.6") == 0, "a library");
	CHECK(python_name_of_file("/usr/lib/x.pypy39.so") == 0, "a module of another Python");
}

int main(void)
{
	static const char *const none[] = {
		"",	      "python3",      "python3.",    "python3.x", "python3.0",
		"python3.1x", "python3.1000", "python3.-1",  "python2.7", "xpython3.11",
		"Python3.11", "python3.11 ",  "python3.11-", "python311", "python3.11-minimal"
	};

	CHECK(python_name_minor("python3.1") == 1, "python3.1");
	CHECK(python_name_minor("python3.13") == 13, "python3.13");
	CHECK(python_name_minor("python3.999") == 999, "python3.999");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(python_name_minor(none[i]) == 0, none[i]);
	check_paths();
	check_tags();
	check_files();
	return done();
}
