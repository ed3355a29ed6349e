/* SPDX-License-Identifier: MIT */
/* Any bytes as an index of packages: what is taken lies in it, and lists of packages end. */
#include "core/package_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/deb_version.h"
#include "core/runtime_packages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const char *at, *end;
};

static void check_inside(const struct bytes *bytes, const struct index_text *text)
{
	if (text->n && (text->bytes < bytes->at || text->bytes + text->n > bytes->end))
		abort();
}

static bool find(const char *name, struct index_package *ret, void *ctx)
{
	const struct bytes *bytes = ctx;
	const char *at = bytes->at;

	while (package_index_next(&at, bytes->end, ret)) {
		if (index_text_is(&ret->name, name))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct runtime_packages packages;
	struct bytes bytes = { (const char *)data, (const char *)data + size };
	struct index_package package = { 0 }, before = { 0 };
	const char *at = bytes.at;

	while (package_index_next(&at, bytes.end, &package)) {
		struct index_text name;

		check_inside(&bytes, &package.name);
		check_inside(&bytes, &package.version);
		check_inside(&bytes, &package.section);
		while (package_index_depends(&package.depends, &name))
			check_inside(&bytes, &name);
		if (deb_version_compare(package.version.bytes, package.version.n,
					before.version.bytes, before.version.n) > 0 &&
		    deb_version_compare(before.version.bytes, before.version.n,
					package.version.bytes, package.version.n) > 0)
			abort();
		before = package;
	}
	(void)runtime_packages_default(find, &bytes);
	if (size < 4096 && runtime_packages_list(11, "amd64", find, &bytes, &packages) == 0 &&
	    packages.n < 9)
		abort();
	return 0;
}
