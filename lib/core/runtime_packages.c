/* SPDX-License-Identifier: MIT */
/* The rule: some packages by name, and of what these depend on, directly or not, the libraries. Not
 * all dependencies: those want dpkg, tar, Perl and more, which no runtime needs. For Debian 12 and
 * 13 it finds what a closure over the ELF files found, for each arch. */
#include "core/runtime_packages.h"

#include <errno.h>
#include <string.h>

#include "core/package_index.h"
#include "core/python_name.h"
#include "core/str.h"

/* What only nis and _dbm need, which are left out of runtimes, and character sets that iconv loads
 * by name. */
static const char *const left_out[] = { "libnsl2", "libtirpc*", "libdb5*",
					"libc-gconv-modules-extra" };

static const char minimal[] = "-minimal";

static bool is_listed(const struct runtime_packages *packages, const char *name)
{
	for (size_t i = 0; i < packages->n; i++) {
		if (str_eq(packages->names[i], name))
			return true;
	}
	return false;
}

static int add(struct runtime_packages *packages, const char *name)
{
	if (is_listed(packages, name))
		return 0;
	if (packages->n == RUNTIME_PACKAGES_MAX)
		return -E2BIG;
	return str_copy(packages->names[packages->n++], RUNTIME_PACKAGE_SIZE, name);
}

static bool is_wanted(const char *name, const struct index_package *package)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		if (path_match(left_out[i], name))
			return false;
	}
	return index_text_is(&package->section, "libs");
}

static int add_libraries(struct index_text depends, runtime_packages_find *find, void *ctx,
			 struct runtime_packages *ret)
{
	struct index_text text;

	while (package_index_depends(&depends, &text)) {
		char name[RUNTIME_PACKAGE_SIZE];
		struct index_package package;
		int r;

		if (str_copy_bytes(name, sizeof(name), text.bytes, text.n) < 0 ||
		    !find(name, &package, ctx) || !is_wanted(name, &package))
			continue;
		r = add(ret, name);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_python(unsigned minor, struct runtime_packages *ret)
{
	static const char *const names[] = { "python3.%u-minimal", "libpython3.%u-minimal",
					     "libpython3.%u-stdlib" };
	char name[RUNTIME_PACKAGE_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *number = strchr(names[i], '%');
		struct text text;
		int r;

		text_init(&text, name, sizeof(name));
		text_add_bytes(&text, names[i], (size_t)(number - names[i]));
		text_addf(&text, "%u%s", minor, number + strlen("%u"));
		r = add(ret, name);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The data of terminals, time zones, character sets and certificates, and for archs that can boot
 * their rescue shell, if the suite has it. */
static int add_rest(unsigned minor, const char *arch, runtime_packages_find *find, void *ctx,
		    struct runtime_packages *ret)
{
	static const char *const data[] = { "libc-bin", "ncurses-base", "tzdata",
					    "ca-certificates" };
	static const char rescue[] = "busybox-static";
	static const char crypt[] = "libcrypt1";
	bool boots = str_eq(arch, "amd64") || str_eq(arch, "arm64");
	struct index_package package;

	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		int r = add(ret, data[i]);

		if (r < 0)
			return r;
	}
	/* a Python that is from elsewhere may have been built where it was part of the C library */
	if (!minor && find(crypt, &package, ctx)) {
		int r = add(ret, crypt);

		if (r < 0)
			return r;
	}
	return boots && find(rescue, &package, ctx) ? add(ret, rescue) : 0;
}

int runtime_packages_list(unsigned minor, const char *arch, runtime_packages_find *find, void *ctx,
			  struct runtime_packages *ret)
{
	struct index_package package;
	int r;

	*ret = (struct runtime_packages){ .n = 0 };
	r = minor ? add_python(minor, ret) : 0;
	if (r == 0)
		r = add(ret, "libc6");
	if (r == 0)
		r = add(ret, "libgcc-s1");
	/* what is added is looked at in its turn; the data depend on nothing that is wanted */
	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		if (!find(ret->names[i], &package, ctx))
			continue;
		r = add_libraries(package.pre_depends, find, ctx, ret);
		if (r == 0)
			r = add_libraries(package.depends, find, ctx, ret);
	}
	if (r == 0)
		r = add_rest(minor, arch, find, ctx, ret);
	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		if (find(ret->names[i], &package, ctx)) {
			ret->all[i] = index_text_is(&package.arch, "all");
			continue;
		}
		(void)str_copy(ret->missing, sizeof(ret->missing), ret->names[i]); /* fits */
		return -ENOENT;
	}
	return r;
}

unsigned runtime_packages_minor(const char *name, size_t n)
{
	char python[32];

	if (n <= strlen(minimal) ||
	    memcmp(name + n - strlen(minimal), minimal, strlen(minimal)) != 0 ||
	    str_copy_bytes(python, sizeof(python), name, n - strlen(minimal)) < 0)
		return 0;
	return python_name_minor(python);
}

unsigned runtime_packages_default(runtime_packages_find *find, void *ctx)
{
	struct index_package package;
	struct index_text name;

	if (!find("python3-minimal", &package, ctx))
		return 0;
	for (int i = 0; i < 2; i++) {
		struct index_text depends = i ? package.depends : package.pre_depends;

		while (package_index_depends(&depends, &name)) {
			unsigned minor = runtime_packages_minor(name.bytes, name.n);

			if (minor)
				return minor;
		}
	}
	return 0;
}
