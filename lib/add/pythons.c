/* SPDX-License-Identifier: MIT */
/* Goes by the tags in names of what is to come into a runtime. */
#include "add/pythons.h"

#include <sys/stat.h>

#include "add/add.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/listener.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/str.h"
#include "stage/runtime_info.h"
#include "sys/tree.h"

static int note_tag(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct python_minors *built = ctx;
	int minor = S_ISREG(entry->st->st_mode) && str_ends(entry->name, ".so")
			    ? python_name_tag(entry->name)
			    : 0;

	(void)err;
	if (minor > 0)
		(void)python_minors_add(built, (unsigned)minor); /* a ninth is no runtime's */
	return 0;
}

static void tell(const struct add *add, const struct arch *arch, const struct python_minors *built)
{
	struct python_minors pythons, without = { 0 };
	char text[PYTHON_MINORS_TEXT], others[PYTHON_MINORS_TEXT];

	tree_pythons(add->tree, arch, &pythons);
	for (size_t i = 0; built->n && i < pythons.n; i++) {
		if (!python_minors_have(built, pythons.minor[i]))
			(void)python_minors_add(&without, pythons.minor[i]); /* of the same size */
	}
	if (!without.n)
		return;
	python_minors_sort(&without);
	python_minors_format(built, text);
	python_minors_format(&without, others);
	listener_warn(
		add->request->listener,
		"%s: there are modules for Python %s, and none for %s, which cannot import them",
		arch->name, text, others);
}

int add_pythons_tell(const struct add *add, struct err *err)
{
	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct add_runtime *runtime = &add->runtimes[i];
		struct python_minors built = { 0 };
		int r = exact_exists(runtime->usr)
				? exact_walk(runtime->usr,
					     &(struct walk){ .each = note_tag, .ctx = &built }, err)
				: 0;

		if (r < 0)
			return r;
		tell(add, runtime->info->arch, &built);
	}
	return 0;
}

void add_pythons_tell_unresolved(const struct add *add)
{
	struct python_minors first = { 0 }, beside = { 0 };
	char text[PYTHON_MINORS_TEXT], others[PYTHON_MINORS_TEXT];

	for (size_t i = 0; i < add->n_runtimes; i++) {
		struct python_minors pythons;

		if (!add->runtimes[i].wanted)
			continue;
		tree_pythons(add->tree, add->runtimes[i].info->arch, &pythons);
		for (size_t j = 0; j < pythons.n; j++) /* a ninth would only not be told */
			(void)python_minors_add(j ? &beside : &first, pythons.minor[j]);
	}
	if (!beside.n)
		return;
	python_minors_sort(&first);
	python_minors_sort(&beside);
	python_minors_format(&first, text);
	python_minors_format(&beside, others);
	listener_warn(add->request->listener,
		      "requirements are resolved for python3, which is Python %s, and may not suit "
		      "%s beside it",
		      text, others);
}
