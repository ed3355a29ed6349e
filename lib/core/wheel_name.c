/* SPDX-License-Identifier: MIT */
/* Cuts names at their dashes, and compares tags one by one. */
#include "core/wheel_name.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/arch.h"
#include "core/str.h"

enum { PARTS_MAX = 6, TAG_MAX = 64, ABI3_MIN = 2 };

/* -- names ---------------------------------------------------------------------------------- */

/* What a name may have between its dashes; what it must not have is read as Python or a path. */
static bool is_part(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    (!c || !strchr("._+!", c)))
			return false;
	}
	return n && s[0] != '.';
}

/* The parts between dashes, *ret_n of them; -EINVAL if there are more than max, or unsound ones. */
static int cut(const char *text, size_t n, size_t max, char parts[][WHEEL_NAME_MAX], size_t *ret_n)
{
	size_t found = 0;

	for (;;) {
		const char *dash = memchr(text, '-', n);
		size_t length = dash ? (size_t)(dash - text) : n;
		int r;

		if (found == max || !is_part(text, length))
			return -EINVAL;
		r = str_copy_bytes(parts[found++], WHEEL_NAME_MAX, text, length);
		if (r < 0)
			return r;
		if (!dash)
			break;
		text += length + 1;
		n -= length + 1;
	}
	*ret_n = found;
	return 0;
}

static void set_tags(char parts[][WHEEL_NAME_MAX], struct wheel_tags *ret)
{
	memcpy(ret->python, parts[0], WHEEL_NAME_MAX);
	memcpy(ret->abi, parts[1], WHEEL_NAME_MAX);
	memcpy(ret->platform, parts[2], WHEEL_NAME_MAX);
}

int wheel_name_parse(const char *file, struct wheel_name *ret)
{
	char parts[PARTS_MAX][WHEEL_NAME_MAX];
	size_t n;
	int r;

	if (!str_ends(file, ".whl"))
		return -EINVAL;
	r = cut(file, strlen(file) - strlen(".whl"), PARTS_MAX, parts, &n);
	if (r < 0)
		return r;
	if (n < PARTS_MAX - 1 || (n == PARTS_MAX && !(parts[2][0] >= '0' && parts[2][0] <= '9')))
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->name, parts[0], WHEEL_NAME_MAX);
	memcpy(ret->version, parts[1], WHEEL_NAME_MAX);
	if (n == PARTS_MAX)
		memcpy(ret->build, parts[2], WHEEL_NAME_MAX);
	set_tags(parts + n - 3, &ret->tags);
	return 0;
}

int wheel_tags_parse(const char *text, size_t n, struct wheel_tags *ret)
{
	char parts[3][WHEEL_NAME_MAX];
	size_t found;
	int r = cut(text, n, 3, parts, &found);

	if (r < 0)
		return r;
	if (found != 3)
		return -EINVAL;
	set_tags(parts, ret);
	return 0;
}

/* -- tags ----------------------------------------------------------------------------------- */

/* The next of several with dots between: false after the last. One that is too long is "". */
static bool next_tag(const char **at, char ret[TAG_MAX])
{
	size_t n = strcspn(*at, ".");

	if (!**at)
		return false;
	if (str_copy_bytes(ret, TAG_MAX, *at, n) < 0)
		ret[0] = '\0';
	*at += n + ((*at)[n] == '.');
	return true;
}

/* PREFIX and a number, and nothing else. */
static bool has_number(const char *tag, const char *prefix, unsigned *ret)
{
	uint64_t number;

	if (!str_starts(tag, prefix) || str_to_u64(tag + strlen(prefix), 10, &number) < 0 ||
	    number > UINT16_MAX)
		return false;
	*ret = (unsigned)number;
	return true;
}

static bool python_fits(const char *python, const char *abi, bool any,
			const struct wheel_target *target)
{
	unsigned minor, of;

	if (str_eq(abi, "none"))
		return str_eq(python, "py3") ||
		       (has_number(python, "py3", &minor) && minor <= target->minor) ||
		       (has_number(python, "cp3", &minor) && minor == target->minor);
	if (any || !has_number(python, "cp3", &minor))
		return false;
	if (str_eq(abi, "abi3"))
		return minor >= ABI3_MIN && minor <= target->minor;
	return has_number(abi, "cp3", &of) && of == minor && minor == target->minor;
}

/* What tags call a machine: uname's word, but "armv7l" promises floating point registers. */
static bool is_machine(const struct arch *arch, const char *word)
{
	if (str_eq(arch->name, "armel"))
		return str_eq(word, "armv5tel");
	if (str_eq(arch->name, "i386") && str_eq(word, "i386"))
		return true;
	return str_eq(arch->uname, word);
}

/* "MAJOR_MINOR_MACHINE": the number, and what follows; NULL if it is none. */
static const char *take_version(const char *rest, const char *major, unsigned *ret)
{
	char digits[8];
	size_t n;
	uint64_t minor;

	if (!str_starts(rest, major))
		return NULL;
	rest += strlen(major);
	n = strspn(rest, "0123456789");
	if (str_copy_bytes(digits, sizeof(digits), rest, n) < 0 ||
	    str_to_u64(digits, 10, &minor) < 0 || rest[n] != '_')
		return NULL;
	*ret = (unsigned)minor;
	return rest + n + 1;
}

/* The machine that a tag of Linux names, what libc it needs; NULL for other systems. */
static const char *take_linux(const char *tag, bool *ret_musl, unsigned *ret_libc)
{
	static const struct {
		const char *prefix;
		unsigned libc;
	} older[] = {
		{ "linux_", 0 },
		{ "manylinux1_", 5 },
		{ "manylinux2010_", 12 },
		{ "manylinux2014_", 17 },
	};

	*ret_musl = str_starts(tag, "musllinux_");
	if (*ret_musl)
		return take_version(tag + strlen("musllinux_"), "1_", ret_libc);
	for (size_t i = 0; i < sizeof(older) / sizeof(older[0]); i++) {
		*ret_libc = older[i].libc;
		if (str_starts(tag, older[i].prefix))
			return tag + strlen(older[i].prefix);
	}
	return str_starts(tag, "manylinux_")
		       ? take_version(tag + strlen("manylinux_"), "2_", ret_libc)
		       : NULL;
}

static enum wheel_fit platform_fit(const char *tag, const struct wheel_target *target,
				   unsigned *ret_libc)
{
	const char *machine;
	bool musl;

	if (str_eq(tag, "any"))
		return WHEEL_FITS;
	machine = take_linux(tag, &musl, ret_libc);
	if (!machine)
		return WHEEL_OTHER_SYSTEM;
	if (!is_machine(target->arch, machine))
		return WHEEL_OTHER_MACHINE;
	if (str_starts(tag, "linux_"))
		return WHEEL_FITS;
	if (musl != target->musl)
		return WHEEL_OTHER_LIBC;
	return target->libc && *ret_libc > target->libc ? WHEEL_OLD_LIBC : WHEEL_FITS;
}

/* Any pair of the two lists. */
static bool any_python_fits(const struct wheel_tags *tags, bool any,
			    const struct wheel_target *target)
{
	char python[TAG_MAX], abi[TAG_MAX];
	const char *pythons = tags->python, *abis;

	while (next_tag(&pythons, python)) {
		abis = tags->abi;
		while (next_tag(&abis, abi)) {
			if (python_fits(python, abi, any, target))
				return true;
		}
	}
	return false;
}

enum wheel_fit wheel_tags_fit(const struct wheel_tags *tags, const struct wheel_target *target,
			      unsigned *ret_libc)
{
	enum wheel_fit best = WHEEL_OTHER_SYSTEM;
	const char *platforms = tags->platform;
	char platform[TAG_MAX];

	*ret_libc = 0;
	while (next_tag(&platforms, platform)) {
		unsigned libc = 0;
		enum wheel_fit fit = platform_fit(platform, target, &libc);

		if (fit == WHEEL_FITS && !any_python_fits(tags, str_eq(platform, "any"), target))
			fit = WHEEL_OTHER_PYTHON;
		if (fit == WHEEL_OLD_LIBC && (best < fit || libc < *ret_libc))
			*ret_libc = libc; /* the least that would do */
		if (fit > best)
			best = fit;
	}
	return best;
}

bool wheel_tags_any(const struct wheel_tags *tags)
{
	const char *platforms = tags->platform;
	char platform[TAG_MAX];

	while (next_tag(&platforms, platform)) {
		if (str_eq(platform, "any"))
			return true;
	}
	return false;
}
