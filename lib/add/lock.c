/* SPDX-License-Identifier: MIT */
/* What is wanted stands first, sorted; then a block for each package, as it was resolved. */
#include "add/lock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/work.h"
#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/lock_line.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

/* Lines of wants, each once. */
struct wants {
	char **lines;
	size_t n, room;
};

static int add_want(struct wants *wants, const char *line, size_t n)
{
	for (size_t i = 0; i < wants->n; i++) {
		if (strlen(wants->lines[i]) == n && memcmp(wants->lines[i], line, n) == 0)
			return 0;
	}
	if (array_reserve(&wants->lines, &wants->room, wants->n + 1, sizeof(*wants->lines)) < 0)
		return -ENOMEM;
	wants->lines[wants->n] = strndup(line, n);
	return wants->lines[wants->n++] ? 0 : -ENOMEM;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void drop_wants(struct wants *wants)
{
	for (size_t i = 0; i < wants->n; i++)
		free(wants->lines[i]);
	free(wants->lines);
}

#define WANTS_CLEANUP __attribute__((cleanup(drop_wants)))

/* Takes the wants out of a lock's text; the other lines go to out, unless that is NULL. debian:
 * those of Debian alone. */
static int take_wants(struct wants *wants, const char *text, bool debian, FILE *out)
{
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		if (str_starts(line, "want debian ") || (!debian && str_starts(line, "want "))) {
			if (add_want(wants, line, n) < 0)
				return -ENOMEM;
		} else if (out && n && line[0] != '#' && !str_starts(line, "want ")) {
			(void)fprintf(out, "%.*s\n", (int)n, line);
		}
		line += n + (line[n] == '\n');
	}
	return 0;
}

static int want_words(struct wants *wants, const struct add_request *request)
{
	char line[256];

	for (size_t i = 0; request->debian && i < request->n_words; i++) {
		int n = snprintf(line, sizeof(line), "want debian %s", request->words[i]);

		if (n >= (int)sizeof(line))
			return -E2BIG; /* no: Debian's names are shorter */
		if (add_want(wants, line, (size_t)n) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* old: the tree's lock; base: what the new one goes on from. Either may be "". */
static int print(const struct add_request *request, const char *old, const char *base, FILE *out)
{
	WANTS_CLEANUP struct wants wants = { 0 };
	FILES_FREE char *blocks = NULL;
	size_t n;
	FILE *rest = open_memstream(&blocks, &n);
	int r;

	if (!rest)
		return -ENOMEM;
	r = take_wants(&wants, base, false, rest);
	if (fclose(rest) != 0)
		r = -ENOMEM;
	if (r == 0)
		r = take_wants(&wants, old, true, NULL);
	if (r == 0)
		r = want_words(&wants, request);
	if (r < 0)
		return r;
	if (wants.n)
		qsort(wants.lines, wants.n, sizeof(*wants.lines), compare);
	(void)fputs(LOCK_FIRST_LINE "\n", out);
	for (size_t i = 0; i < wants.n; i++)
		(void)fprintf(out, "%s\n", wants.lines[i]);
	(void)fputs(blocks, out);
	return 0;
}

static int read_lock(const char *path, char **ret, struct err *err)
{
	size_t n;
	int r;

	if (!exact_exists(path)) {
		*ret = strdup("");
		return *ret ? 0 : err_set(err, ENOMEM, "cannot read %s", path);
	}
	r = exact_read(path, ret, &n, err);
	if (r < 0 || lock_begins(*ret, n))
		return r;
	return err_say(err, EINVAL,
		       "%s is no lock that this busypy knows: it does not begin with "
		       "'" LOCK_FIRST_LINE "'",
		       path);
}

int add_lock(struct add *add, struct err *err)
{
	FILES_FREE char *old = NULL, *text = NULL;
	char path[PATH_SIZE];
	size_t n;
	FILE *out;
	int r;

	if (!add->request->debian && !add->lock)
		return 0;
	r = files_path(path, err, "%s/" TREE_LOCK, add->tree);
	if (r == 0)
		r = read_lock(path, &old, err);
	if (r == 0)
		r = files_path(path, err, "%s/" TREE_LOCK, add->build);
	if (r < 0)
		return r;
	out = open_memstream(&text, &n);
	if (!out)
		return err_set(err, ENOMEM, "cannot write %s", path);
	r = print(add->request, old, add->lock ? add->lock : old, out);
	if (fclose(out) != 0 || r < 0)
		return err_set(err, ENOMEM, "cannot write %s", path);
	r = exact_mkdirs_for(path, err);
	return r < 0 ? r : exact_write(path, text, n, 0644, err);
}
