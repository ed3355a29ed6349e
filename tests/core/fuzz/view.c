/* SPDX-License-Identifier: MIT */
/* Any names as a host's root directory and mounts: a plan never leaves the new root, and its text
 * has one line for each op. */
#include "core/view.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct facts facts;
static struct plan plan;
static char text[PLAN_TEXT_MAX];

/* One fact per line; its first byte says what it is. */
static void add(const char *line)
{
	switch (line[0] & 7) {
	case 0:
		(void)facts_add_pruned(&facts, line + 1);
		break;
	case 1:
		facts.shares = (unsigned char)line[1];
		break;
	case 2:
		facts.children_locked = true;
		break;
	case 3:
		(void)facts_add_top(&facts, FACTS_LINK, false, line + 1, line + 1);
		break;
	default:
		(void)facts_add_top(&facts, line[0] & 1 ? FACTS_DIR : FACTS_FILE, line[0] & 2,
				    line + 1, NULL);
		break;
	}
}

static void check(void)
{
	size_t lines = 0;

	for (size_t i = 0; i < plan.n_ops; i++) {
		const char *dst = plan.ops[i].dst;

		if (dst && (dst[0] == '/' || str_starts(dst, "../") || strstr(dst, "/../")))
			abort();
	}
	if (plan_format(&plan, text, sizeof(text)) < 0)
		return;
	for (const char *s = text; *s; s++)
		lines += *s == '\n';
	if (lines != plan.n_ops)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view view = { .tree = "/srv/tree", .arch = "x86_64" };
	struct err err = { 0 };
	char buf[4096], *line = buf;

	if (size < 1 || size >= sizeof(buf))
		return 0;
	view.kind = data[0] & 1 ? VIEW_BOOT : VIEW_HOST;
	view.flags = data[0] & 2 ? VIEW_PINNED : 0;
	memcpy(buf, data + 1, size - 1);
	buf[size - 1] = '\0';
	facts_init(&facts);
	while (line && *line) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		if (*line)
			add(line);
		line = end;
	}
	facts_sort(&facts);
	if (view_plan(&view, &facts, &plan, &err) == 0)
		check();
	return 0;
}
