/* SPDX-License-Identifier: MIT */
/* Evaluates each requirement with what is there. */
#include "check/needs.h"

#include <string.h>

#include "base/dists.h"
#include "core/arch.h"
#include "core/pep440.h"
#include "core/requirement.h"
#include "core/str.h"

static void look_at(const struct dists *all, const struct dist *dist, const char *need,
		    const struct needs_runtime *runtime, needs_fn *each, void *ctx)
{
	char short_version[REQUIREMENT_SHORT_MAX], what[NEEDS_TEXT_MAX];
	struct requirement requirement;
	struct requirement_env env;
	struct pep440 version;
	const struct dist *there;
	struct text text;

	requirement_env_linux(runtime->arch->uname, runtime->version, runtime->minor, short_version,
			      &env);
	if (requirement_parse(need, strlen(need), &requirement) < 0 ||
	    requirement_holds(requirement.marker, &env) != 1)
		return; /* what cannot be understood was not understood by pip either */
	there = dists_find(all, requirement.name, runtime->arch);
	if (there && (pep440_parse(there->version, strlen(there->version), &version) < 0 ||
		      pep440_in_set(&version, requirement.set.s, requirement.set.n) != 0))
		return;
	text_init(&text, what, sizeof(what));
	text_addf(&text, "needs %s%.*s, ", requirement.name, (int)requirement.set.n,
		  requirement.set.s);
	if (there)
		text_addf(&text, "and %s is there", there->version);
	else
		text_add(&text, "which is not there");
	each(dist, runtime->arch, what, ctx); /* a longer one is cut */
}

void needs_find(const struct dists *all, const struct dist *dist,
		const struct needs_runtime *runtime, needs_fn *each, void *ctx)
{
	if (!dist->has_record || (dist->arch && dist->arch != runtime->arch))
		return;
	for (size_t i = 0; i < dist->n_needs; i++)
		look_at(all, dist, dist->needs[i], runtime, each, ctx);
}

const struct arch *needs_lacking(const struct dists *all, const struct dist *dist,
				 const struct arch *const *archs, size_t n)
{
	if (!dist->has_record || !dist->arch)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!dists_find(all, dist->key, archs[i]))
			return archs[i];
	}
	return NULL;
}
