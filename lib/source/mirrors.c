/* SPDX-License-Identifier: MIT */
/* A mirror may lack for hours what it lists, and the next one have it. */
#include "source/mirrors.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/listener.h"
#include "core/err.h"
#include "core/str.h"

static int check_url(const char *url, struct err *err)
{
	static const char *const schemes[] = { "http://", "https://", "file:/" };
	bool known = false;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		known = known || str_starts(url, schemes[i]);
	if (!known || url[strcspn(url, " \t\r\n\"[]")])
		return err_say(err, EINVAL,
			       "'%s' is not a mirror (http://..., https://..., file:/...)", url);
	return 0;
}

int mirrors_parse(const char *list, struct mirrors *ret, struct err *err)
{
	memset(ret, 0, sizeof(*ret));
	if (str_copy(ret->text, sizeof(ret->text), list) < 0)
		return err_set(err, E2BIG, "the mirror's name");
	for (char *at = ret->text, *next = at; next; at = next) {
		size_t n = strcspn(at, ",");
		int r;

		next = at[n] ? at + n + 1 : NULL;
		at[n] = '\0';
		at += strspn(at, " \t");
		for (n = strlen(at); n && strchr(" \t", at[n - 1]); n--)
			at[n - 1] = '\0';
		r = check_url(at, err);
		if (r < 0)
			return r;
		if (ret->n == MIRRORS_MAX)
			return err_say(err, E2BIG, "more than %d mirrors", MIRRORS_MAX);
		ret->urls[ret->n++] = at;
	}
	return 0;
}

int mirrors_try(const struct mirrors *mirrors, const struct listener *listener,
		int (*attempt)(const char *url, struct err *err, void *ctx), void *ctx,
		struct err *err)
{
	struct err why = { 0 };
	int r = -ENOENT;

	for (size_t i = 0; i < mirrors->n; i++) {
		why = (struct err){ 0 };
		r = attempt(mirrors->urls[i], &why, ctx);
		if (r >= 0)
			return (int)i;
		if (r != -EIO && r != -ENOENT)
			break;
		if (i + 1 < mirrors->n)
			listener_warn(listener, "%s, trying %s", why.text, mirrors->urls[i + 1]);
	}
	if (err)
		*err = why;
	return r;
}
