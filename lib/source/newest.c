/* SPDX-License-Identifier: MIT */
/* Names first, by our rule or by apt's closure over dependencies; then apt tells about each. */
#include "source/newest.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/runtime_packages.h"
#include "core/str.h"
#include "core/suite.h"
#include "source/apt.h"
#include "source/debian.h"
#include "source/package_lists.h"

struct newest {
	const struct debian_request *request;
	const struct apt *apt;
	struct apt_words *words;
};

/* The last word, if it is there already: what is for all archs comes once for each of them. */
static void drop_repeated(struct apt_words *words)
{
	for (size_t i = 0; i + 1 < words->n; i++) {
		if (str_eq(words->words[i], words->words[words->n - 1])) {
			words->n--;
			return;
		}
	}
}

static int add_word(struct newest *newest, const char *name, const char *arch, const char *version,
		    struct err *err)
{
	int r = apt_words_add(newest->words, name, arch, version, err);

	if (r < 0)
		return r;
	drop_repeated(newest->words);
	return 0;
}

/* -- a runtime ------------------------------------------------------------------------------ */

static int add_runtime(struct newest *newest, size_t which, struct err *err)
{
	const struct arch *arch = newest->request->archs[which];
	PACKAGE_LISTS_CLEANUP struct package_lists *lists = NULL;
	ARRAY_FREE struct runtime_packages *packages = malloc(sizeof(*packages));
	unsigned minor = newest->request->minor;
	int r;

	if (!packages)
		return err_set(err, ENOMEM, "cannot list packages");
	r = package_lists_open(newest->apt, arch, &lists, err);
	if (r < 0)
		return r;
	r = newest->request->libc ? package_lists_libc(lists, packages, err)
				  : package_lists_runtime(lists, &minor, packages, err);
	for (size_t i = 0; r == 0 && i < packages->n; i++)
		r = add_word(newest, packages->names[i], packages->all[i] ? "all" : arch->debian,
			     NULL, err);
	return r;
}

/* -- packages by name ----------------------------------------------------------------------- */

/* A released suite's Python is known. */
static int check_minor(const struct newest *newest, size_t which, struct err *err)
{
	const struct arch *arch = newest->request->archs[which];
	PACKAGE_LISTS_CLEANUP struct package_lists *lists = NULL;
	unsigned minor = newest->request->minors[which];
	int r;

	if (!minor || (!newest->request->keyring && suite_by_name(newest->apt->suite)))
		return 0;
	r = package_lists_open(newest->apt, arch, &lists, err);
	return r < 0 ? r : package_lists_check_minor(lists, minor, err);
}

/* What apt would install for one arch, into words; NAME:ARCH=VERSION. */
static int resolve(struct newest *newest, size_t which, struct err *err)
{
	const struct debian_request *request = newest->request;
	const char *arch = request->archs[which]->debian;
	ARRAY_FREE struct apt_words *names = calloc(1, sizeof(*names));
	ARRAY_FREE struct package *packages = NULL;
	size_t n = 0;
	int r;

	if (!names)
		return err_set(err, ENOMEM, "cannot list packages");
	for (size_t i = 0; i < request->n_names; i++) {
		r = apt_words_add(names, request->names[i], arch, NULL, err);
		if (r < 0)
			return r;
	}
	r = apt_resolve(newest->apt, arch, request->installed[which], names, &packages, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_word(newest, packages[i].name, packages[i].arch, packages[i].version, err);
	return r;
}

static int add_resolved(struct newest *newest, size_t which, struct err *err)
{
	int r = check_minor(newest, which, err);

	if (r < 0)
		return r;
	listener_step(newest->request->listener, "asking what the packages depend on");
	r = resolve(newest, which, err);
	return r < 0 ? err_wrap(err, r, "%s", newest->request->archs[which]->name) : 0;
}

/* -- both ----------------------------------------------------------------------------------- */

int newest_find(const struct debian_request *request, const struct apt *apt, const size_t *which,
		size_t n, struct package **ret, size_t *ret_n, struct err *err)
{
	ARRAY_FREE struct apt_words *words = calloc(1, sizeof(*words));
	ARRAY_FREE struct package *packages = NULL;
	struct newest newest = { request, apt, words };
	int r;

	if (!words)
		return err_set(err, ENOMEM, "cannot list packages");
	for (size_t i = 0; i < n; i++) {
		r = request->n_names ? add_resolved(&newest, which[i], err)
				     : add_runtime(&newest, which[i], err);
		if (r < 0)
			return r;
	}
	packages = calloc(words->n + 1, sizeof(*packages));
	if (!packages)
		return err_set(err, ENOMEM, "cannot list packages");
	r = words->n ? apt_find(apt, words, packages, err) : 0;
	if (r < 0)
		return r;
	*ret = packages;
	*ret_n = words->n;
	packages = NULL;
	return 0;
}
