/* SPDX-License-Identifier: MIT */
/* Reads and orders versions; a set of demands is read one by one. */
#include "core/pep440.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

/* -- reading -------------------------------------------------------------------------------- */

/* What is left of a text. */
struct rest {
	const char *s;
	size_t n;
};

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(struct rest *rest)
{
	while (rest->n && is_blank(*rest->s)) {
		rest->s++;
		rest->n--;
	}
	while (rest->n && is_blank(rest->s[rest->n - 1]))
		rest->n--;
}

static void skip(struct rest *rest, size_t n)
{
	rest->s += n;
	rest->n -= n;
}

static bool at_digit(const struct rest *rest)
{
	return rest->n && is_digit(*rest->s);
}

static bool at_separator(const struct rest *rest)
{
	return rest->n && strchr(".-_", *rest->s) && *rest->s;
}

/* At a digit. */
static int take_number(struct rest *rest, uint64_t *ret)
{
	uint64_t number = 0;

	while (at_digit(rest)) {
		unsigned digit = (unsigned)(*rest->s - '0');

		if (number > (UINT64_MAX - digit) / 10)
			return -EINVAL;
		number = number * 10 + digit;
		skip(rest, 1);
	}
	*ret = number;
	return 0;
}

static bool take_word(struct rest *rest, const char *word)
{
	size_t n = strlen(word);

	if (rest->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (lower(rest->s[i]) != word[i])
			return false;
	}
	skip(rest, n);
	return true;
}

/* [.-_]WORD[.-_][N]; 1 if it is there. */
static int take_part(struct rest *rest, const char *const *words, size_t n, size_t *ret_which,
		     uint64_t *ret_number)
{
	struct rest at = *rest;

	if (at_separator(&at))
		skip(&at, 1);
	for (size_t i = 0; i < n; i++) {
		struct rest after;
		int r = 0;

		if (!take_word(&at, words[i]))
			continue;
		after = at;
		*ret_which = i;
		*ret_number = 0;
		if (at_separator(&after))
			skip(&after, 1);
		if (at_digit(&after)) {
			r = take_number(&after, ret_number);
			at = after;
		}
		*rest = at;
		return r < 0 ? r : 1;
	}
	return 0;
}

static int take_release(struct rest *rest, struct pep440 *version)
{
	for (;;) {
		int r;

		if (!at_digit(rest) || version->n_release == PEP440_PARTS_MAX)
			return -EINVAL;
		r = take_number(rest, &version->release[version->n_release++]);
		if (r < 0)
			return r;
		if (!version->epoch && version->n_release == 1 && rest->n && *rest->s == '!') {
			version->epoch = version->release[0];
			version->n_release = 0;
			skip(rest, 1);
			if (!version->epoch && rest->n && memchr(rest->s, '!', rest->n))
				return -EINVAL;
			continue;
		}
		if (rest->n < 2 || *rest->s != '.' || !is_digit(rest->s[1]))
			return 0;
		skip(rest, 1);
	}
}

/* 1.0-1 is 1.0.post1. */
static int take_post(struct rest *rest, struct pep440 *version)
{
	static const char *const words[] = { "post", "rev", "r" };
	size_t which;
	int r;

	if (rest->n >= 2 && *rest->s == '-' && is_digit(rest->s[1])) {
		skip(rest, 1);
		version->post = true;
		return take_number(rest, &version->post_n);
	}
	r = take_part(rest, words, 3, &which, &version->post_n);
	version->post = r > 0;
	return r < 0 ? r : 0;
}

static int take_local(struct rest *rest, struct pep440 *version)
{
	bool separated = true;

	if (!rest->n)
		return 0;
	if (*rest->s != '+' || rest->n > PEP440_LOCAL_MAX)
		return -EINVAL;
	skip(rest, 1);
	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->s[i];
		bool word = is_digit(c) || is_letter(c);

		if (!word && (separated || (c != '.' && c != '-' && c != '_')))
			return -EINVAL;
		version->local[i] = (char)(word ? lower(c) : '.');
		separated = !word;
	}
	return separated ? -EINVAL : 0;
}

int pep440_parse(const char *text, size_t n, struct pep440 *ret)
{
	static const char *const before[] = {
		"alpha", "beta", "preview", "pre", "a", "b", "rc", "c"
	};
	static const char kinds[] = "abrrabrr";
	static const char *const dev[] = { "dev" };
	struct pep440 version = { 0 };
	struct rest rest = { text, n };
	size_t which;
	int r;

	trim(&rest);
	(void)take_word(&rest, "v");
	r = take_release(&rest, &version);
	if (r < 0)
		return r;
	r = take_part(&rest, before, 8, &which, &version.pre_n);
	if (r < 0)
		return r;
	if (r > 0)
		version.pre = kinds[which];
	r = take_post(&rest, &version);
	if (r < 0)
		return r;
	r = take_part(&rest, dev, 1, &which, &version.dev_n);
	if (r < 0)
		return r;
	version.dev = r > 0;
	r = take_local(&rest, &version);
	if (r < 0)
		return r;
	*ret = version;
	return 0;
}

/* -- order ---------------------------------------------------------------------------------- */

static int order(uint64_t one, uint64_t other)
{
	return one < other ? -1 : one > other;
}

/* Zeros at the end do not count. */
static int compare_release(const struct pep440 *one, const struct pep440 *other)
{
	for (size_t i = 0; i < PEP440_PARTS_MAX; i++) {
		int r = order(one->release[i], other->release[i]);

		if (r)
			return r;
	}
	return 0;
}

/* 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 */
static unsigned rank(const struct pep440 *version)
{
	if (version->pre)
		return (unsigned char)version->pre;
	return version->dev && !version->post ? 0 : 'z';
}

/* A number is more than a word. */
static int compare_segment(struct rest one, struct rest other)
{
	bool numbers[2] = { true, true };
	int r;

	for (size_t i = 0; i < one.n; i++)
		numbers[0] = numbers[0] && is_digit(one.s[i]);
	for (size_t i = 0; i < other.n; i++)
		numbers[1] = numbers[1] && is_digit(other.s[i]);
	if (numbers[0] != numbers[1])
		return numbers[0] ? 1 : -1;
	while (numbers[0] && one.n > 1 && *one.s == '0')
		skip(&one, 1);
	while (numbers[0] && other.n > 1 && *other.s == '0')
		skip(&other, 1);
	if (numbers[0] && one.n != other.n)
		return order(one.n, other.n);
	r = memcmp(one.s, other.s, one.n < other.n ? one.n : other.n);
	return r ? r : order(one.n, other.n);
}

static int compare_local(const char *one, const char *other)
{
	while (*one && *other) {
		struct rest a = { one, strcspn(one, ".") }, b = { other, strcspn(other, ".") };
		int r = compare_segment(a, b);

		if (r)
			return r;
		one += a.n + (one[a.n] == '.');
		other += b.n + (other[b.n] == '.');
	}
	return *one ? 1 : *other ? -1 : 0;
}

int pep440_compare(const struct pep440 *one, const struct pep440 *other)
{
	int r = order(one->epoch, other->epoch);

	if (!r)
		r = compare_release(one, other);
	if (!r)
		r = order(rank(one), rank(other));
	if (!r)
		r = order(one->pre_n, other->pre_n);
	if (!r)
		r = order(one->post, other->post);
	if (!r)
		r = order(one->post_n, other->post_n);
	if (!r)
		r = order(!one->dev, !other->dev);
	if (!r)
		r = order(one->dev_n, other->dev_n);
	return r ? r : compare_local(one->local, other->local);
}

int pep440_format(const struct pep440 *version, char *dst, size_t size)
{
	const unsigned long long post = version->post_n, dev = version->dev_n;
	struct text text;

	text_init(&text, dst, size);
	if (version->epoch)
		text_addf(&text, "%llu!", (unsigned long long)version->epoch);
	for (size_t i = 0; i < version->n_release; i++)
		text_addf(&text, "%s%llu", i ? "." : "", (unsigned long long)version->release[i]);
	if (version->pre)
		text_addf(&text, "%c%s%llu", version->pre, version->pre == 'r' ? "c" : "",
			  (unsigned long long)version->pre_n);
	if (version->post)
		text_addf(&text, ".post%llu", post);
	if (version->dev)
		text_addf(&text, ".dev%llu", dev);
	if (version->local[0])
		text_addf(&text, "+%s", version->local);
	return text_check(&text);
}

/* -- demands -------------------------------------------------------------------------------- */

enum relation { COMPATIBLE, EQUAL, UNEQUAL, AT_MOST, AT_LEAST, LESS, MORE, ARBITRARY };

static const struct {
	const char *text;
	enum relation relation;
} relations[] = {
	{ "===", ARBITRARY }, { "~=", COMPATIBLE }, { "==", EQUAL }, { "!=", UNEQUAL },
	{ "<=", AT_MOST },    { ">=", AT_LEAST },   { "<", LESS },   { ">", MORE },
};

/* The same release, whatever stands behind it. */
static bool same_release(const struct pep440 *one, const struct pep440 *other)
{
	return one->epoch == other->epoch && compare_release(one, other) == 0;
}

static struct pep440 without_local(const struct pep440 *version)
{
	struct pep440 public = *version;

	public.local[0] = '\0';
	return public;
}

/* ==N.N.*: the first n numbers are the same. */
static bool has_prefix(const struct pep440 *version, const struct pep440 *prefix, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (version->release[i] != prefix->release[i])
			return false;
	}
	return version->epoch == prefix->epoch;
}

static bool equals(const struct pep440 *version, const struct pep440 *wanted)
{
	struct pep440 public = without_local(version);

	return pep440_compare(wanted->local[0] ? version : &public, wanted) == 0;
}

static int decide(enum relation relation, const struct pep440 *version, const struct pep440 *wanted)
{
	struct pep440 public = without_local(version);
	int order_of = pep440_compare(&public, wanted);

	switch (relation) {
	case EQUAL:
		return equals(version, wanted);
	case UNEQUAL:
		return !equals(version, wanted);
	case AT_MOST:
		return order_of <= 0;
	case AT_LEAST:
		return order_of >= 0;
	case COMPATIBLE:
		if (wanted->n_release < 2)
			return -EINVAL;
		return order_of >= 0 && has_prefix(version, wanted, wanted->n_release - 1);
	case LESS: /* 3.1.dev0 is not < 3.1 */
		if (!wanted->pre && !wanted->dev && (version->pre || version->dev) &&
		    same_release(version, wanted))
			return 0;
		return pep440_compare(version, wanted) < 0;
	case MORE: /* 3.1.post0 and 3.1+local are not > 3.1 */
		if (((!wanted->post && version->post) || version->local[0]) &&
		    same_release(version, wanted))
			return 0;
		return pep440_compare(version, wanted) > 0;
	case ARBITRARY:
		break;
	}
	return -EINVAL;
}

static bool same_text(const struct pep440 *version, struct rest wanted)
{
	char text[PEP440_TEXT_MAX];

	return pep440_format(version, text, sizeof(text)) == 0 && strlen(text) == wanted.n &&
	       take_word(&wanted, text);
}

/* One demand, without blanks around it. */
static int is_met(const struct pep440 *version, struct rest demand)
{
	size_t which = 0;
	struct pep440 wanted;
	bool prefix;
	int r;

	while (which < sizeof(relations) / sizeof(relations[0]) &&
	       !take_word(&demand, relations[which].text))
		which++;
	trim(&demand);
	if (which == sizeof(relations) / sizeof(relations[0]) || !demand.n)
		return -EINVAL;
	if (relations[which].relation == ARBITRARY)
		return same_text(version, demand);
	prefix = demand.n > 2 && memcmp(demand.s + demand.n - 2, ".*", 2) == 0;
	if (prefix)
		demand.n -= 2;
	r = pep440_parse(demand.s, demand.n, &wanted);
	if (r < 0)
		return r;
	if (!prefix)
		return decide(relations[which].relation, version, &wanted);
	if (wanted.pre || wanted.post || wanted.dev || wanted.local[0])
		return -EINVAL;
	r = has_prefix(version, &wanted, wanted.n_release);
	switch (relations[which].relation) {
	case EQUAL:
		return r;
	case UNEQUAL:
		return !r;
	case COMPATIBLE:
	case AT_MOST:
	case AT_LEAST:
	case LESS:
	case MORE:
	case ARBITRARY:
		break;
	}
	return -EINVAL;
}

int pep440_in_set(const struct pep440 *version, const char *set, size_t n)
{
	int all = 1;

	for (;;) {
		const char *comma = n ? memchr(set, ',', n) : NULL;
		struct rest demand = { set, comma ? (size_t)(comma - set) : n };
		size_t taken = demand.n + (comma != NULL);

		trim(&demand);
		if (demand.n) {
			int r = is_met(version, demand);

			if (r < 0)
				return r;
			all = all && r;
		}
		if (!comma)
			return all;
		set += taken;
		n -= taken;
	}
}
