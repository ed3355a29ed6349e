/* SPDX-License-Identifier: MIT */
/* Versions, an index and the rule by which packages are found in it. */
#include "core/runtime_packages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/deb_version.h"
#include "core/package_index.h"
#include "core/str.h"

static int compare(const char *a, const char *b)
{
	int difference = deb_version_compare(a, strlen(a), b, strlen(b));

	return (difference > 0) - (difference < 0);
}

/* Each older than the next one. */
static void test_versions(void)
{
	static const char *const order[] = {
		"0~",	      "0",	"0.9-1",    "1.0~rc1-1", "1.0~rc1-1+b1",
		"1.0-1~bpo1", "1.0-1",	"1.0-1+b1", "1.0-1.1",	 "1.0-2",
		"1.0-10",     "1.0a-1", "1.0+b",    "1.0.1",	 "1.00000002",
		"1.00000010", "2",	"1:0.1-1",
	};
	size_t n = sizeof(order) / sizeof(order[0]);
	bool sound = true;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			if (compare(order[i], order[j]) == (i > j) - (i < j))
				continue;
			sound = false;
			(void)printf("# %s, %s: %d\n", order[i], order[j],
				     compare(order[i], order[j]));
		}
	}
	CHECK(sound, "versions are in dpkg's order");
	CHECK(compare("1.0-0", "1.0") == 0, "no revision is the revision 0");
	CHECK(compare("0:1", "1") == 0, "no epoch is the epoch 0");
	CHECK(compare("1.0-1", "1.00-01") == 0, "zeros before a number do not count");
	CHECK(compare("", "") == 0 && compare("~", "") < 0, "what is empty");
	CHECK(compare("99999999999999999999999", "99999999999999999999998") > 0, "long numbers");
}

/* -- an index ------------------------------------------------------------------------------- */

static const char bookworm[] =
	"Package: python3-minimal\nSection: python\nArchitecture: amd64\n"
	"Pre-Depends: python3.11-minimal (>= 3.11.2-1~)\nDepends: dpkg (>= 1.13.20)\n\n"
	"Package: python3.11-minimal\nSection: python\nArchitecture: amd64\n"
	"Depends: libpython3.11-minimal (= 3.11.2-6), libexpat1 (>= 2.1~beta3), zlib1g (>= "
	"1:1.2.0)\n"
	"Pre-Depends: libc6 (>= 2.35)\n\n"
	"Package: libpython3.11-minimal\nSection: python\nArchitecture: amd64\n"
	"Depends: libc6 (>= 2.14), libssl3 (>= 3.0.0)\n\n"
	"Package: libpython3.11-stdlib\nSection: python\nArchitecture: amd64\n"
	"Depends: libpython3.11-minimal (= 3.11.2-6), media-types | mime-support,\n"
	" libbz2-1.0, libdb5.3, libnsl2 (>= 2.0.0), libtirpc3, libreadline8:any [linux-any] "
	"<!a>\n\n"
	"Package: python3.9-minimal\nSection: oldlibs\n\n"
	"Package: libc6\nSection: libs\nArchitecture: amd64\nDepends: libgcc-s1, libcrypt1 (>= "
	"1)\n\n"
	"Package: libgcc-s1\nSection: libs\nDepends: gcc-12-base (= 12.2.0-14), libc6\n\n"
	"Package: gcc-12-base\nSection: libs\n\n"
	"Package: libssl3\nSection: libs\nDepends: libc6, debconf (>= 0.5) | debconf-2.0, "
	"libatomic1\n\n"
	"Package: libexpat1\nSection: libs\n\nPackage: zlib1g\nSection: libs\n\n"
	"Package: libcrypt1\nSection: libs\n\nPackage: libbz2-1.0\nSection: libs\n\n"
	"Package: libdb5.3\nSection: libs\n\nPackage: libnsl2\nSection: libs\n\n"
	"Package: libtirpc3\nSection: libs\nDepends: libtirpc-common\n\n"
	"Package: libreadline8\nSection: libs\nDepends: readline-common, libtinfo6\n\n"
	"Package: libtinfo6\nSection: libs\n\nPackage: readline-common\nSection: utils\n\n"
	"Package: libatomic1\nSection: libs\n\nPackage: dpkg\nSection: admin\n\n"
	"Package: media-types\nSection: net\n\nPackage: libc-bin\nSection: libs\n\n"
	"Package: ncurses-base\nArchitecture: all\nSection: misc\n\n"
	"Package: tzdata\nArchitecture: all\nSection: localization\nDepends: debconf\n\n"
	"Package: ca-certificates\nArchitecture: all\nSection: misc\nDepends: openssl\n\n"
	"Package: busybox-static\nSection: shells\n";

/* What the tests look up: a text, of which one package may be hidden. */
struct place {
	const char *text, *hidden;
};

static bool find(const char *name, struct index_package *ret, void *ctx)
{
	const struct place *place = ctx;
	const char *at = place->text, *end = at + strlen(at);

	if (place->hidden && str_eq(name, place->hidden))
		return false;
	while (package_index_next(&at, end, ret)) {
		if (index_text_is(&ret->name, name))
			return true;
	}
	return false;
}

static void test_index(void)
{
	static const char odd[] = "\n\nVersion: 1\n\nPackage : x\nno field\n\nPackage: a\n"
				  "Depends:\n b,\n\tc (>= 1) | d, , ( , e\nDependsX: z";
	const char *at = odd, *end = odd + strlen(odd);
	struct index_package package;
	struct index_text name;
	char names[32];
	struct text text;

	CHECK(package_index_next(&at, end, &package) == 1 && index_text_is(&package.name, "a"),
	      "paragraphs without a Package are passed over");
	text_init(&text, names, sizeof(names));
	while (package_index_depends(&package.depends, &name)) {
		text_add_bytes(&text, name.bytes, name.n);
		text_add(&text, ";");
	}
	CHECK_TEXT(names, "b;c;e;", "a folded Depends, its alternatives and versions");
	CHECK(!package.version.n && !package_index_next(&at, end, &package),
	      "and nothing after it");
}

/* -- the rule ------------------------------------------------------------------------------- */

static void check_names(unsigned minor, const char *arch, struct place *place, const char *wanted,
			const char *what)
{
	static struct runtime_packages packages;
	char names[1024];
	struct text text;

	text_init(&text, names, sizeof(names));
	if (runtime_packages_list(minor, arch, find, place, &packages) < 0)
		text_addf(&text, "missing %s", packages.missing);
	for (size_t i = 0; !packages.missing[0] && i < packages.n; i++)
		text_addf(&text, "%s%s%s", i ? " " : "", packages.names[i],
			  packages.all[i] ? "*" : "");
	CHECK_TEXT(names, wanted, what);
}

static void test_rule(void)
{
	struct place place = { bookworm, NULL };

	check_names(
		11, "amd64", &place,
		"python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libc6 libgcc-s1 "
		"libexpat1 zlib1g libssl3 libbz2-1.0 libreadline8 libcrypt1 gcc-12-base "
		"libatomic1 libtinfo6 libc-bin ncurses-base* tzdata* ca-certificates* "
		"busybox-static",
		"Python, its libraries, theirs, and data; not dpkg, nor what nis and _dbm need");
	check_names(0, "s390x", &place,
		    "libc6 libgcc-s1 libcrypt1 gcc-12-base libc-bin ncurses-base* tzdata* "
		    "ca-certificates*",
		    "the C library alone; a rescue shell only where machines boot");
	place.hidden = "busybox-static";
	check_names(0, "amd64", &place,
		    "libc6 libgcc-s1 libcrypt1 gcc-12-base libc-bin ncurses-base* tzdata* "
		    "ca-certificates*",
		    "a suite without a rescue shell");
	place.hidden = "libpython3.11-stdlib";
	check_names(11, "amd64", &place, "missing libpython3.11-stdlib",
		    "a suite without the rest");
}

static void test_minors(void)
{
	struct place place = { bookworm, NULL };

	CHECK(runtime_packages_default(find, &place) == 11, "python3-minimal tells the default");
	place.hidden = "python3-minimal";
	CHECK(runtime_packages_default(find, &place) == 0, "or nobody does");
	CHECK(runtime_packages_minor("python3.15-minimal", 18) == 15, "an interpreter's package");
	CHECK(!runtime_packages_minor("python3.15-minimal", 17) &&
		      !runtime_packages_minor("libpython3.15-minimal", 21) &&
		      !runtime_packages_minor("-minimal", 8) &&
		      !runtime_packages_minor("python3-minimal", 15),
	      "and others");
}

/* Libraries that want ever more. */
static void test_too_many(void)
{
	static struct runtime_packages packages;
	static char text[32 * 1024];
	struct place place = { text, NULL };
	struct text out;

	text_init(&out, text, sizeof(text));
	text_add(&out, "Package: libc6\nSection: libs\nDepends: lib0\n\n");
	for (int i = 0; i < 200; i++)
		text_addf(&out, "Package: lib%d\nSection: libs\nDepends: lib%d\n\n", i, i + 1);
	CHECK(text_check(&out) == 0, "the text fits");
	CHECK(runtime_packages_list(0, "amd64", find, &place, &packages) == -E2BIG,
	      "more packages than any runtime has");
}

int main(void)
{
	test_versions();
	test_index();
	test_rule();
	test_minors();
	test_too_many();
	return done();
}
