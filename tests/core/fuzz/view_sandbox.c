/* SPDX-License-Identifier: MIT */
/* Any names at a tree's top and any places asked for, as the view of a sandbox: a plan never leaves
 * the new root, and what is in a bind of the host is never created. */
#include "core/view_sandbox.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct facts facts;
static struct plan plan;
static struct view_extra extras[VIEW_EXTRAS_MAX];

/* One fact per line; its first byte says what it is. */
static void add(char *line, struct view_sandbox *sandbox)
{
	struct view_extra *extra = &extras[sandbox->n_extras];

	switch (line[0] & 3) {
	case 0:
		(void)facts_add_top(&facts, FACTS_DIR, false, line + 1, NULL);
		if (facts.n_top > 0)
			facts.top[facts.n_top - 1].is_empty = line[0] & 4;
		break;
	case 1:
		(void)facts_add_top(&facts, line[0] & 4 ? FACTS_LINK : FACTS_FILE, false, line + 1,
				    line + 1);
		break;
	case 2:
		sandbox->flags = (unsigned char)line[1] & 0x37;
		break;
	case 3:
		/* as the command line does */
		if (sandbox->n_extras == VIEW_EXTRAS_MAX || view_sandbox_allows(line + 1, NULL) < 0)
			break;
		extra->type = line[0] & 4 ? VIEW_TMPFS : VIEW_BIND;
		extra->flags = (unsigned char)line[0] >> 3 & 3;
		extra->src = "/src";
		extra->dst = line + 1;
		sandbox->n_extras++;
		break;
	}
}

/* Nothing is made in what was bound from the host. */
static void check_creation(size_t at)
{
	const struct op *op = &plan.ops[at];
	char made[8192], bound[8192];

	if (op->type != OP_MKDIR && op->type != OP_FILE && op->type != OP_SYMLINK)
		return;
	for (size_t i = 0; i < at; i++) {
		if (plan.ops[i].type != OP_RBIND || !(plan.ops[i].flags & OP_NOLINKS))
			continue;
		if (path_join(made, sizeof(made), "", op->dst) == 0 &&
		    path_join(bound, sizeof(bound), "", plan.ops[i].dst) == 0 &&
		    path_below(made, bound))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[4096 + 1];
	struct view_sandbox sandbox = { .extras = extras };
	struct view view = {
		.kind = VIEW_SANDBOX, .tree = "/srv/tree", .arch = "x86_64", .sandbox = &sandbox
	};
	char *next, *end;

	if (size == 0 || size > sizeof(text) - 1)
		return -1;
	memcpy(text, data, size);
	text[size] = '\0';
	facts_init(&facts);
	for (char *line = text + 1; line < text + size; line = next) {
		end = memchr(line, '\n', (size_t)(text + size - line));
		next = end ? end + 1 : text + size;
		if (end)
			*end = '\0';
		if (line[0])
			add(line, &sandbox);
	}
	sandbox.flags |= text[0] & 1 ? VIEW_SANDBOX_HOST : 0;
	if (view_plan(&view, &facts, &plan, NULL) < 0)
		return 0;
	for (size_t i = 0; i < plan.n_ops; i++) {
		const char *dst = plan.ops[i].dst;

		if (dst && (dst[0] == '/' || str_starts(dst, "../") || strstr(dst, "/../")))
			abort();
		check_creation(i);
	}
	return 0;
}
