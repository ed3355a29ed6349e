/* SPDX-License-Identifier: MIT */
/* The distributions of a tree and of a folder, by files that are made here. */
#include "base/dists.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "check.h"

#define EMPTY_BASE64 "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define DIST(arch) "etc/python/" arch "/usr/lib/python3/dist-packages/"

static char dir[] = "/tmp/dists.XXXXXX";

static void put(const char *path, const char *text)
{
	char full[PATH_SIZE], above[PATH_SIZE];

	if (files_path(full, NULL, "%s/%s", dir, path) < 0 ||
	    files_path(above, NULL, "%.*s", (int)(path_base(full) - full) - 1, full) < 0 ||
	    files_mkdirs(above, NULL) < 0 || files_write(full, text, strlen(text), 0644, NULL) < 0)
		CHECK(false, path);
}

static void make_tree(void)
{
	put("site-package/Pure_Pkg-1.0.dist-info/METADATA",
	    "Metadata-Version: 2.1\nName: Pure.Pkg\nVersion: 1.0\nLicense: MIT\nthe text\n");
	put("site-package/other-2.dist-info/METADATA",
	    "Name: other\nVersion: 2\nLicense: all\n  of it\nLicense-Expression: MIT OR X\n"
	    "License: no\nRequires-Python: >=3.8\nRequires-Dist: a>1\nRequires-Dist: b; x\n");
	put("site-package/other-2.dist-info/INSTALLER", "pip\n");
	put("site-package/other-2.dist-info/REQUESTED", "");
	put("site-package/other-2.dist-info/RECORD",
	    "other/a.py,sha256=" EMPTY_BASE64 ",0\n../bin/tool,,\n../etc/passwd,,\n"
	    "../../../../bin/up,,\n/site-package/abs.py,,7\n/bin/../bin/tool2,,\n..,,\n../bin,,\n"
	    "../site-packages/x,,\n");
	put(DIST("aarch64") "numpy-1.24.dist-info/METADATA", "Name: numpy\nVersion: 1.24\n");
	put(DIST("x86_64") "numpy-1.24.dist-info/METADATA", "Name: numpy\nVersion: 1.24\n");
	put(DIST("x86_64") "numpy-1.24.dist-info/RECORD",
	    "numpy/x.so,,\n../../../../bin/f2py,,\n../../python3.11/x,,\n/lib/libc.so.6,,\n");
	put(DIST("x86_64") "old-3.egg-info/PKG-INFO", "Name: old\nVersion: 3\n");
	put(DIST("x86_64") "file-4-py3.11.egg-info", "Metadata-Version: 1.0\n");
	put(DIST("x86_64") "bare.dist-info/METADATA", "no field");
	put("etc/python/x86_64/usr/lib/python3.13/site-packages/other-3.dist-info/METADATA",
	    "Name: Other\nVersion: 3\n");
}

static const struct dist *find(const struct dists *dists, const char *key, const char *arch)
{
	return dists_find(dists, key, arch_by_name(arch));
}

static void test_tree(struct err *err)
{
	struct dists dists = { 0 };
	const struct dist *dist;
	char keys[256];
	struct text text;

	text_init(&text, keys, sizeof(keys));
	CHECK(dists_read(dir, &dists, err) == 0, "a tree is read");
	for (size_t i = 0; i < dists.n; i++)
		text_addf(&text, "%s %s %s, ", dists.dists[i].key, dists.dists[i].version,
			  dists.dists[i].arch ? dists.dists[i].arch->name : "all");
	CHECK_TEXT(keys,
		   "bare  x86_64, file 4 x86_64, numpy 1.24 x86_64, numpy 1.24 aarch64, old 3 "
		   "x86_64, other 2 all, other 3 x86_64, pure-pkg 1.0 all, ",
		   "all of them, in order");
	dist = find(&dists, "other", "aarch64");
	CHECK(dist && !dist->arch && dist->requested && dist->n_needs == 2 && dist->has_record,
	      "one for all archs");
	CHECK_TEXT(dist->licence, "MIT OR X", "its licence is the expression");
	CHECK_TEXT(dist->requires_python, ">=3.8", "its Requires-Python");
	CHECK_TEXT(dist->needs[1], "b; x", "what it needs");
	CHECK_TEXT(dist->installer, "pip", "its installer");
	CHECK_TEXT(dist->info, "site-package/other-2.dist-info", "where it is");
	text_init(&text, keys, sizeof(keys));
	for (size_t i = 0; i < dist->n_files; i++)
		text_addf(&text, "%s ", dist->files[i].path);
	CHECK_TEXT(keys, "site-package/other/a.py bin/tool bin/up site-package/abs.py bin/tool2 ",
		   "its files: those that it may own");
	CHECK(dist->files[0].sum[0] == 'e' && dist->files[0].sized && !dist->files[1].sum[0] &&
		      dist->files[3].size == 7,
	      "their sums and sizes");
	dist = find(&dists, "other", "x86_64");
	CHECK_TEXT(dist->version, "3", "a runtime's own is found first");
	CHECK_TEXT(find(&dists, "pure-pkg", "x86_64")->licence, "MIT", "an older licence");
	CHECK_TEXT(find(&dists, "pure-pkg", "x86_64")->name, "Pure.Pkg", "a name as it is spelt");
	dist = find(&dists, "numpy", "x86_64");
	CHECK(dist && dist->n_files == 2, "a RECORD of a runtime");
	CHECK_TEXT(dist->files[0].path, DIST("x86_64") "numpy/x.so", "a path in it");
	CHECK_TEXT(dist->files[1].path, "bin/f2py", "a script of it");
	CHECK(!find(&dists, "old", "aarch64") && !find(&dists, "none", "x86_64"),
	      "one that is not there");
	dists_free(&dists);
}

static void test_folder(struct err *err)
{
	struct dists dists = { 0 };
	char path[PATH_SIZE];

	put("target/pkg-1.dist-info/METADATA", "Name: pkg\nVersion: 1\n");
	put("target/pkg-1.dist-info/RECORD", "pkg.py,,\nbin/tool,,\n../x,,\n/pkg2.py,,\n");
	CHECK(files_path(path, err, "%s/target", dir) == 0 &&
		      dists_read_folder(path, &dists, err) == 0 && dists.n == 1,
	      "a folder is read");
	CHECK(dists.n == 1 && dists.dists[0].n_files == 4, "its RECORD");
	CHECK_TEXT(dists.dists[0].files[1].path, "bin/tool", "what is in its bin");
	CHECK_TEXT(dists.dists[0].files[2].path, "x", "what never leads out of it");
	dists_free(&dists);
	CHECK(files_path(path, err, "%s/nothing", dir) == 0 &&
		      dists_read_folder(path, &dists, err) == 0 && dists.n == 0,
	      "one that is not there has none");
	dists_free(&dists);
}

int main(void)
{
	struct err err = { 0 };

	if (!mkdtemp(dir))
		return 1;
	make_tree();
	test_tree(&err);
	test_folder(&err);
	CHECK(walk_remove(dir, &err) == 0, "nothing is left");
	return done();
}
