/* SPDX-License-Identifier: MIT */
/* Words with one blank between them; texts go to the end of their line. */
#include "core/lock_line.h"

#include <errno.h>
#include <string.h>

#include "core/dist_name.h"
#include "core/err.h"
#include "core/name.h"
#include "core/str.h"

#define DIGITS "0123456789"
#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define LARGE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *const words[] = {
	[LOCK_WANT_WHEEL] = "want wheel", [LOCK_WANT_DEBIAN] = "want debian",
	[LOCK_PACKAGE] = "package",	  [LOCK_FROM] = "from",
	[LOCK_LICENCE] = "licence",	  [LOCK_NEEDS] = "needs",
	[LOCK_LACKS] = "lacks",		  [LOCK_FILE] = "file",
};

_Static_assert((int)LOCK_NAME_MAX == (int)DIST_NAME_MAX, "one name");
enum { N_WORDS = sizeof(words) / sizeof(words[0]) };

bool lock_begins(const char *text, size_t n)
{
	size_t m = strlen(LOCK_FIRST_LINE);

	return n >= m && memcmp(text, LOCK_FIRST_LINE, m) == 0 && (n == m || text[m] == '\n');
}

/* -- words ---------------------------------------------------------------------------------- */

/* All of letters, and the first a letter or a digit: no option, no path that leads up. */
static bool made_of(const char *word, const char *letters)
{
	return *word && strchr(DIGITS SMALL LARGE, *word) && !word[strspn(word, letters)];
}

/* Printable, in UTF-8, and not empty. */
static bool is_text(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n;) {
		size_t length = name_character(text + i, n - i);

		if (!length || name_control(text + i))
			return false;
		i += length;
	}
	return n && text[0] != ' ' && text[n - 1] != ' ';
}

/* https://USER:PASSWORD@HOST/... */
static bool has_password(const char *url)
{
	const char *host = strstr(url, "://"), *at = host ? strchr(host + 3, '@') : NULL;

	return at && (size_t)(at - host - 3) < strcspn(host + 3, " /?#");
}

static bool is_sum(const char *word)
{
	return strlen(word) == 64 && !word[strspn(word, DIGITS "abcdef")];
}

/* ARCH or ARCH@3.N, with commas between; "any" and "-" for files alone. */
static bool are_targets(const char *word)
{
	for (;;) {
		size_t n = strcspn(word, ","), m = strspn(word, SMALL DIGITS "_");

		if (!m || (m != n && (word[m] != '@' || m + 1 == n ||
				      strspn(word + m + 1, DIGITS ".") != n - m - 1)))
			return false;
		if (!word[n])
			return true;
		word += n + 1;
	}
}

/* Cuts the next word off; "" where there is none. */
static const char *cut(char **rest)
{
	char *word = *rest;
	size_t n = strcspn(word, " ");

	*rest = word + n + (word[n] == ' ');
	word[n] = '\0';
	return word;
}

/* -- lines ---------------------------------------------------------------------------------- */

static bool take_file(char *rest, struct lock_line *ret)
{
	const char *size;

	ret->targets = cut(&rest);
	ret->sum = cut(&rest);
	size = cut(&rest);
	ret->name = cut(&rest);
	ret->text = rest;
	if (!str_eq(size, "-") && (str_to_u64(size, 10, &ret->size) < 0 || !ret->size))
		return false;
	return (str_eq(ret->targets, "-") || are_targets(ret->targets)) && is_sum(ret->sum) &&
	       made_of(ret->name, DIGITS SMALL LARGE "._+!-") && is_text(rest) &&
	       !has_password(rest);
}

/* What follows the word; false if it is not what belongs there. */
static bool take(char *rest, struct lock_line *ret)
{
	switch (ret->word) {
	case LOCK_WANT_DEBIAN:
		ret->name = rest;
		return made_of(rest, DIGITS SMALL "+.-");
	case LOCK_NEEDS:
		ret->name = rest;
		return made_of(rest, DIGITS SMALL "-");
	case LOCK_LACKS:
		ret->targets = rest;
		return are_targets(rest) && !strchr(rest, ',') && !str_eq(rest, "any");
	case LOCK_PACKAGE:
		ret->name = cut(&rest);
		ret->version = rest;
		return made_of(ret->name, DIGITS SMALL "-") &&
		       made_of(rest, DIGITS SMALL LARGE "._+!-");
	case LOCK_FILE:
		return take_file(rest, ret);
	case LOCK_WANT_WHEEL:
	case LOCK_FROM:
	case LOCK_LICENCE:
		ret->text = rest;
		return is_text(rest) && !has_password(rest);
	}
	return false;
}

int lock_line_parse(char *line, struct lock_line *ret, struct err *err)
{
	struct lock_line found = {
		.name = "", .version = "", .targets = "", .sum = "", .text = ""
	};

	if (!line[0] || line[0] == '#')
		return 0;
	for (size_t i = 0; i < N_WORDS; i++) {
		size_t n = strlen(words[i]);

		if (!str_starts(line, words[i]) || line[n] != ' ')
			continue;
		found.word = (enum lock_word)i;
		if (!take(line + n + 1, &found))
			return err_say(err, EINVAL, "what follows '%s' is not what belongs there",
				       words[i]);
		*ret = found;
		return 1;
	}
	return err_say(err, EINVAL, "not a line of a lock");
}

int lock_line_format(const struct lock_line *line, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%s ", words[line->word]);
	switch (line->word) {
	case LOCK_WANT_DEBIAN:
	case LOCK_NEEDS:
		text_add(&text, line->name);
		break;
	case LOCK_LACKS:
		text_add(&text, line->targets);
		break;
	case LOCK_PACKAGE:
		text_addf(&text, "%s %s", line->name, line->version);
		break;
	case LOCK_FILE:
		text_addf(&text, "%s %s ", line->targets, line->sum);
		if (line->size)
			text_addf(&text, "%llu", (unsigned long long)line->size);
		else
			text_add(&text, "-");
		text_addf(&text, " %s %s", line->name, line->text);
		break;
	case LOCK_WANT_WHEEL:
	case LOCK_FROM:
	case LOCK_LICENCE:
		text_add(&text, line->text);
		break;
	}
	return text_check(&text);
}

bool lock_targets_have(const char *targets, const char *target)
{
	size_t m = strlen(target);

	if (str_eq(targets, "any"))
		return true;
	while (*targets) {
		size_t n = strcspn(targets, ",");

		if (n == m && memcmp(targets, target, n) == 0)
			return true;
		targets += n + (targets[n] == ',');
	}
	return false;
}

int lock_name_of(const char *requirement, char ret[LOCK_NAME_MAX])
{
	size_t n = strspn(requirement, DIGITS SMALL LARGE "._-");

	while (n && strchr("._-", requirement[n - 1]))
		n--;
	return dist_name_normalise(requirement, n, ret);
}
