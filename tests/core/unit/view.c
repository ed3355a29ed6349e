/* SPDX-License-Identifier: MIT */
/* Facts and the small decisions of views; whole plans are in golden.c. */
#include "core/view.h"

#include <errno.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/view_host.h"
#include "check.h"

static struct facts facts;
static struct plan plan;

static void allowed(const char *tree)
{
	struct err err = { 0 };

	CHECK(view_tree_allowed(tree, &err) == 0, tree);
}

static void refused(const char *tree, const char *sentence)
{
	struct err err = { 0 };

	CHECK(view_tree_allowed(tree, &err) == -EINVAL, tree[0] ? tree : "no path");
	CHECK_TEXT(err.text, sentence, "and why");
}

static void test_trees(void)
{
	allowed("/srv/tree");
	allowed("/library");
	allowed("/opt/usr/lib");
	refused("/", "/: the root directory itself cannot be a tree here");
	refused("", ": not a canonical absolute path");
	refused("/srv/../usr", "/srv/../usr: not a canonical absolute path");
	refused("/usr/tree", "/usr/tree: a tree below /usr cannot be used, the view would hide it "
			     "(Hint: move the tree, to /srv/busypy for example)");
	refused("/lib64", "/lib64: a tree below /lib64 cannot be used, the view would hide it "
			  "(Hint: move the tree, to /srv/busypy for example)");
}

static void test_facts(void)
{
	char name[16];
	int r = 0;

	facts_init(&facts);
	CHECK(facts_add_top(&facts, FACTS_LINK, false, "b", "target") == 0 &&
		      facts_add_top(&facts, FACTS_DIR, true, "a", NULL) == 0 &&
		      facts_add_top(&facts, FACTS_DIR, false, "ab", NULL) == 0,
	      "facts_add_top");
	facts_sort(&facts);
	CHECK(str_eq(facts.top[0].name, "a") && str_eq(facts.top[1].name, "ab") &&
		      str_eq(facts.top[2].target, "target"),
	      "facts_sort");
	CHECK(facts_find_top(&facts, "/ab/x") == &facts.top[1] &&
		      facts_find_top(&facts, "/a") == &facts.top[0] &&
		      !facts_find_top(&facts, "/abc") && !facts_find_top(&facts, "/"),
	      "facts_find_top");
	CHECK(facts_add_pruned(&facts, "/p") == 0 && str_eq(facts.pruned[0], "/p"),
	      "facts_add_pruned");
	for (int i = 3; i < FACTS_TOP_MAX; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		r |= facts_add_top(&facts, FACTS_DIR, false, name, NULL);
	}
	CHECK(r == 0 && facts_add_top(&facts, FACTS_DIR, false, "x", NULL) == -E2BIG,
	      "as many entries as there is room for");
	for (int i = 1; i < FACTS_PRUNED_MAX; i++)
		r |= facts_add_pruned(&facts, "/p");
	CHECK(r == 0 && facts_add_pruned(&facts, "/p") == -E2BIG, "and mounts to do without");
	facts_init(&facts);
	CHECK(facts.n_top == 0 && facts.n_pruned == 0 && facts.text_used == 0, "facts_init");
}

static void test_prune(void)
{
	char text[256];
	struct err err = { 0 };

	facts_init(&facts);
	(void)facts_add_pruned(&facts, "/var/lib/docker/a");
	(void)facts_add_pruned(&facts, "/var/lib/docker/a/b");
	CHECK(view_prune_plan(&facts, &plan, &err) == 0 &&
		      plan_format(&plan, text, sizeof(text)) == 0,
	      "a plan to prune by");
	CHECK_TEXT(text, "here\nprune /var/lib/docker/a/b\nprune /var/lib/docker/a\n",
		   "the deeper mount first, in the view as it is");
	facts_init(&facts);
}

int main(void)
{
	struct view view = { .kind = VIEW_HOST, .tree = "/srv/tree", .arch = "x86_64" };
	struct err err = { 0 };

	test_trees();
	test_facts();
	test_prune();
	CHECK(view_hides_top("usr") && view_hides_top("lib") && view_hides_top("libx32") &&
		      view_hides_top("bin") && view_hides_top(".busypy"),
	      "names that a view brings itself");
	CHECK(!view_hides_top("library") && !view_hides_top("etc") && !view_hides_top("li"),
	      "and others");
	CHECK(path_below(view_marker(), "/.busypy") && path_below(view_nowhere(), "/.busypy"),
	      "marker and empty directory are below the view's own");
	for (size_t i = 0; view_share(i); i++)
		CHECK(path_below(view_share(i), "/usr") &&
			      !path_below(view_share(i), "/usr/local/lib"),
		      view_share(i));
	CHECK(view_plan(&view, &facts, &plan, &err) == 0 && plan.n_ops > 10,
	      "a plan without facts");
	(void)facts_add_top(&facts, FACTS_DIR, false, "..", NULL);
	CHECK(view_plan(&view, &facts, &plan, &err) == -EINVAL, "a name that climbs");
	CHECK_TEXT(err.text, "cannot plan the view of /srv/tree: Invalid argument", "and why");
	return done();
}
