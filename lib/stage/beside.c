/* SPDX-License-Identifier: MIT */
/* Compares releases of glibc, and has the whole runtime checked. */
#include "stage/beside.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "source/source.h"

enum { RELEASE_MAX = 32 };

/* -- whose libraries ------------------------------------------------------------------------ */

/* "2.36" as 2036: of two releases the newer one has the larger number. */
static uint64_t number_of(const char *release)
{
	char word[RELEASE_MAX];
	uint64_t major = 0, minor = 0;
	size_t n = strcspn(release, ".");

	if (str_copy_bytes(word, sizeof(word), release, n) < 0 ||
	    str_to_u64(word, 10, &major) < 0 || !release[n] ||
	    str_to_u64(release + n + 1, 10, &minor) < 0)
		return 0;
	return major * 1000 + minor;
}

/* The release of the ld.so that an interpreter asks for; 0 if that is none of glibc. */
static uint64_t read_release(const struct source *source, unsigned minor)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic python = { 0 };
	FILES_FREE char *bytes = NULL;
	char name[PYTHON_NAME_PATH_SIZE], real[PATH_SIZE], release[RELEASE_MAX];
	size_t n;

	python_name_path(minor, name);
	if (sysroot_find(source->root, name, real) < 0 ||
	    elf_dynamic_read(real, &python, NULL) < 0 || !python.interp ||
	    sysroot_find(source->root, python.interp, real) < 0 ||
	    exact_read(real, &bytes, &n, NULL) < 0 ||
	    !ldso_release(bytes, n, release, sizeof(release)))
		return 0;
	return number_of(release);
}

int beside_order(struct source *sources, struct python_minors *pythons, struct err *err)
{
	uint64_t releases[PYTHON_MINORS_MAX];

	for (size_t i = 0; i < pythons->n; i++) {
		struct source source = sources[i];
		unsigned minor = pythons->minor[i];
		uint64_t release = read_release(&source, minor);
		size_t k = i;

		if (!release)
			return err_say(err, ENOEXEC,
				       "Python 3.%u comes without an ld.so of glibc, and can stand "
				       "beside no other",
				       minor);
		for (; k > 0 && (releases[k - 1] < release ||
				 (releases[k - 1] == release && pythons->minor[k - 1] < minor));
		     k--) {
			sources[k] = sources[k - 1];
			pythons->minor[k] = pythons->minor[k - 1];
			releases[k] = releases[k - 1];
		}
		sources[k] = source;
		pythons->minor[k] = minor;
		releases[k] = release;
	}
	return 0;
}

/* -- whether they can ----------------------------------------------------------------------- */

struct proof {
	const struct arch *arch;
	const struct python_minors *pythons;
	struct err *err; /* the first thing that is missing */
};

/* Which of the Pythons beside the first one a file is a part of, by its place in the tree; 0 if of
 * none. A library may serve any. */
static unsigned whose(const struct proof *proof, const char *path)
{
	char ignored[TREE_ARCH_SIZE];
	unsigned minor = python_name_minor(path_base(path));

	if (tree_layout_below(path, TREE_CLIB, ignored))
		return proof->pythons->minor[1];
	minor = minor ? minor : python_name_of_file(path);
	return minor != proof->pythons->minor[0] && python_minors_have(proof->pythons, minor)
		       ? minor
		       : 0;
}

static void refuse(const struct finding *finding, void *ctx)
{
	struct proof *proof = ctx;
	unsigned minor = whose(proof, finding->path);

	if (finding->severity != FINDING_ERROR || !minor || proof->err->code)
		return;
	(void)err_say(
		proof->err, ENOEXEC,
		"Python 3.%u cannot stand beside 3.%u, whose libraries are newer: %s %s (Hint: "
		"leave 3.%u out of --python, or take it from a newer suite)",
		minor, proof->pythons->minor[0], finding->path, finding->what, minor);
}

int beside_prove(const char *tree, const struct arch *arch, const struct python_minors *pythons,
		 struct err *err)
{
	struct err missing = { 0 };
	struct proof proof = { .arch = arch, .pythons = pythons, .err = &missing };
	struct check_counts counts;
	int r = check_run(&(struct check_request){ .tree = tree,
						   .archs = (const struct arch *[]){ arch, NULL },
						   .skip = CHECK_SKIP_LAYOUT | CHECK_SKIP_PYTHON |
							   CHECK_SKIP_PROGRAMS | CHECK_SKIP_SUMS |
							   CHECK_SKIP_SYNTAX | CHECK_SKIP_DISTS,
						   .found = refuse,
						   .ctx = &proof },
			  &counts, err);

	return r < 0 || !missing.code ? r : err_say(err, missing.code, "%s", missing.text);
}
