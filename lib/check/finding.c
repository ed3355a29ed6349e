/* SPDX-License-Identifier: MIT */
/* Makes sentences and hands them on. */
#include "check/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/arch.h"
#include "core/str.h"

enum { WHAT_MAX = 4096, MEND_MAX = 8192 };

/* Puts the tree's path and the arch's name into the advice. */
static void fill_in(const char *mend, const char *tree, const struct arch *arch, struct text *text)
{
	while (*mend) {
		size_t n = strcspn(mend, "TA");

		text_add_bytes(text, mend, n);
		mend += n;
		if (str_starts(mend, "TREE")) {
			text_add(text, tree);
			mend += 4;
		} else if (str_starts(mend, "ARCH")) {
			text_add(text, arch ? arch->name : "all");
			mend += 4;
		} else if (*mend) {
			text_add_bytes(text, mend, 1);
			mend++;
		}
	}
}

static const char *below_tree(const char *path, const char *tree)
{
	size_t n = strlen(tree);

	if (strncmp(path, tree, n) != 0 || (path[n] && path[n] != '/'))
		return path;
	path += n;
	path += *path == '/';
	return *path ? path : ".";
}

void finding_add(struct findings *findings, const struct finding_kind *kind, const char *path,
		 const struct arch *arch, const char *format, ...)
{
	char what[WHAT_MAX], mend[MEND_MAX];
	struct text text;
	va_list args;

	va_start(args, format);
	if (vsnprintf(what, sizeof(what), format, args) >= (int)sizeof(what))
		memcpy(what + sizeof(what) - 4, "...", 4);
	va_end(args);
	text_init(&text, mend, sizeof(mend));
	fill_in(kind->mend, findings->tree, arch, &text);
	findings->counts[kind->severity]++;
	findings->found(&(struct finding){ .path = below_tree(path, findings->tree),
					   .arch = arch ? arch->name : NULL,
					   .what = what,
					   .why = kind->why,
					   .mend = mend,
					   .severity = (int)kind->severity },
			findings->ctx);
}

const char *finding_severity_name(enum finding_severity severity)
{
	static const char *const names[] = { "error", "warning", "note" };

	return names[severity];
}
