/* SPDX-License-Identifier: MIT */
/* Plans as data and text. */
#include "core/plan.h"

#include <errno.h>

#include "check.h"

static struct plan plan;
static char text[64 * 1024];

static void refuses(const char *dst)
{
	plan_init(&plan);
	plan_add(&plan, &(struct op){ .type = OP_MKDIR, .dst = dst });
	CHECK(plan.failed == -EINVAL && plan.n_ops == 0, dst[0] ? dst : "an empty target");
}

/* Bytes that would end a word or a line of the text, and paths that are too long. */
static void test_odd_words(void)
{
	static char long_path[8192];

	plan_init(&plan);
	plan_add(&plan, &(struct op){ .type = OP_SYMLINK, .dst = "a", .data = "\177 \t\303\251" });
	CHECK(plan_format(&plan, text, sizeof(text)) == 0, "odd bytes");
	CHECK_TEXT(text, "symlink /a data=\\177\\040\\011\303\251\n", "odd bytes");
	memset(long_path, 'x', sizeof(long_path) - 1);
	refuses(long_path);
	plan_init(&plan);
	plan_add_from(&plan, &(struct op){ .type = OP_BIND, .dst = "a" }, "/a", long_path);
	CHECK(plan.failed == -E2BIG, "a source that is too long");
	plan_add_from(&plan, &(struct op){ .type = OP_BIND, .dst = "a" }, "/a", "b");
	CHECK(plan.failed == -E2BIG && plan.n_ops == 0, "the first failure sticks");
	CHECK_TEXT(op_name((enum op_type)4711), "?", "no op");
}

static void test_limits(void)
{
	static char large[PLAN_TEXT_MAX / 2];

	plan_init(&plan);
	for (int i = 0; i < PLAN_OPS_MAX; i++)
		plan_add(&plan, &(struct op){ .type = OP_PIVOT });
	CHECK(plan.failed == 0, "a plan that is full");
	plan_add(&plan, &(struct op){ .type = OP_PIVOT });
	CHECK(plan.failed == -E2BIG && plan.n_ops == PLAN_OPS_MAX, "and one op more");
	plan_init(&plan);
	CHECK(plan.failed == 0 && plan.n_ops == 0, "plan_init empties it");
	memset(large, 'x', sizeof(large) - 1);
	plan_add(&plan, &(struct op){ .type = OP_FILE, .dst = "a", .data = large });
	CHECK(plan.failed == 0, "a large text");
	plan_add(&plan, &(struct op){ .type = OP_FILE, .dst = "a", .data = large });
	CHECK(plan.failed == -E2BIG && plan.n_ops == 1, "and one more");
	plan_add(&plan, &(struct op){ .type = OP_PIVOT });
	CHECK(plan.failed == -E2BIG && plan.n_ops == 1, "the first failure sticks");
	plan_init(&plan);
	plan_add(&plan, &(struct op){ .type = OP_FILE, .dst = "a", .data = large });
	plan_add(&plan, &(struct op){ .type = OP_BIND, .dst = "a", .src = large });
	CHECK(plan.failed == -E2BIG && plan.n_ops == 1, "a source without room");
	plan_init(&plan);
	plan_add(&plan, &(struct op){ .type = OP_BIND, .src = large, .dst = "a" });
	large[sizeof(large) - 8] = '\0';
	plan_add(&plan, &(struct op){ .type = OP_BIND, .src = large, .dst = "abcdefgh" });
	CHECK(plan.failed == -E2BIG && plan.n_ops == 1, "a target without room");
	CHECK(plan_format(&plan, text, sizeof(text)) == -E2BIG, "a text without room for it");
}

int main(void)
{
	char src[] = "/src dir";

	plan_init(&plan);
	plan_add(&plan, &(struct op){ .type = OP_BIND,
				      .src = src,
				      .dst = "a/b",
				      .flags = OP_RDONLY | OP_NOSUID | OP_NODEV | OP_NOEXEC |
					       OP_PRIVATE | OP_OPTIONAL });
	plan_add(&plan,
		 &(struct op){ .type = OP_FILE, .dst = ".", .mode = 0444, .data = "a\nb\\" });
	plan_add_from(&plan, &(struct op){ .type = OP_RBIND, .dst = "x" }, "/", "x");
	plan_add_from(&plan, &(struct op){ .type = OP_RBIND, .dst = "x" }, "/tree", "etc/x");
	plan_add(&plan, &(struct op){ .type = OP_PIVOT });
	src[1] = 'X'; /* a plan keeps its own copies */
	CHECK(plan.failed == 0 && plan_format(&plan, text, sizeof(text)) == 0, "a plan");
	CHECK_TEXT(text,
		   "bind /src\\040dir /a/b ro,nosuid,nodev,noexec,private,optional\n"
		   "file / mode=0444 data=a\\012b\\134\n"
		   "rbind /x /x\n"
		   "rbind /tree/etc/x /x\n"
		   "pivot\n",
		   "as text");
	CHECK(plan_format(&plan, text, 10) == -E2BIG && strlen(text) < 10, "cut, but terminated");
	for (enum op_type type = OP_SLAVE; type <= OP_PIVOT; type++)
		CHECK(strcmp(op_name(type), "?") != 0, op_name(type));
	refuses("/absolute");
	refuses("a/../b");
	refuses("..");
	refuses("a//b");
	refuses("a/");
	refuses("./a");
	refuses("");
	test_odd_words();
	test_limits();
	return done();
}
