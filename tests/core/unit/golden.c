/* SPDX-License-Identifier: MIT */
/* Every tests/core/golden/NAME.facts, as a view's plan, is the text in NAME.plan. GOLDEN_UPDATE=1
 * in the environment writes the plans instead: read the difference before it is committed. Lines of
 * facts: view host|sandbox|boot [pinned|overlay] / tree PATH / arch NAME / locked / shares NUMBER /
 * dir|file NAME [mount|empty] / link NAME TARGET / pruned PATH / socket PATH, and for sandboxes
 * sandbox [write|root|net|host] / memory BYTES / images FOLDER [COVERED] / bind|bind-ro|bind-file
 * SRC DST / tmpfs DST. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/view_sandbox.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/view.h"
#include "check.h"

enum { PLANS_MAX = 64 };

static struct view_extra extras[8];
static struct view_sandbox sandbox;
static char extra_text[16][256];
static struct view_images images;
static char images_text[2][256];
static struct facts facts;
static struct plan plan;
static char got[PLAN_TEXT_MAX], wanted[PLAN_TEXT_MAX], words[3][256];

static int set_view(struct view *view, size_t n)
{
	static const char *const kinds[] = { "host", "sandbox", "boot" };

	for (size_t i = 0; i < 3; i++) {
		if (n > 1 && str_eq(words[1], kinds[i]))
			view->kind = (enum view_kind)i;
	}
	if (n > 2)
		view->flags = str_eq(words[2], "pinned") ? VIEW_PINNED : VIEW_OVERLAY;
	return 0;
}

static int add_extra(size_t n)
{
	struct view_extra *extra = &extras[sandbox.n_extras];
	char *src = extra_text[2 * sandbox.n_extras], *dst = extra_text[2 * sandbox.n_extras + 1];

	if (sandbox.n_extras == 8 || n < 2)
		return -EINVAL;
	*extra = (struct view_extra){ .type = str_eq(words[0], "tmpfs") ? VIEW_TMPFS : VIEW_BIND };
	extra->flags = str_eq(words[0], "bind-ro")     ? VIEW_EXTRA_RDONLY
		       : str_eq(words[0], "bind-file") ? VIEW_EXTRA_FILE
						       : 0;
	extra->src = src;
	extra->dst = dst;
	sandbox.n_extras++;
	(void)str_copy(src, 256, words[1]);
	return str_copy(dst, 256, words[extra->type == VIEW_TMPFS ? 1 : 2]);
}

/* 1 if the line is none about sandboxes. */
static int add_sandbox_line(struct view *view, size_t n)
{
	if (str_eq(words[0], "sandbox")) {
		sandbox.extras = extras;
		view->sandbox = &sandbox;
		for (size_t i = 1; i < n; i++)
			sandbox.flags |= str_eq(words[i], "write")     ? VIEW_SANDBOX_WRITE
					 : str_eq(words[i], "root")    ? VIEW_SANDBOX_ROOT
					 : str_eq(words[i], "host")    ? VIEW_SANDBOX_HOST
					 : str_eq(words[i], "apart")   ? VIEW_SANDBOX_APART
					 : str_eq(words[i], "no-proc") ? VIEW_SANDBOX_NO_PROC
								       : VIEW_SANDBOX_NET;
		return 0;
	}
	if (str_eq(words[0], "memory")) {
		sandbox.memory = strtoull(words[1], NULL, 0);
		return 0;
	}
	if (str_eq(words[0], "images")) {
		if (n < 2 || str_copy(images_text[0], sizeof(images_text[0]), words[1]) < 0 ||
		    (n > 2 && str_copy(images_text[1], sizeof(images_text[1]), words[2]) < 0))
			return -EINVAL;
		images = (struct view_images){ images_text[0], n > 2 ? images_text[1] : NULL };
		sandbox.images = &images;
		return 0;
	}
	return str_starts(words[0], "bind") || str_eq(words[0], "tmpfs") ? add_extra(n) : 1;
}

static int add_line(struct view *view, size_t n)
{
	static char tree[256], arch[64];
	int r = add_sandbox_line(view, n);

	if (r <= 0)
		return r;
	if (str_eq(words[0], "view"))
		return set_view(view, n);
	if (str_eq(words[0], "tree")) {
		view->tree = tree;
		return str_copy(tree, sizeof(tree), words[1]);
	}
	if (str_eq(words[0], "arch")) {
		view->arch = arch;
		return str_copy(arch, sizeof(arch), words[1]);
	}
	if (str_eq(words[0], "locked")) {
		facts.children_locked = true;
		return 0;
	}
	if (str_eq(words[0], "shares")) {
		facts.shares = (unsigned)strtoul(words[1], NULL, 0);
		return 0;
	}
	if (str_eq(words[0], "socket"))
		return facts_add_socket(&facts, words[1]);
	if (str_eq(words[0], "pruned"))
		return facts_add_pruned(&facts, words[1]);
	if (str_eq(words[0], "link"))
		return facts_add_top(&facts, FACTS_LINK, false, words[1], words[2]);
	if (str_eq(words[0], "dir") && n > 2 && str_eq(words[2], "empty")) {
		r = facts_add_top(&facts, FACTS_DIR, false, words[1], NULL);
		facts.top[facts.n_top - 1].is_empty = true;
		return r;
	}
	if (str_eq(words[0], "dir") || str_eq(words[0], "file"))
		return facts_add_top(&facts, str_eq(words[0], "dir") ? FACTS_DIR : FACTS_FILE,
				     n > 2 && str_eq(words[2], "mount"), words[1], NULL);
	return -EINVAL;
}

static int read_facts(const char *path, struct view *view)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	int r = file ? 0 : -ENOENT;

	facts_init(&facts);
	memset(&sandbox, 0, sizeof(sandbox));
	while (r == 0 && fgets(line, sizeof(line), file)) {
		int n = sscanf(line, "%255s %255s %255s", words[0], words[1], words[2]);

		if (n > 0 && words[0][0] != '#')
			r = add_line(view, (size_t)n);
	}
	if (file)
		(void)fclose(file);
	facts_sort(&facts);
	return r;
}

static size_t read_text(const char *path, char *dst, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t n = file ? fread(dst, 1, size - 1, file) : 0;

	dst[n] = '\0';
	if (file)
		(void)fclose(file);
	return n;
}

static void update(const char *path)
{
	FILE *file = fopen(path, "we");

	CHECK(file && fputs(got, file) >= 0 && fclose(file) == 0, path);
}

static void compare(const char *folder, const char *name)
{
	char path[512];
	struct view view = { 0 };
	struct err err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/%s.facts", folder, name);
	CHECK(read_facts(path, &view) == 0 && view.tree && view.arch, path);
	CHECK(view_plan(&view, &facts, &plan, &err) == 0, "it has a plan");
	CHECK(plan_format(&plan, got, sizeof(got)) == 0, "which has a text");
	(void)snprintf(path, sizeof(path), "%s/%s.plan", folder, name);
	if (getenv("GOLDEN_UPDATE")) {
		update(path);
		return;
	}
	CHECK(read_text(path, wanted, sizeof(wanted)) > 0, path);
	CHECK_TEXT(got, wanted, name);
}

int main(void)
{
	const char *folder = "tests/core/golden";
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort), pairs = 0;

	for (int i = 0; i < n; i++) {
		if (str_ends(list[i]->d_name, ".facts")) {
			list[i]->d_name[strlen(list[i]->d_name) - strlen(".facts")] = '\0';
			compare(folder, list[i]->d_name);
			pairs++;
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	CHECK(pairs >= 6, "there are at least six pairs (run from the top folder)");
	return done();
}
