/* SPDX-License-Identifier: MIT */
/* Facts, collected in a struct of their own that holds their text, too. */
#include "core/facts.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

void facts_init(struct facts *facts)
{
	facts->n_top = 0;
	facts->n_pruned = 0;
	facts->n_sockets = 0;
	facts->shares = 0;
	facts->children_locked = false;
	facts->text_used = 0;
}

static const char *facts_keep(struct facts *facts, const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy;

	if (n > sizeof(facts->text) - facts->text_used)
		return NULL;
	copy = facts->text + facts->text_used;
	memcpy(copy, s, n);
	facts->text_used += n;
	return copy;
}

int facts_add_top(struct facts *facts, enum facts_type type, bool is_mount, const char *name,
		  const char *target)
{
	struct facts_entry entry = { .type = type, .is_mount = is_mount };

	if (facts->n_top == FACTS_TOP_MAX)
		return -E2BIG;
	entry.name = facts_keep(facts, name);
	entry.target = target ? facts_keep(facts, target) : NULL;
	if (!entry.name || (target && !entry.target))
		return -E2BIG;
	facts->top[facts->n_top++] = entry;
	return 0;
}

const struct facts_entry *facts_find_top(const struct facts *facts, const char *path)
{
	size_t n = strcspn(path + 1, "/");

	for (size_t i = 0; i < facts->n_top; i++) {
		const char *name = facts->top[i].name;

		if (strlen(name) == n && memcmp(name, path + 1, n) == 0)
			return &facts->top[i];
	}
	return NULL;
}

int facts_add_pruned(struct facts *facts, const char *path)
{
	const char *copy;

	if (facts->n_pruned == FACTS_PRUNED_MAX)
		return -E2BIG;
	copy = facts_keep(facts, path);
	if (!copy)
		return -E2BIG;
	facts->pruned[facts->n_pruned++] = copy;
	return 0;
}

int facts_add_socket(struct facts *facts, const char *path)
{
	const char *copy;

	/* those that were accepted have their listener's, and mostly follow it */
	for (size_t i = facts->n_sockets; i > 0; i--) {
		if (str_eq(facts->sockets[i - 1], path))
			return 0;
	}
	if (facts->n_sockets == FACTS_SOCKETS_MAX)
		return -E2BIG;
	copy = facts_keep(facts, path);
	if (!copy)
		return -E2BIG;
	facts->sockets[facts->n_sockets++] = copy;
	return 0;
}

/* Insertion sort: qsort() may allocate, and the list has two dozen entries. */
void facts_sort(struct facts *facts)
{
	for (size_t i = 1; i < facts->n_top; i++) {
		struct facts_entry entry = facts->top[i];
		size_t at = i;

		for (; at > 0 && strcmp(facts->top[at - 1].name, entry.name) > 0; at--)
			facts->top[at] = facts->top[at - 1];
		facts->top[at] = entry;
	}
}
