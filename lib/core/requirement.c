/* SPDX-License-Identifier: MIT */
/* Reads PEP 508 from left to right; a marker's words are compared as versions where both sides are
 * some, else as texts. */
#include "core/requirement.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/dist_name.h"
#include "core/pep440.h"
#include "core/str.h"

_Static_assert((int)REQUIREMENT_NAME_MAX == (int)DIST_NAME_MAX, "one name");

enum { DEPTH_MAX = 32, WORD_MAX = 256 };

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip(struct requirement_part *rest, size_t n)
{
	rest->s += n;
	rest->n -= n;
}

static void skip_blanks(struct requirement_part *rest)
{
	while (rest->n && is_blank(*rest->s))
		skip(rest, 1);
}

static void trim_end(struct requirement_part *rest)
{
	while (rest->n && is_blank(rest->s[rest->n - 1]))
		rest->n--;
}

/* What stands before the first of these bytes, without blanks around it; rest begins with that
 * byte, or is empty. */
static struct requirement_part take_until(struct requirement_part *rest, const char *bytes)
{
	struct requirement_part taken;

	skip_blanks(rest);
	taken = *rest;
	for (taken.n = 0; taken.n < rest->n; taken.n++) {
		if (rest->s[taken.n] && strchr(bytes, rest->s[taken.n]))
			break;
	}
	skip(rest, taken.n);
	trim_end(&taken);
	return taken;
}

/* -- the requirement ------------------------------------------------------------------------ */

static bool begins(const struct requirement_part *rest, char c)
{
	return rest->n && *rest->s == c;
}

/* A URL may have a ';' in it: the marker's has a blank before it. */
static int take_url(struct requirement_part *rest, struct requirement_part *ret)
{
	skip(rest, 1);
	skip_blanks(rest);
	*ret = *rest;
	for (ret->n = 0; ret->n < rest->n && !is_blank(rest->s[ret->n]);)
		ret->n++;
	skip(rest, ret->n);
	return ret->n ? 0 : -EINVAL;
}

static int take_set(struct requirement_part *rest, struct requirement_part *ret)
{
	struct pep440 any = { .n_release = 1 };
	bool in_brackets = begins(rest, '(');

	if (in_brackets)
		skip(rest, 1);
	*ret = take_until(rest, in_brackets ? ")" : ";");
	if (in_brackets) {
		if (!begins(rest, ')'))
			return -EINVAL;
		skip(rest, 1);
	}
	return pep440_in_set(&any, ret->s, ret->n) < 0 ? -EINVAL : 0;
}

int requirement_parse(const char *text, size_t n, struct requirement *ret)
{
	struct requirement_part rest = { text, n }, name;
	struct requirement mine = {
		.extras = { text, 0 }, .set = { text, 0 }, .url = { text, 0 }, .marker = { text, 0 }
	};
	int r;

	name = take_until(&rest, "[(<>=!~;@ \t\r\n\f\v");
	r = dist_name_normalise(name.s, name.n, mine.name);
	if (r < 0)
		return r;
	skip_blanks(&rest);
	if (begins(&rest, '[')) {
		skip(&rest, 1);
		mine.extras = take_until(&rest, "]");
		if (!begins(&rest, ']'))
			return -EINVAL;
		skip(&rest, 1);
		skip_blanks(&rest);
	}
	r = begins(&rest, '@') ? take_url(&rest, &mine.url) : take_set(&rest, &mine.set);
	if (r < 0)
		return r;
	skip_blanks(&rest);
	if (begins(&rest, ';')) {
		skip(&rest, 1);
		skip_blanks(&rest);
		trim_end(&rest);
		if (!rest.n)
			return -EINVAL;
		mine.marker = rest;
		rest.n = 0;
	}
	if (rest.n)
		return -EINVAL;
	*ret = mine;
	return 0;
}

/* -- markers -------------------------------------------------------------------------------- */

/* A word of a marker: a variable's value, or a text in quotes. */
struct word {
	char text[WORD_MAX];
	bool is_extra;
};

struct marker {
	struct requirement_part rest;
	const struct requirement_env *env;
	unsigned depth;
};

static bool is_letter(char c)
{
	return c == '_' || c == '.' || (c >= 'a' && c <= 'z');
}

static bool take_word(struct requirement_part *rest, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(rest);
	if (rest->n < n || memcmp(rest->s, word, n) != 0 ||
	    (rest->n > n && is_letter(word[0]) && is_letter(rest->s[n])))
		return false;
	skip(rest, n);
	return true;
}

static int take_quoted(struct requirement_part *rest, struct word *ret)
{
	const char *end = rest->n > 1 ? memchr(rest->s + 1, *rest->s, rest->n - 1) : NULL;
	size_t n = end ? (size_t)(end - rest->s) - 1 : 0;
	int r;

	if (!end || memchr(rest->s + 1, '\0', n))
		return -EINVAL;
	r = str_copy_bytes(ret->text, sizeof(ret->text), rest->s + 1, n);
	skip(rest, n + 2);
	return r < 0 ? -EINVAL : 0;
}

static int take_variable(struct marker *marker, struct word *ret)
{
	const struct requirement_env *env = marker->env;
	const struct {
		const char *name, *value;
	} variables[] = {
		{ "os_name", env->os_name },
		{ "sys_platform", env->sys_platform },
		{ "platform_machine", env->platform_machine },
		{ "platform_system", env->platform_system },
		{ "platform_release", env->platform_release },
		{ "platform_version", env->platform_version },
		{ "platform_python_implementation", env->platform_python_implementation },
		{ "python_implementation", env->platform_python_implementation },
		{ "python_version", env->python_version },
		{ "python_full_version", env->python_full_version },
		{ "implementation_name", env->implementation_name },
		{ "implementation_version", env->implementation_version },
		{ "extra", env->extra },
		{ "os.name", env->os_name }, /* PEP 345's spelling */
		{ "sys.platform", env->sys_platform },
		{ "platform.machine", env->platform_machine },
		{ "platform.version", env->platform_version },
		{ "platform.python_implementation", env->platform_python_implementation },
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		if (!take_word(&marker->rest, variables[i].name))
			continue;
		ret->is_extra = str_eq(variables[i].name, "extra");
		return str_copy(ret->text, sizeof(ret->text), variables[i].value) < 0 ? -EINVAL : 0;
	}
	return -EINVAL;
}

static int take_value(struct marker *marker, struct word *ret)
{
	ret->is_extra = false;
	skip_blanks(&marker->rest);
	if (begins(&marker->rest, '"') || begins(&marker->rest, '\''))
		return take_quoted(&marker->rest, ret);
	return take_variable(marker, ret);
}

/* Texts: 1, 0, or -EINVAL for what no texts have to one another. */
static int compare_texts(const char *one, const char *relation, const char *other)
{
	int order = strcmp(one, other);

	if (str_eq(relation, "=="))
		return order == 0;
	if (str_eq(relation, "!="))
		return order != 0;
	if (str_eq(relation, "<="))
		return order <= 0;
	if (str_eq(relation, ">="))
		return order >= 0;
	if (str_eq(relation, "<"))
		return order < 0;
	return str_eq(relation, ">") ? order > 0 : -EINVAL;
}

static int compare(const struct word *one, const char *relation, const struct word *other)
{
	char set[WORD_MAX + 4], names[2][DIST_NAME_MAX];
	struct pep440 version;
	struct text text;
	int r;

	if (str_eq(relation, "in"))
		return strstr(other->text, one->text) != NULL;
	if (str_eq(relation, "not in"))
		return !strstr(other->text, one->text);
	if ((one->is_extra || other->is_extra) &&
	    dist_name_normalise(one->text, strlen(one->text), names[0]) == 0 &&
	    dist_name_normalise(other->text, strlen(other->text), names[1]) == 0)
		return compare_texts(names[0], relation, names[1]);
	text_init(&text, set, sizeof(set));
	text_addf(&text, "%s%s", relation, other->text);
	if (!strchr(other->text, ',') &&
	    pep440_parse(one->text, strlen(one->text), &version) == 0) {
		r = pep440_in_set(&version, set, text.used);
		if (r >= 0)
			return r;
	}
	return compare_texts(one->text, relation, other->text);
}

static const char *take_relation(struct marker *marker)
{
	static const char *const relations[] = {
		"===", "==", "~=", "!=", "<=", ">=", "<", ">", "in"
	};

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		if (take_word(&marker->rest, relations[i]))
			return relations[i];
	}
	return take_word(&marker->rest, "not") && take_word(&marker->rest, "in") ? "not in" : NULL;
}

static int take_any(struct marker *marker);

static int take_one(struct marker *marker)
{
	struct word words[2];
	const char *relation;
	int r;

	if (take_word(&marker->rest, "(")) {
		if (marker->depth++ == DEPTH_MAX)
			return -EINVAL;
		r = take_any(marker);
		marker->depth--;
		return r >= 0 && !take_word(&marker->rest, ")") ? -EINVAL : r;
	}
	r = take_value(marker, &words[0]);
	if (r < 0)
		return r;
	relation = take_relation(marker);
	if (!relation)
		return -EINVAL;
	r = take_value(marker, &words[1]);
	return r < 0 ? r : compare(&words[0], relation, &words[1]);
}

static int take_all(struct marker *marker)
{
	int all = take_one(marker);

	while (all >= 0 && take_word(&marker->rest, "and")) {
		int r = take_one(marker);

		all = r < 0 ? r : all && r;
	}
	return all;
}

static int take_any(struct marker *marker)
{
	int any = take_all(marker);

	while (any >= 0 && take_word(&marker->rest, "or")) {
		int r = take_all(marker);

		any = r < 0 ? r : any || r;
	}
	return any;
}

int requirement_holds(struct requirement_part text, const struct requirement_env *env)
{
	struct marker marker = { .rest = text, .env = env };
	int r;

	skip_blanks(&marker.rest);
	if (!marker.rest.n)
		return 1;
	r = take_any(&marker);
	skip_blanks(&marker.rest);
	return r < 0 || marker.rest.n ? -EINVAL : r;
}

void requirement_env_linux(const char *machine, const char *version, unsigned minor,
			   char ret_short[REQUIREMENT_SHORT_MAX], struct requirement_env *ret)
{
	struct text text;

	text_init(&text, ret_short, REQUIREMENT_SHORT_MAX);
	text_addf(&text, "3.%u", minor); /* fits */
	*ret = (struct requirement_env){ .os_name = "posix",
					 .sys_platform = "linux",
					 .platform_machine = machine,
					 .platform_system = "Linux",
					 .platform_release = "",
					 .platform_version = "",
					 .platform_python_implementation = "CPython",
					 .python_version = ret_short,
					 .python_full_version = version,
					 .implementation_name = "cpython",
					 .implementation_version = version,
					 .extra = "" };
}
