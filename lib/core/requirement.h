/* SPDX-License-Identifier: MIT */
/* What a Python distribution needs: "NAME[EXTRAS] >=1; MARKER" (PEP 508), and whether a marker
 * holds for a runtime. */
#ifndef BUSYPY_CORE_REQUIREMENT_H
#define BUSYPY_CORE_REQUIREMENT_H

#include <stddef.h>

enum { REQUIREMENT_NAME_MAX = 128 }; /* DIST_NAME_MAX */

/* Parts of the text that was read, which they are borrowed from; "" where there is none. */
struct requirement_part {
	const char *s;
	size_t n;
};

struct requirement {
	char name[REQUIREMENT_NAME_MAX]; /* normalised */
	struct requirement_part extras;	 /* between the brackets: "a, b" */
	struct requirement_part set;	 /* of versions, for pep440_in_set */
	struct requirement_part url;
	struct requirement_part marker;
};

/* What markers ask about, of one runtime; all are set, extra perhaps "". */
struct requirement_env {
	const char *os_name, *sys_platform, *platform_machine, *platform_system;
	const char *platform_release, *platform_version, *platform_python_implementation;
	const char *python_version, *python_full_version;
	const char *implementation_name, *implementation_version, *extra;
};

/* Reads a requirement of n bytes. -EINVAL for what is none; markers are not read yet. */
int requirement_parse(const char *text, size_t n, struct requirement *ret);

/* Whether a marker holds: 1, 0, or -EINVAL for what is none. An empty one holds. */
int requirement_holds(struct requirement_part marker, const struct requirement_env *env);

/* What a CPython 3.minor on Linux answers: machine is uname's word, version "3.11.2", which all
 * borrow; ret_short has room for "3.11". platform_release and platform_version are "". */
enum { REQUIREMENT_SHORT_MAX = 16 };
void requirement_env_linux(const char *machine, const char *version, unsigned minor,
			   char ret_short[REQUIREMENT_SHORT_MAX], struct requirement_env *ret);

#endif
