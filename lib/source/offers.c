/* SPDX-License-Identifier: MIT */
/* Asks a mirror for packages by name and version, and compares their checksums. */
#include "source/offers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "core/err.h"
#include "core/package.h"
#include "core/str.h"
#include "source/apt.h"

/* What apt offers under that name, version and architecture; NULL if it is another. */
static const struct package *find_offer(const struct package *offers, size_t n,
					const struct package *wanted)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(offers[i].name, wanted->name) &&
		    str_eq(offers[i].version, wanted->version) &&
		    str_eq(offers[i].arch, wanted->arch))
			return &offers[i];
	}
	return NULL;
}

/* Each must still be the very one, before anything is downloaded. */
static int compare_all(const struct package *offers, const struct package *packages,
		       const size_t *which, size_t n, const char *locked, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct package *wanted = &packages[which[i]];
		const struct package *offer = find_offer(offers, n, wanted);

		if (!offer || !str_eq(offer->sum, wanted->sum))
			return err_say(err, EINVAL, "%s %s (%s) has another checksum than in %s",
				       wanted->name, wanted->version, wanted->arch, locked);
	}
	return 0;
}

int offers_check(const struct apt *apt, const struct package *packages, const size_t *which,
		 size_t n, const char *locked, struct err *err)
{
	ARRAY_FREE struct apt_words *words = calloc(1, sizeof(*words));
	ARRAY_FREE struct package *offers = calloc(n, sizeof(*offers));
	int r;

	if (!words || !offers)
		return err_set(err, ENOMEM, "cannot list packages");
	for (size_t i = 0; i < n; i++) {
		const struct package *package = &packages[which[i]];

		r = apt_words_add(words, package->name, package->arch, package->version, err);
		if (r < 0)
			return r;
	}
	r = apt_find(apt, words, offers, err);
	if (r < 0)
		return err_wrap(err, r, "%s: a package can no longer be downloaded", locked);
	return compare_all(offers, packages, which, n, locked, err);
}
