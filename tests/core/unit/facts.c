/* SPDX-License-Identifier: MIT */
/* Facts: their order, and more of them than there is room for. */
#include "core/facts.h"

#include <errno.h>

#include "check.h"

static struct facts facts;

static void test_order(void)
{
	facts_init(&facts);
	CHECK(facts_add_top(&facts, FACTS_DIR, false, "usr", NULL) == 0, "a directory");
	CHECK(facts_add_top(&facts, FACTS_LINK, false, "bin", "usr/bin") == 0, "a link");
	CHECK(facts_add_top(&facts, FACTS_DIR, true, "run", NULL) == 0, "a mount");
	facts_sort(&facts);
	CHECK_TEXT(facts.top[0].name, "bin", "sorted by name");
	CHECK_TEXT(facts.top[0].target, "usr/bin", "with what belongs to it");
	CHECK(facts.top[1].is_mount && !facts.top[2].is_mount, "all of it");
}

static void test_room(void)
{
	static char large[sizeof(facts.text)];
	size_t n = 0;

	facts_init(&facts);
	while (facts_add_top(&facts, FACTS_DIR, false, "a", NULL) == 0)
		n++;
	CHECK(n == FACTS_TOP_MAX && facts.n_top == n, "as many entries as there is room for");
	for (n = 0; n < FACTS_SOCKETS_MAX; n++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/s%zu", n);
		if (facts_add_socket(&facts, path) < 0 || facts_add_socket(&facts, path) < 0)
			break;
	}
	CHECK(n == FACTS_SOCKETS_MAX && facts.n_sockets == n, "as many sockets, each once");
	CHECK(facts_add_socket(&facts, "/s7") == 0, "one that is there");
	CHECK(facts_add_socket(&facts, "/s") == -E2BIG, "no socket more");
	facts_init(&facts);
	CHECK(facts.n_sockets == 0, "none to begin with");
	for (n = 0; facts_add_pruned(&facts, "/p") == 0;)
		n++;
	CHECK(n == FACTS_PRUNED_MAX && facts.n_pruned == n, "as many paths");
	memset(large, 'x', sizeof(large) - 1);
	facts_init(&facts);
	CHECK(facts_add_top(&facts, FACTS_DIR, false, large, NULL) == 0, "all of the text");
	CHECK(facts_add_top(&facts, FACTS_DIR, false, "a", NULL) == -E2BIG, "no name more");
	CHECK(facts_add_pruned(&facts, "/p") == -E2BIG, "no path more");
	CHECK(facts_add_socket(&facts, "/s") == -E2BIG && facts.n_sockets == 0, "nor a socket");
	facts_init(&facts);
	large[sizeof(large) - 2] = '\0';
	CHECK(facts_add_top(&facts, FACTS_LINK, false, "", large) == 0, "a target");
	facts_init(&facts);
	CHECK(facts_add_top(&facts, FACTS_LINK, false, "ab", large) == -E2BIG, "too long a target");
	CHECK(facts.n_top == 0, "is not half taken");
}

int main(void)
{
	test_order();
	test_room();
	return done();
}
