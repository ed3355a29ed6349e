/* SPDX-License-Identifier: MIT */
/* Decides which packages, has apt fetch what the cache lacks, and extracts. */
#include "source/debian.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/suite.h"
#include "source/apt.h"
#include "source/deb.h"
#include "source/download.h"
#include "source/lockfile.h"
#include "source/mirrors.h"
#include "source/newest.h"
#include "source/offers.h"
#include "source/owners.h"
#include "source/package_cache.h"
#include "source/source.h"
#include "sys/fd.h"

enum { SUITES_MAX = 4 };

struct debian {
	struct debian_request request;
	struct package_cache cache;
	struct package *packages;
	size_t n_packages, room_packages;
	const char *suites[SUITES_MAX]; /* those that the request needs */
	const char *used[SUITES_MAX];	/* the mirror that had each */
	size_t n_suites;
	struct mirrors mirrors;
};

/* -- suites --------------------------------------------------------------------------------- */

/* The suite that has that Python, or the one that is everybody's. */
static int default_suite(const struct arch *arch, unsigned minor, const char **ret, struct err *err)
{
	const struct suite *suite =
		minor ? suite_for_minor(arch->debian, minor) : suite_for(arch->debian);

	if (suite) {
		*ret = suite->name;
		return 0;
	}
	if (minor)
		return err_say(err, ENOENT,
			       "no released suite of Debian has Python 3.%u for %s (Hint: released "
			       "are %s; debian:SUITE names another)",
			       minor, arch->name, suite_names());
	return err_say(err, ENOENT, "%s: no suite of Debian has it", arch->name);
}

static int suite_of(const struct debian_request *request, const struct arch *arch, const char **ret,
		    struct err *err)
{
	const char *name = request->suite;
	const struct suite *suite;

	for (size_t i = 0; request->n_names && i < request->n_archs; i++) {
		if (request->archs[i] == arch)
			name = request->suites[i];
	}
	if (!name)
		return default_suite(arch, request->minor, ret, err);
	if (!suite_name_valid(name))
		return err_say(err, EINVAL,
			       "debian:%s: this is no name of a suite (Hint: such are %s, "
			       "trixie-backports, sid)",
			       name, suite_names());
	suite = suite_by_name(name);
	if (suite && !request->keyring && !suite_has(suite, arch->debian))
		return err_say(err, ENOENT, "debian:%s has no packages for %s", name, arch->name);
	*ret = name;
	return 0;
}

static int add_suite(struct debian *debian, const char *suite, struct err *err)
{
	for (size_t i = 0; i < debian->n_suites; i++) {
		if (str_eq(debian->suites[i], suite))
			return 0;
	}
	if (debian->n_suites == SUITES_MAX)
		return err_set(err, E2BIG, "too many suites");
	debian->used[debian->n_suites] = debian->mirrors.urls[0];
	debian->suites[debian->n_suites++] = suite;
	return 0;
}

/* A package for all archs belongs to those that are of its suite. */
static const char *suite_used(const struct debian *debian, const struct arch *arch)
{
	const char *suite;

	if (debian->request.n_names) /* perhaps all of them are for all archs */
		return suite_of(&debian->request, arch, &suite, NULL) < 0 ? "" : suite;
	for (size_t i = 0; i < debian->n_packages; i++) {
		if (str_eq(debian->packages[i].arch, arch->debian))
			return debian->packages[i].suite;
	}
	return "";
}

/* True if the suite is where that arch's packages are taken from. */
static bool asked_for(const struct debian *debian, const char *suite, const struct arch *arch)
{
	const char *of;

	if (debian->request.locked)
		return str_eq(suite_used(debian, arch), suite);
	return suite_of(&debian->request, arch, &of, NULL) == 0 && str_eq(of, suite);
}

/* -- apt ------------------------------------------------------------------------------------ */

/* 1 if the lists of an earlier run are young enough. */
static int open_apt(const struct debian *debian, const char *suite, const char *mirror,
		    struct apt *ret, struct err *err)
{
	const struct debian_request *request = &debian->request;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->suite = suite;
	ret->mirror = mirror;
	ret->keyring = request->keyring;
	ret->expired = request->expired;
	for (size_t i = 0; i < request->n_archs; i++) {
		if (asked_for(debian, suite, request->archs[i]))
			ret->archs[ret->n_archs++] = request->archs[i]->debian;
	}
	ret->max_age = debian->request.max_age;
	r = files_path(ret->dir, err, "%s/apt/%s", debian->cache.dir, suite);
	if (r < 0)
		return r;
	r = apt_configure(ret, err);
	if (r < 0)
		return r;
	listener_step(debian->request.listener, "asking Debian's mirror for packages");
	r = apt_update(ret, err);
	if (r < 0 && err && strstr(err->text, " is expired (invalid since "))
		r = err_hint(err, r,
			     "--allow-expired takes old lists, as archives of the past have");
	return r < 0 ? err_wrap(err, r, "cannot update the package lists of %s", suite) : r;
}

static int fetch(struct debian *debian, const struct apt *apt, const size_t *which, size_t n,
		 struct err *err)
{
	listener_step(debian->request.listener, "downloading %zu packages", n);
	return download_packages(&debian->cache, apt, debian->packages, which, n, err);
}

/* The packages of a suite that are not in the cache. Returns how many. */
static size_t list_missing(const struct debian *debian, const char *suite, size_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < debian->n_packages && n < APT_WORDS_MAX; i++) {
		if (str_eq(debian->packages[i].suite, suite) &&
		    !package_cache_has(&debian->cache, &debian->packages[i]))
			ret[n++] = i;
	}
	return n;
}

/* -- the newest packages -------------------------------------------------------------------- */

static int find_newest(struct debian *debian, const struct apt *apt, const char *suite,
		       struct err *err)
{
	ARRAY_FREE struct package *found = NULL;
	size_t which[APT_ARCHS_MAX], n = 0, n_found = 0;
	int r;

	for (size_t i = 0; i < debian->request.n_archs && n < APT_ARCHS_MAX; i++) {
		if (asked_for(debian, suite, debian->request.archs[i]))
			which[n++] = i;
	}
	r = newest_find(&debian->request, apt, which, n, &found, &n_found, err);
	if (r < 0 || !n_found)
		return r;
	r = array_reserve(&debian->packages, &debian->room_packages, debian->n_packages + n_found,
			  sizeof(*debian->packages));
	if (r < 0)
		return err_set(err, -r, "cannot list packages");
	memcpy(debian->packages + debian->n_packages, found, n_found * sizeof(*found));
	debian->n_packages += n_found;
	return 0;
}

/* *ret_asked: whether the mirror's lists are of this run. */
static int try_newest(struct debian *debian, const char *suite, const char *mirror, bool *ret_asked,
		      struct err *err)
{
	struct apt apt;
	size_t missing[APT_WORDS_MAX], n;
	int r = open_apt(debian, suite, mirror, &apt, err);

	*ret_asked = r <= 0;
	if (r < 0)
		return r;
	r = find_newest(debian, &apt, suite, err);
	if (r < 0)
		return r;
	n = list_missing(debian, suite, missing);
	return n ? fetch(debian, &apt, missing, n, err) : 0;
}

/* By lists of an earlier run a package may not be there yet, or no longer: then they are fetched.
 */
static int open_newest(struct debian *debian, const char *suite, const char *mirror,
		       struct err *err)
{
	const unsigned max_age = debian->request.max_age;
	size_t before = debian->n_packages;
	bool asked;
	int r = try_newest(debian, suite, mirror, &asked, err);

	if (r == 0 || asked)
		return r;
	debian->n_packages = before;
	debian->request.max_age = 0;
	r = try_newest(debian, suite, mirror, &asked, err);
	debian->request.max_age = max_age;
	return r;
}

/* -- exactly these packages ----------------------------------------------------------------- */

/* An arch without packages on the list would only fail later, with half the work done. */
static int check_listed(const struct debian *debian, struct err *err)
{
	const struct debian_request *request = &debian->request;

	for (size_t i = 0; i < request->n_archs; i++) {
		bool found = false;

		for (size_t j = 0; j < debian->n_packages; j++)
			found = found ||
				str_eq(debian->packages[j].arch, request->archs[i]->debian);
		if (!found)
			return err_say(err, ENOENT, "%s: lists no packages for %s", request->locked,
				       request->archs[i]->name);
	}
	return 0;
}

/* Leaves out what the list has for archs that were not asked for, and of other suites, where it has
 * packages of several Pythons. */
static void keep_wanted(struct debian *debian)
{
	const struct debian_request *request = &debian->request;
	char suite[PACKAGE_WORD_MAX];
	size_t kept = 0;

	lockfile_suite(debian->packages, debian->n_packages, request->minor, suite);
	for (size_t i = 0; i < debian->n_packages; i++) {
		bool wanted = str_eq(debian->packages[i].arch, "all");

		for (size_t j = 0; !wanted && j < request->n_archs; j++)
			wanted = str_eq(debian->packages[i].arch, request->archs[j]->debian);
		if (wanted && (!suite[0] || str_eq(debian->packages[i].suite, suite)))
			debian->packages[kept++] = debian->packages[i];
	}
	debian->n_packages = kept;
}

static int read_locked(struct debian *debian, struct err *err)
{
	int r = lockfile_read(debian->request.locked, &debian->packages, &debian->n_packages, err);

	if (r < 0)
		return r;
	r = check_listed(debian, err);
	if (r < 0)
		return r;
	keep_wanted(debian);
	for (size_t i = 0; i < debian->n_packages; i++) {
		const char *name = debian->packages[i].suite;

		if (!suite_name_valid(name))
			return err_say(err, EINVAL, "%s: %s is no name of a suite",
				       debian->request.locked, name);
		r = add_suite(debian, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_locked(struct debian *debian, const char *suite, const char *mirror,
		       struct err *err)
{
	size_t missing[APT_WORDS_MAX];
	size_t n = list_missing(debian, suite, missing);
	struct apt apt;
	int r;

	if (!n)
		return 0; /* an earlier mirror had them */
	r = open_apt(debian, suite, mirror, &apt, err);
	if (r < 0)
		return r;
	r = offers_check(&apt, debian->packages, missing, n, debian->request.locked, err);
	if (r < 0)
		return r;
	return fetch(debian, &apt, missing, n, err);
}

/* -- all suites ----------------------------------------------------------------------------- */

struct attempt {
	struct debian *debian;
	const char *suite;
};

static int open_from(const char *mirror, struct err *err, void *ctx)
{
	struct attempt *attempt = ctx;
	struct debian *debian = attempt->debian;
	size_t before = debian->n_packages;
	int r;

	if (debian->request.locked)
		return open_locked(debian, attempt->suite, mirror, err);
	r = open_newest(debian, attempt->suite, mirror, err);
	if (r < 0)
		debian->n_packages = before; /* another mirror may have others */
	return r;
}

static int open_suite(struct debian *debian, size_t which, struct err *err)
{
	struct attempt attempt = { debian, debian->suites[which] };
	size_t missing[APT_WORDS_MAX];
	int r;

	if (debian->request.locked && !list_missing(debian, attempt.suite, missing))
		return 0; /* then neither apt nor a network is needed */
	r = apt_available(debian->request.keyring, err);
	if (r < 0)
		return r;
	r = mirrors_try(&debian->mirrors, debian->request.listener, open_from, &attempt, err);
	if (r < 0)
		return r;
	debian->used[which] = debian->mirrors.urls[r];
	return 0;
}

static int find_suites(struct debian *debian, struct err *err)
{
	const struct debian_request *request = &debian->request;

	if (request->locked)
		return read_locked(debian, err);
	for (size_t i = 0; i < request->n_archs; i++) {
		const char *suite;
		int r = suite_of(request, request->archs[i], &suite, err);

		if (r < 0)
			return r;
		r = add_suite(debian, suite, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_all(struct debian *debian, struct err *err)
{
	int r = mirrors_parse(debian->request.mirror, &debian->mirrors, err);

	if (r < 0)
		return r;
	r = package_cache_open(debian->request.cache, debian->request.listener, &debian->cache,
			       err);
	if (r < 0)
		return r;
	r = find_suites(debian, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < debian->n_suites; i++) {
		r = open_suite(debian, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int debian_open(const struct debian_request *request, struct debian **ret, struct err *err)
{
	struct debian *debian;
	int r;

	debian = calloc(1, sizeof(*debian));
	if (!debian)
		return err_set(err, ENOMEM, "cannot list packages");
	debian->request = *request;
	package_cache_init(&debian->cache);
	r = open_all(debian, err);
	if (r < 0) {
		debian_close(debian);
		return r;
	}
	/* what is in the cache now is sound, and only what is not would ever be replaced */
	package_cache_unlock(&debian->cache);
	*ret = debian;
	return 0;
}

void debian_close(struct debian *debian)
{
	if (!debian)
		return;
	package_cache_close(&debian->cache);
	free(debian->packages);
	free(debian);
}

/* -- extracting ----------------------------------------------------------------------------- */

/* Packages made since Debian merged /usr have files in usr/lib alone; the link from /lib is in a
 * package that nothing else here needs. */
static int merge_usr(const char *dir, struct err *err)
{
	static const char *const names[] = { "bin", "sbin", "lib", "lib64" };
	char link[PATH_SIZE], target[64], usr[PATH_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int r = files_path(link, err, "%s/%s", dir, names[i]);

		if (r < 0)
			return r;
		(void)snprintf(target, sizeof(target), "usr/%s", names[i]); /* fits */
		r = files_path(usr, err, "%s/%s", dir, target);
		if (r < 0)
			return r;
		if (!exact_exists(usr) || exact_exists(link))
			continue;
		r = exact_symlink(target, link, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *mirror_used(const struct debian *debian, const char *suite)
{
	for (size_t i = 0; i < debian->n_suites; i++) {
		if (str_eq(debian->suites[i], suite))
			return debian->used[i];
	}
	return debian->mirrors.urls[0];
}

/* Of what is added it is known later who needs whom. */
static int keep_control(int fd, const char *path, struct owners *owners, size_t index,
			struct err *err)
{
	char *text = NULL;
	int r = deb_control(fd, path, &text, err);

	return r < 0 ? r : owners_set_control(owners, index, text, err);
}

static int extract_all(struct debian *debian, const struct arch *arch, const char *dir,
		       struct owners *owners, struct err *err)
{
	const char *suite = suite_used(debian, arch);
	char path[PATH_SIZE];
	int r = exact_mkdirs(dir, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < debian->n_packages; i++) {
		const struct package *package = &debian->packages[i];
		FD_CLEANUP int fd = -1;
		int index;

		if (!str_eq(package->suite, suite) ||
		    (!str_eq(package->arch, arch->debian) && !str_eq(package->arch, "all")))
			continue;
		r = package_cache_path(&debian->cache, package, path, err);
		if (r < 0)
			return r;
		index = owners_add_package(owners, package, err);
		if (index < 0)
			return index;
		fd = package_cache_get(&debian->cache, package);
		if (fd < 0)
			return err_say(err, EAGAIN, "%s has just been removed or changed", path);
		r = deb_extract(fd, path, dir, owners, (size_t)index, err);
		if (r == 0 && debian->request.n_names)
			r = keep_control(fd, path, owners, (size_t)index, err);
		if (r < 0)
			return r;
	}
	owners_sort(owners);
	return merge_usr(dir, err);
}

int debian_extract(struct debian *debian, const struct arch *arch, const char *dir,
		   struct source *ret, struct err *err)
{
	struct owners *owners = calloc(1, sizeof(*owners));
	char about[1024];
	struct text text;
	int r;

	if (!owners)
		return err_set(err, ENOMEM, "cannot extract packages");
	r = extract_all(debian, arch, dir, owners, err);
	if (r < 0) {
		owners_free(owners);
		free(owners);
		return r;
	}
	text_init(&text, about, sizeof(about));
	text_addf(&text, "from debian:%s\nmirror %s\n", suite_used(debian, arch),
		  mirror_used(debian, suite_used(debian, arch)));
	if (debian->request.keyring)
		text_addf(&text, "keyring %s\n", debian->request.keyring);
	return source_extracted(dir, arch, about, owners, ret, err);
}
