/* SPDX-License-Identifier: MIT */
/* Lines that name packages exactly. Debian Policy 5.6: which bytes a package's name, version and
 * architecture may have. */
#include "core/package.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"

enum { FIELDS = 6 };

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr(".+-~:_", c));
}

/* A word that begins with a letter or digit: never an option, a path or a pattern. */
static int take_word(char *dst, const char *s, size_t n)
{
	if (!n || n >= PACKAGE_WORD_MAX || !word_char(s[0]) || strchr(".+-~:_", s[0]))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!word_char(s[i]))
			return -EINVAL;
	}
	return str_copy_bytes(dst, PACKAGE_WORD_MAX, s, n);
}

static int take_sum(char *dst, const char *s, size_t n)
{
	if (n == 1 && s[0] == '-')
		return str_copy(dst, PACKAGE_SUM_SIZE, "-");
	if (n != PACKAGE_SUM_SIZE - 1)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!(s[i] >= '0' && s[i] <= '9') && !(s[i] >= 'a' && s[i] <= 'f'))
			return -EINVAL;
	}
	return str_copy_bytes(dst, PACKAGE_SUM_SIZE, s, n);
}

static int take_size(uint64_t *ret, const char *s, size_t n)
{
	char digits[24];

	if (str_copy_bytes(digits, sizeof(digits), s, n) < 0)
		return -EINVAL;
	return str_to_u64(digits, 10, ret) < 0 ? -EINVAL : 0;
}

/* Splits at blanks into at most max fields; returns how many there are, max + 1 if more. */
static size_t split(const char *line, size_t n, const char *fields[], size_t lengths[], size_t max)
{
	size_t used = 0;

	for (size_t i = 0; i < n;) {
		size_t start;

		while (i < n && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r'))
			i++;
		start = i;
		while (i < n && line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
			i++;
		if (i == start)
			break;
		if (used == max)
			return max + 1;
		fields[used] = line + start;
		lengths[used++] = i - start;
	}
	return used;
}

int package_parse(const char *line, size_t n, struct package *ret, struct err *err)
{
	const char *fields[FIELDS];
	size_t lengths[FIELDS];
	size_t used = split(line, n, fields, lengths, FIELDS);
	struct package package;

	if (used == 0 || fields[0][0] == '#')
		return 0;
	if (used != FIELDS)
		return err_say(err, EINVAL,
			       "not a line of a package list (suite, name, version, architecture, "
			       "size, SHA-256)");
	if (take_word(package.suite, fields[0], lengths[0]) < 0 ||
	    take_word(package.name, fields[1], lengths[1]) < 0 ||
	    take_word(package.version, fields[2], lengths[2]) < 0 ||
	    take_word(package.arch, fields[3], lengths[3]) < 0)
		return err_say(err, EINVAL, "not a package's suite, name, version, architecture");
	if (take_size(&package.size, fields[4], lengths[4]) < 0)
		return err_say(err, EINVAL, "%s: the size is not a number", package.name);
	if (take_sum(package.sum, fields[5], lengths[5]) < 0)
		return err_say(err, EINVAL, "%s: the last field is not a SHA-256", package.name);
	*ret = package;
	return 1;
}

int package_format(const struct package *package, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%s %s %s %s %llu %s", package->suite, package->name, package->version,
		  package->arch, (unsigned long long)package->size, package->sum);
	return text_check(&text);
}

/* A version as apt writes it into file names: ':' is "%3a". */
static int unescape_version(char *version)
{
	char *from = version, *to = version;

	while (*from) {
		if (*from != '%') {
			*to++ = *from++;
			continue;
		}
		if (!str_starts(from, "%3a"))
			return -EINVAL;
		*to++ = ':';
		from += 3;
	}
	*to = '\0';
	return 0;
}

/* NAME_VERSION_ARCH.deb */
static int split_file(const char *file, size_t n, struct package *package)
{
	const char *first = memchr(file, '_', n), *second;
	char version[PACKAGE_WORD_MAX];
	size_t rest;

	if (!first || n < 4 || memcmp(file + n - 4, ".deb", 4) != 0)
		return -EINVAL;
	rest = n - (size_t)(first + 1 - file);
	second = memchr(first + 1, '_', rest);
	if (!second ||
	    str_copy_bytes(version, sizeof(version), first + 1, (size_t)(second - first - 1)) < 0 ||
	    unescape_version(version) < 0)
		return -EINVAL;
	rest = n - (size_t)(second + 1 - file);
	if (rest < 4 || take_word(package->name, file, (size_t)(first - file)) < 0 ||
	    take_word(package->version, version, strlen(version)) < 0)
		return -EINVAL;
	return take_word(package->arch, second + 1, rest - 4);
}

int package_parse_uri(const char *line, size_t n, struct package *ret)
{
	static const char sum[] = "SHA256:";
	const char *fields[4];
	size_t lengths[4];
	struct package package = { 0 };

	if (!n || line[0] != '\'')
		return 0;
	if (split(line, n, fields, lengths, 4) != 4 || lengths[3] < sizeof(sum) - 1 ||
	    memcmp(fields[3], sum, sizeof(sum) - 1) != 0)
		return -EINVAL;
	if (split_file(fields[1], lengths[1], &package) < 0 ||
	    take_size(&package.size, fields[2], lengths[2]) < 0 ||
	    take_sum(package.sum, fields[3] + sizeof(sum) - 1, lengths[3] - (sizeof(sum) - 1)) < 0)
		return -EINVAL;
	*ret = package;
	return 1;
}

int package_parse_install(const char *line, size_t n, struct package *ret)
{
	const char *fields[4];
	size_t lengths[4], found;
	struct package package = { .sum = "-" };

	if (!n || line[0] != '\'')
		return 0;
	found = split(line, n, fields, lengths, 4);
	if (found < 3 || found > 4 || /* an index without MD5 has no fourth */
	    split_file(fields[1], lengths[1], &package) < 0)
		return -EINVAL;
	*ret = package;
	return 1;
}

int package_file(const struct package *package, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%s_", package->name);
	for (const char *s = package->version; *s; s++) {
		if (*s == ':')
			text_add(&text, "%3a");
		else
			text_add_bytes(&text, s, 1);
	}
	text_addf(&text, "_%s.deb", package->arch);
	return text_check(&text);
}
