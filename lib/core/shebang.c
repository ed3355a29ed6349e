/* SPDX-License-Identifier: MIT */
/* The kernel's reading of "#!": load_script() in fs/binfmt_script.c, Linux 5.12 to 6.18. */
#include "core/shebang.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* First byte in [s, last] that is no blank; NULL if there is none. Inclusive, as in the kernel. */
static const char *next_non_blank(const char *s, const char *last)
{
	for (; s <= last; s++) {
		if (!blank(*s))
			return s;
	}
	return NULL;
}

static const char *next_terminator(const char *s, const char *last)
{
	for (; s <= last; s++) {
		if (blank(*s) || !*s)
			return s;
	}
	return NULL;
}

/* Where the line ends; NULL if the name in it may have been cut by the kernel's buffer. */
static const char *line_end(const char *buf)
{
	const char *last = buf + SHEBANG_READ - 1;
	const char *end, *name;

	/* strnchr() stops at a NUL: a newline after one does not end the line. */
	end = memchr(buf, '\n', strnlen(buf, SHEBANG_READ));
	if (end)
		return end;
	name = next_non_blank(buf + 2, last);
	if (!name || !next_terminator(name, last))
		return NULL;
	return last;
}

static void copy_word(char *dst, const char *from, const char *end)
{
	size_t n = strnlen(from, (size_t)(end - from));

	memcpy(dst, from, n);
	dst[n] = '\0';
}

bool shebang_begins(const char *bytes, size_t n)
{
	return n >= 2 && bytes[0] == '#' && bytes[1] == '!';
}

const char *shebang_before(const char *bytes, size_t n)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t at = 0, lines = 0;

	if (n >= 6 &&
	    (memcmp(bytes, "\xff\xfe#\0!\0", 6) == 0 || memcmp(bytes, "\xfe\xff\0#\0!", 6) == 0))
		return "UTF-16";
	if (n >= 3 && memcmp(bytes, mark, 3) == 0)
		return shebang_begins(bytes + 3, n - 3) ? "a byte order mark" : NULL;
	for (; at < n && strchr(" \t\r\n\v\f", bytes[at]) && bytes[at]; at++)
		lines += bytes[at] == '\n';
	if (!at || !shebang_begins(bytes + at, n - at))
		return NULL;
	return lines ? "a blank line" : "a blank";
}

static void show(struct text *to, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] >= ' ' && bytes[i] <= '~')
			text_add_bytes(to, bytes + i, 1);
		else
			text_addf(to, "\\x%02x", (unsigned char)bytes[i]);
	}
}

void shebang_show(const char *bytes, size_t n, char ret[SHEBANG_SHOWN])
{
	const char *end;
	struct text to;

	n = n < SHEBANG_READ ? n : SHEBANG_READ;
	end = memchr(bytes, '\n', n);
	text_init(&to, ret, SHEBANG_SHOWN);
	show(&to, bytes, end ? (size_t)(end - bytes) : n);
}

void shebang_show_line(const struct shebang *line, char ret[SHEBANG_SHOWN])
{
	const char *at = line->arg;
	struct text to;

	text_init(&to, ret, SHEBANG_SHOWN);
	text_add(&to, "#!");
	show(&to, line->interp, strlen(line->interp));
	for (size_t i = 0; line->has_arg && i <= line->more; i++) {
		text_add(&to, " ");
		show(&to, at, strlen(at));
		at += strlen(at) + 1;
	}
}

bool shebang_returns(const struct shebang *line)
{
	return str_ends(line->has_arg ? line->arg : line->interp, "\r");
}

int shebang_parse(const char *bytes, size_t n, struct shebang *ret)
{
	char buf[SHEBANG_READ] = { 0 };
	const char *end, *name, *sep, *arg = NULL;

	if (n > sizeof(buf))
		n = sizeof(buf);
	memcpy(buf, bytes, n);
	if (!shebang_begins(buf, n))
		return -ENOEXEC;
	end = line_end(buf);
	if (!end)
		return -ENOEXEC;
	while (blank(end[-1]))
		end--;
	name = next_non_blank(buf + 2, end);
	if (!name || name == end)
		return -ENOEXEC;
	sep = next_terminator(name, end);
	if (sep && *sep)
		arg = next_non_blank(sep, end);
	/* The kernel writes a NUL at end, then reads each as a C string. */
	copy_word(ret->interp, name, sep && sep < end ? sep : end);
	ret->has_arg = arg != NULL;
	ret->more = 0;
	if (arg)
		copy_word(ret->arg, arg, arg < end ? end : arg);
	else
		ret->arg[0] = '\0';
	return 0;
}
