/* SPDX-License-Identifier: MIT */
/* Names of archs to archs, with the sentences that go with it. */
#include "core/arch_list.h"

#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"

enum { NAME_SIZE = 32, NAMES_SIZE = 256, SHOWN_MAX = 64 };

static int unknown(const char *name, size_t n, const char *more, struct err *err)
{
	char names[NAMES_SIZE];
	struct text text;

	text_init(&text, names, sizeof(names));
	arch_add_names(&text);
	return err_say(err, EINVAL, "unknown arch '%.*s' (Hint: one of %s%s)",
		       (int)(n < SHOWN_MAX ? n : SHOWN_MAX), name, names, more);
}

int arch_named(const char *name, const struct arch **ret, struct err *err)
{
	const struct arch *arch = name ? arch_by_name(name) : arch_native();

	if (!arch)
		return unknown(name, strlen(name), "", err);
	*ret = arch;
	return 0;
}

static int add_one(struct arch_list *list, const struct arch *arch, struct err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->archs[i] == arch) {
			list->twice = arch;
			return 0;
		}
	}
	if (list->n == ARCH_LIST_MAX) /* as long as the table of archs is not */
		return err_say(err, E2BIG, "more than %d archs", ARCH_LIST_MAX);
	list->archs[list->n++] = arch;
	return 0;
}

int arch_list_add(struct arch_list *list, const char *words, struct err *err)
{
	const char *rest = words;

	if (str_eq(words, "all")) {
		list->all = true;
		return 0;
	}
	while (rest) {
		size_t n = strcspn(rest, ",");
		const struct arch *arch = NULL;
		char name[NAME_SIZE];
		int r;

		if (str_copy_bytes(name, sizeof(name), rest, n) == 0)
			arch = arch_by_name(name);
		if (!arch)
			return unknown(rest, n, ", or all", err);
		r = add_one(list, arch, err);
		if (r < 0)
			return r;
		rest = rest[n] ? rest + n + 1 : NULL;
	}
	return 0;
}
