/* SPDX-License-Identifier: MIT */
/* Builds the runtime of an enabled tree once more: what has changed takes its place. */
#include "handler/renew.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "handler/policy.h"
#include "handler/runtimes.h"

static int renew(const struct contract *contract, const struct contract_tree *stands,
		 struct err *err)
{
	struct contract_tree tree = *stands;
	const struct arch *arch = arch_by_name(tree.arch);
	enum runtimes_flags flags = contract->flags & CONTRACT_USER_SITE ? RUNTIMES_USER_SITE : 0;
	int r = arch ? runtimes_build(arch, flags, &tree, err) : 0;

	if (r < 0 && r != -ESTALE)
		return err_wrap(err, r, "the runtime of %s is as it was", tree.path);
	if (r < 0 || !str_eq(tree.word, stands->word))
		return err_say(err, ESTALE,
			       "scripts of %s go on with the Python that it had (Hint: 'busypy "
			       "disable', then 'busypy enable')",
			       tree.path);
	return 0;
}

int renew_runtime(const char *path, struct err *err)
{
	ARRAY_FREE struct contract *contract = malloc(sizeof(*contract));
	char real[PATH_SIZE];
	int r;

	if (!contract)
		return err_set(err, ENOMEM, "cannot look at what is enabled");
	if (geteuid() != 0 || !realpath(path, real))
		return 0;
	r = policy_live_contract(contract, err);
	for (size_t i = 0; r > 0 && i < contract->n_trees; i++) {
		if (str_eq(contract->trees[i].path, real) && contract->trees[i].word[0])
			return renew(contract, &contract->trees[i], err);
	}
	return r < 0 ? r : 0;
}
