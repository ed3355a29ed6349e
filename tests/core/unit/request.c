/* SPDX-License-Identifier: MIT */
/* The kernel's words to the loader, and the loader's to enter. */
#include "core/request.h"

#include <errno.h>

#include "check.h"

static void test_request(void)
{
	char *argv[] = { "loader", "./tool", "argv0", "a", "b", NULL };
	struct request request = { .fd = -7 };

	CHECK(request_parse(5, argv, true, 3, &request) == 0, "the kernel's words");
	CHECK(request.fd == 3 && request.argv == argv + 2, "path stands behind two free slots");
	CHECK_TEXT(request.path, "./tool", "the path as given");
	CHECK_TEXT(request.argv[0], "./tool", "argv[0] is dropped, as with a native shebang");
	CHECK_TEXT(request.argv[1], "a", "arguments follow");
	request.fd = -7;
	CHECK(request_parse(5, argv, false, 3, &request) == -EINVAL, "without the flag P");
	CHECK(request_parse(2, argv, true, 3, &request) == -EINVAL, "without argv[0]");
	CHECK(request_parse(5, argv, true, -1, &request) == -EINVAL, "without a descriptor");
	CHECK(request_parse(3, argv, true, 0, &request) == 0, "descriptor 0 is one");
}

static bool same(const struct handoff *a, const struct handoff *b)
{
	return a->fd == b->fd && a->parent == b->parent && a->death_signal == b->death_signal &&
	       a->closed == b->closed && a->persona == b->persona && a->stack_soft == b->stack_soft;
}

static void round_trip(struct handoff handoff, const char *what)
{
	struct handoff back = { 0 };
	char word[HANDOFF_TEXT_MAX];

	CHECK(handoff_format(&handoff, word, sizeof(word)) == 0 &&
		      handoff_parse(word, &back) == 0 && same(&handoff, &back),
	      what);
}

int main(void)
{
	static const char *const bad[] = {
		"",
		",",
		"1,2,3,4,5",
		"1,2,3,4,5,6,",
		"1,2,3,4,5,6,7",
		"-1,2,3,4,5,6",
		"1,2,3,4,5,x",
		"1,,3,4,5,6",
		" 1,2,3,4,5,6",
		"1,2,65,4,5,6",
		"1,2,3,8,5,6",
		"2147483648,2,3,4,5,6",
		"1,2,3,4,4294967296,6",
		"1,2,3,4,5,18446744073709551616",
		"1,2,3,4,5,6\n",
		"1,2,3,4,5,00000000000000000000000006",
	};
	struct handoff handoff = { .fd = -7 };
	char word[HANDOFF_TEXT_MAX];

	test_request();
	round_trip((struct handoff){ 3, 1234, 0, 0, 0, 8 << 20 }, "an ordinary hand-off");
	round_trip((struct handoff){ 0, 0, 64, 7, UINT32_MAX, UINT64_MAX }, "the largest");
	CHECK(handoff_format(&(struct handoff){ 3, 4, 5, 6, 7, 8 }, word, sizeof(word)) == 0,
	      "handoff_format");
	CHECK_TEXT(word, "3,4,5,6,7,8", "is one word");
	CHECK(handoff_format(&handoff, word, 4) == -E2BIG, "and cuts nothing");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		handoff.fd = -7;
		CHECK(handoff_parse(bad[i], &handoff) == -EINVAL && handoff.fd == -7,
		      bad[i][0] && !strchr(bad[i], '\n') ? bad[i] : "nothing, or a newline");
	}
	return done();
}
