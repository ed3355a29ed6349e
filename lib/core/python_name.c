/* SPDX-License-Identifier: MIT */
/* The names python3.MINOR and cpython-3MINOR, read. */
#include "core/python_name.h"

#include <stdint.h>
#include <string.h>

#include "core/str.h"

enum { MINOR_MAX = 999, FOLDER_MAX = 16 };

static const char head[] = "python3.";

void python_name_path(unsigned minor, char *ret)
{
	struct text text;

	text_init(&text, ret, PYTHON_NAME_PATH_SIZE);
	text_addf(&text, "/usr/bin/python3.%u", minor); /* fits */
}

unsigned python_name_minor(const char *name)
{
	uint64_t minor;

	if (!str_starts(name, head) || str_to_u64(name + strlen(head), 10, &minor) < 0 ||
	    minor > MINOR_MAX)
		return 0;
	return (unsigned)minor;
}

int python_name_tag(const char *name)
{
	static const char mark[] = ".cpython-3";
	const char *tag = strchr(name, '.');
	char digits[8];
	uint64_t minor;
	size_t n;

	if (!tag || str_eq(tag, ".so") || str_eq(tag, ".abi3.so"))
		return 0;
	if (!str_starts(tag, mark))
		return -1;
	tag += sizeof(mark) - 1;
	n = strspn(tag, "0123456789");
	if (str_copy_bytes(digits, sizeof(digits), tag, n) < 0 ||
	    str_to_u64(digits, 10, &minor) < 0 || (tag[n] != '-' && tag[n] != '.'))
		return -1;
	return (int)minor;
}

unsigned python_name_of_file(const char *path)
{
	char folder[FOLDER_MAX];
	int tag;

	for (const char *at = path; (at = strstr(at, "/python3.")); at++) {
		size_t n = strcspn(at + 1, "/");

		if (at[1 + n] && str_copy_bytes(folder, sizeof(folder), at + 1, n) == 0 &&
		    python_name_minor(folder))
			return python_name_minor(folder);
	}
	tag = python_name_tag(path_base(path));
	return tag > 0 ? (unsigned)tag : 0;
}
