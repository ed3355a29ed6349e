/* SPDX-License-Identifier: MIT */
/* Into a folder beside the cache first: only what has the right checksum comes into it. */
#include "source/download.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "source/apt.h"
#include "source/package_cache.h"

/* Several packages of one mirror. */
struct download {
	const struct package_cache *cache;
	const struct apt *apt;
	const struct package *packages;
	const size_t *which;
	size_t n;
	char partial[PATH_SIZE];
};

static const char *arch_word(const struct package *package)
{
	const struct arch *arch = arch_by_debian(package->arch);

	if (arch)
		return arch->name;
	return str_eq(package->arch, "all") ? "all archs" : package->arch;
}

/* True if apt's reason is about this package: "Failed to fetch URL/NAME_VERSION_ARCH.deb  404 ..."
 */
static bool is_told(const struct package *package, const char *reason)
{
	char part[PACKAGE_WORD_MAX + 2];

	(void)snprintf(part, sizeof(part), "/%s_", package->name); /* fits */
	return strstr(reason, part);
}

/* Puts before apt's reason which package it is that did not come, and from where. */
static int say_missing(const struct download *download, int r, struct err *err)
{
	const struct package *first = NULL, *told = NULL;
	char more[48] = "";
	size_t missing = 0;

	for (size_t i = 0; i < download->n; i++) {
		const struct package *package = &download->packages[download->which[i]];

		if (package_cache_has(download->cache, package))
			continue;
		missing++;
		first = first ? first : package;
		if (!told && is_told(package, err->text))
			told = package;
	}
	told = told ? told : first;
	if (!told)
		return err_wrap(err, r, "cannot download packages");
	if (missing > 1)
		(void)snprintf(more, sizeof(more), " and %zu more packages", missing - 1);
	return err_wrap(err, r, "cannot download %s %s (%s, %s)%s from %s", told->name,
			told->version, arch_word(told), told->suite, more, download->apt->mirror);
}

static int run_apt(const struct download *download, struct err *err)
{
	ARRAY_FREE struct apt_words *words = calloc(1, sizeof(*words));

	if (!words)
		return err_set(err, ENOMEM, "cannot download packages");
	for (size_t i = 0; i < download->n; i++) {
		const struct package *package = &download->packages[download->which[i]];
		int r = apt_words_add(words, package->name, package->arch, package->version, err);

		if (r < 0)
			return r;
	}
	return apt_download(download->apt, words, download->partial, err);
}

static int take_all(const struct download *download, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < download->n; i++) {
		const struct package *package = &download->packages[download->which[i]];
		int one = package_cache_take(download->cache, package, r < 0 ? NULL : err);

		r = r < 0 ? r : one; /* the first that failed */
	}
	return r;
}

static int download_into_partial(const struct download *download, struct err *err)
{
	struct err why = { 0 };
	int r = exact_remove(download->partial, err);

	if (r < 0)
		return r;
	r = exact_mkdirs(download->partial, err);
	if (r < 0)
		return r;
	r = run_apt(download, &why);
	if (r == 0)
		return take_all(download, err);
	(void)take_all(download, NULL); /* the reason is known; what came is worth keeping */
	r = say_missing(download, r, &why);
	if (err)
		*err = why;
	return r;
}

int download_packages(const struct package_cache *cache, const struct apt *apt,
		      const struct package *packages, const size_t *which, size_t n,
		      struct err *err)
{
	struct download download = {
		.cache = cache, .apt = apt, .packages = packages, .which = which, .n = n
	};
	int r = files_path(download.partial, err, "%s/partial", cache->dir);

	if (r < 0)
		return r;
	r = download_into_partial(&download, err);
	if (exact_remove(download.partial, r < 0 ? NULL : err) < 0 && r == 0)
		return -EIO;
	return r;
}
