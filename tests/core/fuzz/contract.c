/* SPDX-License-Identifier: MIT */
/* Any bytes as a contract, and as a program that should have one. */
#include "core/contract.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every string of a contract that was found whole ends within it. */
static void use(const struct contract *contract)
{
	struct place place = { contract->trees[0].mount_id, contract->trees[0].dev, 0 };

	if (strlen(contract->enter) >= CONTRACT_PATH_MAX)
		abort();
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (contract->trees[i].path[0] != '/' ||
		    strlen(contract->trees[i].namespace_path) >= CONTRACT_PATH_MAX)
			abort();
	}
	if (contract_tree_of(contract, contract->trees[0].path, &place, true) ==
	    &contract->trees[0])
		abort(); /* a tree itself is no script of it */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct contract contract;
	size_t at;

	if (contract_find(data, size, &at) == 0 && at + sizeof(contract) > size)
		abort();
	/* The fixed fields are given, so that the rest is reached. */
	memset(&contract, 0, sizeof(contract));
	memcpy(&contract, data, size < sizeof(contract) ? size : sizeof(contract));
	memcpy(contract.magic, CONTRACT_MAGIC_A CONTRACT_MAGIC_B, sizeof(contract.magic));
	contract.size = sizeof(contract);
	contract.version = CONTRACT_VERSION;
	contract.flags |= CONTRACT_ENABLED;
	contract.n_trees = contract.n_trees % CONTRACT_TREES_MAX + 1;
	for (size_t i = 0; i < contract.n_trees; i++) {
		contract.trees[i].path[0] = '/';
		contract.trees[i].namespace_path[0] = '/';
	}
	if (contract_valid(&contract))
		use(&contract);
	return 0;
}
