/* SPDX-License-Identifier: MIT */
/* deb-version(7): epoch, upstream version and revision, each in parts without and with digits. */
#include "core/deb_version.h"

#include <stdbool.h>
#include <string.h>

struct part {
	const char *s;
	size_t n;
};

static bool is_digit(const struct part *part)
{
	return part->n && part->s[0] >= '0' && part->s[0] <= '9';
}

static void step(struct part *part)
{
	part->s++;
	part->n--;
}

/* A tilde comes even before the end, letters before all else. */
static int order(const struct part *part)
{
	unsigned char c = part->n ? (unsigned char)part->s[0] : 0;

	if (!part->n || is_digit(part))
		return 0;
	if (c == '~')
		return -1;
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return c;
	return c + 256;
}

static int compare_letters(struct part *a, struct part *b)
{
	while ((a->n && !is_digit(a)) || (b->n && !is_digit(b))) {
		int difference = order(a) - order(b);

		if (difference)
			return difference;
		step(a);
		step(b);
	}
	return 0;
}

/* However many digits there are. */
static int compare_digits(struct part *a, struct part *b)
{
	int first = 0;

	while (a->n && a->s[0] == '0')
		step(a);
	while (b->n && b->s[0] == '0')
		step(b);
	while (is_digit(a) && is_digit(b)) {
		if (!first)
			first = a->s[0] - b->s[0];
		step(a);
		step(b);
	}
	if (is_digit(a))
		return 1;
	return is_digit(b) ? -1 : first;
}

static int compare_part(struct part a, struct part b)
{
	while (a.n || b.n) {
		int difference = compare_letters(&a, &b);

		if (difference)
			return difference;
		difference = compare_digits(&a, &b);
		if (difference)
			return difference;
	}
	return 0;
}

/* Cuts what stands before the first colon off the rest. */
static struct part take_epoch(struct part *rest)
{
	const char *colon = rest->n ? memchr(rest->s, ':', rest->n) : NULL;
	struct part epoch = { rest->s, 0 };

	if (!colon)
		return epoch;
	epoch.n = (size_t)(colon - rest->s);
	rest->s = colon + 1;
	rest->n -= epoch.n + 1;
	return epoch;
}

/* Cuts what stands after the last hyphen off the rest. */
static struct part take_revision(struct part *rest)
{
	const char *hyphen = rest->n ? memrchr(rest->s, '-', rest->n) : NULL;
	struct part revision = { rest->s, 0 };

	if (!hyphen)
		return revision;
	revision.s = hyphen + 1;
	revision.n = rest->n - (size_t)(revision.s - rest->s);
	rest->n = (size_t)(hyphen - rest->s);
	return revision;
}

int deb_version_compare(const char *a, size_t n_a, const char *b, size_t n_b)
{
	struct part rest_a = { a, n_a }, rest_b = { b, n_b };
	struct part first_a = take_epoch(&rest_a), first_b = take_epoch(&rest_b);
	struct part last_a = take_revision(&rest_a), last_b = take_revision(&rest_b);
	int difference = compare_part(first_a, first_b);

	if (!difference)
		difference = compare_part(rest_a, rest_b);
	return difference ? difference : compare_part(last_a, last_b);
}
