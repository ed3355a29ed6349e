/* SPDX-License-Identifier: MIT */
/* Reads lists of packages, each package once. */
#include "source/lockfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/runtime_packages.h"
#include "core/str.h"

static bool same(const struct package *a, const struct package *b)
{
	return str_eq(a->name, b->name) && str_eq(a->arch, b->arch) && str_eq(a->suite, b->suite);
}

/* Adds it unless it is there; two versions of one package are a mistake. */
static int add(struct package *packages, size_t *n, const struct package *package, struct err *err)
{
	if (str_eq(package->sum, "-"))
		return err_say(err, EINVAL,
			       "%s has no checksum, so this list cannot be staged again",
			       package->name);
	for (size_t i = 0; i < *n; i++) {
		if (!same(&packages[i], package))
			continue;
		if (!str_eq(packages[i].sum, package->sum))
			return err_say(err, EINVAL, "%s is listed twice, with two checksums",
				       package->name);
		return 0;
	}
	packages[(*n)++] = *package;
	return 0;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

int lockfile_read(const char *path, struct package **ret, size_t *ret_n, struct err *err)
{
	FILES_FREE char *text = NULL;
	struct package *packages;
	size_t size, n = 0, number = 0;
	int r = files_read(path, &text, &size, err);

	if (r < 0)
		return r;
	packages = calloc(count_lines(text), sizeof(*packages));
	if (!packages)
		return err_set(err, ENOMEM, "cannot read %s", path);
	for (const char *line = text; r >= 0 && *line;) {
		size_t length = strcspn(line, "\n");
		struct package package;

		number++;
		r = package_parse(line, length, &package, err);
		if (r > 0)
			r = add(packages, &n, &package, err);
		line += length + (line[length] == '\n');
	}
	if (r < 0)
		r = err_wrap(err, r, "%s:%zu", path, number);
	else if (!n)
		r = err_say(err, EINVAL, "%s: lists no packages", path);
	if (r < 0) {
		free(packages);
		return r;
	}
	*ret = packages;
	*ret_n = n;
	return 0;
}

const struct arch *lockfile_arch(const struct package *packages, size_t n_packages, size_t n)
{
	size_t n_table;
	const struct arch *table = arch_table(&n_table);

	for (size_t i = 0; i < n_table; i++) {
		for (size_t j = 0; j < n_packages; j++) {
			if (!str_eq(packages[j].arch, table[i].debian))
				continue;
			if (n-- == 0)
				return &table[i];
			break;
		}
	}
	return NULL;
}

void lockfile_suite(const struct package *packages, size_t n_packages, unsigned minor, char *ret)
{
	ret[0] = '\0';
	for (size_t i = 0; minor && i < n_packages; i++) {
		const char *name = packages[i].name;

		if (runtime_packages_minor(name, strlen(name)) == minor)
			(void)str_copy(ret, PACKAGE_WORD_MAX, packages[i].suite); /* of that size */
	}
}
