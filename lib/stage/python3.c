/* SPDX-License-Identifier: MIT */
/* Puts other links in the place of usr/bin/python3, as one transaction. */
#include "stage/python3.h"

#include <errno.h>

#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/tree_layout.h"
#include "stage/build.h"
#include "stage/transaction.h"
#include "sys/tree.h"

static int check_runtime(const char *tree, unsigned minor, const struct arch *arch, struct err *err)
{
	char text[PYTHON_MINORS_TEXT];
	struct python_minors stands;
	int r = tree_need_runtime(tree, arch, err);

	if (r < 0)
		return r;
	tree_pythons(tree, arch, &stands);
	if (python_minors_have(&stands, minor))
		return 0;
	python_minors_sort(&stands);
	python_minors_format(&stands, text);
	return err_say(
		err, ENOENT,
		"%s has Python %s for %s, not 3.%u (Hint: 'busypy stage --from debian --arch "
		"%s --python ...,3.%u' stages it beside them)",
		tree, stands.n ? text : "of no version that tells", arch->name, minor, arch->name,
		minor);
}

static int link_runtime(const char *build, unsigned minor, const struct arch *arch, struct err *err)
{
	char usr[PATH_SIZE], bin[PATH_SIZE];
	int r = files_path(usr, err, "%s/tree/" TREE_USR_OF, build, arch->name);

	if (r < 0)
		return r;
	r = files_path(bin, err, "%s/bin", usr);
	if (r < 0)
		return r;
	r = exact_mkdirs(bin, err);
	return r < 0 ? r : build_link(usr, "python3", minor, err);
}

/* Calls each for every arch that is meant. */
static int for_all(const char *where, const char *tree, unsigned minor,
		   const struct arch *const *archs, size_t n_archs,
		   int (*each)(const char *where, unsigned minor, const struct arch *arch,
			       struct err *err),
		   struct err *err)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_archs; i++)
		r = each(where, minor, archs[i], err);
	for (size_t i = 0; r == 0 && !n_archs && i < n; i++) {
		if (tree_has_runtime(tree, &table[i]))
			r = each(where, minor, &table[i], err);
	}
	return r;
}

int python3_choose(const char *tree, unsigned minor, const struct arch *const *archs,
		   size_t n_archs, struct err *err)
{
	TRANSACTION_CLEANUP struct transaction transaction;
	char real[PATH_SIZE];
	int r;

	transaction_init(&transaction);
	r = tree_resolve(tree, real, err);
	if (r < 0)
		return r;
	r = transaction_open(&transaction, real, 0, err);
	if (r < 0)
		return r;
	r = for_all(real, real, minor, archs, n_archs, check_runtime, err);
	if (r < 0)
		return r;
	r = for_all(transaction.build, real, minor, archs, n_archs, link_runtime, err);
	return r < 0 ? r : transaction_commit(&transaction, err);
}
