/* SPDX-License-Identifier: MIT */
/* Whether names are sound, the same, or lead out of where they stand. */
#include "core/name.h"

#include <string.h>

#include "core/str.h"

enum { NAME_LONGEST = 255 /* bytes, NAME_MAX of nearly all file systems */ };

/* RFC 3629. */
size_t name_character(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t more = s[0] < 0x80		    ? 0
		      : s[0] >= 0xc2 && s[0] < 0xe0 ? 1
		      : s[0] >= 0xe0 && s[0] < 0xf0 ? 2
		      : s[0] >= 0xf0 && s[0] < 0xf5 ? 3
						    : 4;

	if (more >= n || more == 4)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* longer than need be, surrogates, above the last character */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return more + 1;
}

const char *name_flaw(const char *name, size_t n)
{
	const unsigned char *s = (const unsigned char *)name;

	if (n > NAME_LONGEST)
		return "has a name of more than 255 bytes";
	if (n == 10 && memcmp(name, "TRAILER!!!", 10) == 0)
		return "has the name that ends a cpio archive";
	for (size_t i = 0; i < n;) {
		size_t length = name_character(name + i, n - i);

		if (s[i] < ' ' || s[i] == 0x7f)
			return "has a control byte in its name";
		if (s[i] == '\\')
			return "has a backslash in its name";
		if (!length)
			return "has a name that is no UTF-8";
		i += length;
	}
	if (n && (name[n - 1] == ' ' || name[n - 1] == '.'))
		return "has a name that ends with a blank or a dot";
	return NULL;
}

unsigned name_control(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	if (s[0] < ' ' || s[0] == 0x7f)
		return s[0];
	return s[0] == 0xc2 && (s[1] & 0xe0) == 0x80 ? s[1] : 0;
}

/* Marks that turn the direction of what is beside them, and separators of lines and paragraphs
 * (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069): text that has them shows another
 * order than it has. */
static bool turns(const unsigned char *s, size_t n)
{
	if (n == 2)
		return s[0] == 0xd8 && s[1] == 0x9c;
	if (n != 3 || s[0] != 0xe2)
		return false;
	return (s[1] == 0x80 && (s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae))) ||
	       (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);
}

size_t name_visible(const char *text, char ret[NAME_VISIBLE_MAX])
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = name_character(text, strnlen(text, 4)); /* no character is longer */
	struct text to;

	text_init(&to, ret, NAME_VISIBLE_MAX);
	if (!n || name_control(text) || turns(s, n)) {
		text_addf(&to, "\\x%02x", s[0]);
		return 1;
	}
	text_add_bytes(&to, text, n);
	return n;
}

size_t name_clean(const char *text, char *dst, size_t size)
{
	char visible[NAME_VISIBLE_MAX];
	size_t taken = 0, used = 0;

	while (text[taken]) {
		size_t n = name_visible(text + taken, visible), shown = strlen(visible);

		if (used + shown + 1 > size)
			break;
		memcpy(dst + used, visible, shown);
		used += shown;
		taken += n;
	}
	if (size)
		dst[used] = '\0';
	return taken;
}

static unsigned char fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool name_same_folded(const char *a, const char *b)
{
	bool differ = false;

	for (; *a && fold(*a) == fold(*b); a++, b++)
		differ = differ || *a != *b;
	return !*a && !*b && differ;
}

uint32_t name_fold_hash(const char *text)
{
	uint32_t hash = 5381;

	for (; *text; text++)
		hash = hash * 33 + fold(*text);
	return hash;
}

bool name_climbs(const char *at, const char *target)
{
	size_t depth = 0;

	for (const char *s = at; *s; s++)
		depth += *s == '/' && s[1] && s[1] != '/';
	depth -= depth > 0; /* the link's own name */
	for (const char *s = target; *s;) {
		size_t n = strcspn(s, "/");

		if (n == 2 && s[0] == '.' && s[1] == '.') {
			if (!depth)
				return true;
			depth--;
		} else if (n && !(n == 1 && s[0] == '.')) {
			depth++;
		}
		s += n + (s[n] == '/');
	}
	return false;
}

void name_normalise(char *path)
{
	char *to = path;

	if (path[0] != '/')
		return;
	for (const char *s = path; *s;) {
		size_t n;

		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (!n)
			break;
		if (n == 2 && s[0] == '.' && s[1] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (!(n == 1 && s[0] == '.')) {
			*to++ = '/';
			memmove(to, s, n);
			to += n;
		}
		s += n;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}
