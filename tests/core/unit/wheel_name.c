/* SPDX-License-Identifier: MIT */
/* Names of wheels and their tags, beside what python3-packaging says of the same. */
#include "core/wheel_name.h"

#include <errno.h>

#include "core/arch.h"
#include "check.h"

static void test_names(void)
{
	static const char *const unsound[] = {
		"a-1-py3-none-any.zip",
		"a-1-py3-none.whl",
		"a-1-x-py3-none-any.whl",
		"a-1-1-py3-none-any-b.whl",
		"-1-py3-none-any.whl",
		"a--py3-none-any.whl",
		"a-1-py3-none-.whl",
		"a/b-1-py3-none-any.whl",
		"a-1-py3-none-any .whl",
		"a-1-.py3-none-any.whl",
		".whl",
		"a-1--py3-none-any.whl",
		"a-1-py3-{-any.whl",
		"a-1-py3-@-any.whl",
		"a-1-py3-`-any.whl",
		"a-1-py3-[-any.whl",
		"a-1-:-py3-any.whl",
	};
	struct wheel_name name;
	struct wheel_tags tags;
	char line[2 * WHEEL_NAME_MAX];

	CHECK(wheel_name_parse("Flask_X-1.0+l.1-py2.py3-none-any.whl", &name) == 0, "a name");
	CHECK_TEXT(name.name, "Flask_X", "whose");
	CHECK_TEXT(name.version, "1.0+l.1", "its version");
	CHECK_TEXT(name.tags.python, "py2.py3", "its Pythons");
	CHECK_TEXT(name.build, "", "no build");
	CHECK(wheel_name_parse("a-1!2-3x-cp311-abi3-linux_x86_64.whl", &name) == 0, "a build");
	CHECK_TEXT(name.build, "3x", "which");
	CHECK_TEXT(name.tags.abi, "abi3", "the tags after it");
	CHECK_TEXT(name.tags.platform, "linux_x86_64", "all of them");
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(wheel_name_parse(unsound[i], &name) == -EINVAL, unsound[i]);
	(void)snprintf(line, sizeof(line), "a-%0300d-py3-none-any.whl", 1);
	CHECK(wheel_name_parse(line, &name) == -E2BIG, "a part that is too long");
	CHECK(wheel_tags_parse("py3-none-any", 12, &tags) == 0 && wheel_tags_any(&tags), "a tag");
	CHECK(wheel_tags_parse("py3-none-linux_x86_64", 21, &tags) == 0 && !wheel_tags_any(&tags),
	      "one of an arch");
	CHECK(wheel_tags_parse("py3-none", 8, &tags) == -EINVAL, "half of one");
	CHECK(wheel_tags_parse("py3-none-a-b", 12, &tags) == -EINVAL, "more than one");
}

struct row {
	const char *tags, *arch;
	unsigned minor;
	bool musl;
	unsigned libc;
	enum wheel_fit fit;
};

/* glibc 2.36 is bookworm's, 2.41 trixie's. */
static const struct row rows[] = {
	{ "py3-none-any", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "py2.py3-none-any", "s390x", 13, false, 41, WHEEL_FITS },
	{ "py2-none-any", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "py39-none-any", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "py311-none-any", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "py312-none-any", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp311-none-any", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "cp310-none-any", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp3-none-any", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp311-cp311-any", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp311-cp311-linux_x86_64", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-linux_x86_64", "x86_64", 13, false, 41, WHEEL_OTHER_PYTHON },
	{ "cp311-cp311-linux_x86_64", "aarch64", 11, false, 36, WHEEL_OTHER_MACHINE },
	{ "cp311-cp311-linux_x86_64", "x86_64", 11, true, 2, WHEEL_FITS },
	{ "cp313-cp313t-linux_x86_64", "x86_64", 13, false, 41, WHEEL_OTHER_PYTHON },
	{ "cp311-cp311d-linux_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp311-cp310-linux_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "pp39-pypy39_pp73-linux_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "py3-cp311-linux_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", "x86_64", 11, false, 36,
	  WHEEL_FITS },
	{ "cp312-abi3-manylinux2014_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp31-abi3-manylinux2014_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
	{ "cp37.cp38-abi3.none-manylinux2014_x86_64", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-manylinux1_x86_64", "x86_64", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-manylinux2010_i686", "i386", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-manylinux2010_i686", "x86_64", 11, false, 36, WHEEL_OTHER_MACHINE },
	{ "py3-none-linux_i386", "i386", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-manylinux_2_36_aarch64", "aarch64", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-manylinux_2_37_aarch64", "aarch64", 11, false, 36, WHEEL_OLD_LIBC },
	{ "cp311-cp311-manylinux_2_37_aarch64", "aarch64", 11, false, 0, WHEEL_FITS },
	{ "cp311-cp311-manylinux_3_1_aarch64", "aarch64", 11, false, 36, WHEEL_OTHER_SYSTEM },
	{ "cp311-cp311-manylinux_2_aarch64", "aarch64", 11, false, 36, WHEEL_OTHER_SYSTEM },
	{ "cp311-cp311-manylinux_2__aarch64", "aarch64", 11, false, 36, WHEEL_OTHER_SYSTEM },
	{ "cp311-cp311-manylinux_2_123456789_aarch64", "aarch64", 11, false, 36,
	  WHEEL_OTHER_SYSTEM },
	{ "cp311-cp311-musllinux_1_2_x86_64", "x86_64", 11, true, 2, WHEEL_FITS },
	{ "cp311-cp311-musllinux_1_1_x86_64", "x86_64", 11, true, 2, WHEEL_FITS },
	{ "cp311-cp311-musllinux_1_3_x86_64", "x86_64", 11, true, 2, WHEEL_OLD_LIBC },
	{ "cp311-cp311-musllinux_2_1_x86_64", "x86_64", 11, true, 2, WHEEL_OTHER_SYSTEM },
	{ "cp311-cp311-musllinux_1_2_x86_64", "x86_64", 11, false, 36, WHEEL_OTHER_LIBC },
	{ "cp311-cp311-manylinux2014_x86_64", "x86_64", 11, true, 2, WHEEL_OTHER_LIBC },
	{ "cp311-cp311-linux_armv7l", "armhf", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-linux_armv7l", "armel", 11, false, 36, WHEEL_OTHER_MACHINE },
	{ "cp311-cp311-linux_armv5tel", "armel", 11, false, 36, WHEEL_FITS },
	{ "cp311-cp311-win_amd64", "x86_64", 11, false, 36, WHEEL_OTHER_SYSTEM },
	{ "cp311-cp311-macosx_11_0_arm64", "aarch64", 11, false, 36, WHEEL_OTHER_SYSTEM },
	{ "py3-none-win_amd64.linux_aarch64.manylinux_2_40_x86_64", "x86_64", 11, false, 36,
	  WHEEL_OLD_LIBC },
	{ "py3-none-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  "x86_64", 11, false, 36, WHEEL_OTHER_SYSTEM },
	{ "py399999-none-any", "x86_64", 11, false, 36, WHEEL_OTHER_PYTHON },
};

static void test_fits(void)
{
	static const char least[] = "py3-none-manylinux_2_40_x86_64.manylinux_2_39_x86_64."
				    "manylinux_2_41_x86_64";
	struct wheel_tags tags;
	unsigned libc;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct wheel_target target = { .arch = arch_by_name(row->arch),
						     .minor = row->minor,
						     .musl = row->musl,
						     .libc = row->libc };

		CHECK(wheel_tags_parse(row->tags, strlen(row->tags), &tags) == 0 &&
			      wheel_tags_fit(&tags, &target, &libc) == row->fit,
		      row->tags);
	}
	CHECK(wheel_tags_parse(least, strlen(least), &tags) == 0 &&
		      wheel_tags_fit(&tags,
				     &(struct wheel_target){ .arch = arch_by_name("x86_64"),
							     .minor = 11,
							     .libc = 36 },
				     &libc) == WHEEL_OLD_LIBC &&
		      libc == 39,
	      "the least libc that would do");
}

int main(void)
{
	test_names();
	test_fits();
	return done();
}
