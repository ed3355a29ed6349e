/* SPDX-License-Identifier: MIT */
/* Where something may be put in a sandbox. Its plans: tests/core/golden. */
#include "core/view_sandbox.h"

#include <errno.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/view.h"
#include "check.h"

static void refuses(const char *dst, const char *sentence)
{
	struct err err = { 0 };

	CHECK(view_sandbox_allows(dst, &err) == -EINVAL, dst[0] ? dst : "nothing");
	CHECK_TEXT(err.text, sentence, "and says why");
}

static void test_covers(void)
{
	static const struct view_extra extras[] = {
		{ .type = VIEW_TMPFS, .dst = "/srv" },
		{ .type = VIEW_BIND, .src = "/run/job", .dst = "/mnt" },
	};
	struct view_sandbox sandbox = { .extras = extras, .n_extras = 2 };
	char path[PATH_SIZE + 8] = "/";

	CHECK(!view_sandbox_covers(&sandbox, "/var/s"),
	      "a client's view has nothing of the host's");
	CHECK(!view_sandbox_covers(&sandbox, "/run/job/s"),
	      "what is bound may be talked to where the network is the host's");
	sandbox.flags = VIEW_SANDBOX_NET;
	CHECK(view_sandbox_covers(&sandbox, "/run/job/s"), "but not in a network of its own");
	CHECK(!view_sandbox_covers(&sandbox, "/run/job"), "nor what was asked for by its name");
	CHECK(!view_sandbox_covers(&sandbox, "/run/jobs/s"), "nor its neighbour's");
	sandbox.flags = VIEW_SANDBOX_HOST;
	CHECK(view_sandbox_covers(&sandbox, "/var/s") && view_sandbox_covers(&sandbox, "/sys/s"),
	      "the host's files");
	CHECK(!view_sandbox_covers(&sandbox, "/run/s") && !view_sandbox_covers(&sandbox, "/usr/s"),
	      "but for those that the view has of its own");
	memset(path + 1, 'x', sizeof(path) - 2);
	CHECK(!view_sandbox_covers(&sandbox, path), "a path that no file can have");
}

static size_t covers(const char *dst, int *ret)
{
	const struct view_extra extra = { .type = VIEW_BIND, .src = "/run/job", .dst = dst };
	const struct view_sandbox sandbox = { .flags = VIEW_SANDBOX_NET,
					      .extras = &extra,
					      .n_extras = 1 };
	const struct view view = { VIEW_SANDBOX, 0, "/srv/tree", "x86_64", &sandbox };
	static struct facts facts;
	static struct plan plan;
	size_t n = 0;

	facts_init(&facts);
	(void)facts_add_socket(&facts, "/run/job/a/socket");
	(void)facts_add_socket(&facts, "/run/job/b/socket");
	*ret = view_sandbox_plan(&view, &facts, &plan, NULL);
	for (size_t i = 0; i < plan.n_ops; i++)
		n += plan.ops[i].type == OP_COVER;
	return n;
}

/* A job could still reach it from a directory on its way. */
static void test_far_socket(void)
{
	char dst[PATH_SIZE - 8] = "/";
	int r;

	CHECK(covers("/mnt", &r) == 2 && r == 0, "each socket is covered");
	memset(dst + 1, 'x', sizeof(dst) - 2);
	dst[sizeof(dst) - 1] = '\0';
	CHECK(covers(dst, &r) == 0 && r == -E2BIG, "or there is no view");
}

int main(void)
{
	static const char *const allowed[] = { "/mnt", "/etc/passwd", "/devices", "/tmp/a" };

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		CHECK(view_sandbox_allows(allowed[i], NULL) == 0, allowed[i]);
	refuses("", ": not a canonical absolute path below /");
	refuses("/", "/: not a canonical absolute path below /");
	refuses("mnt", "mnt: not a canonical absolute path below /");
	refuses("/a/../b", "/a/../b: not a canonical absolute path below /");
	refuses("/dev/null", "/dev/null: nothing can be put on /dev of a sandbox");
	refuses("/proc", "/proc: nothing can be put on /proc of a sandbox");
	refuses("/sys/fs", "/sys/fs: nothing can be put on /sys of a sandbox");
	CHECK(view_sandbox_makes("tmp") && view_sandbox_makes("usr"), "what it brings itself");
	CHECK(!view_sandbox_makes("etc"), "what is the tree's");
	test_covers();
	test_far_socket();
	return done();
}
