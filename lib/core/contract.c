/* SPDX-License-Identifier: MIT */
/* Checks and look-ups of the baked contract; pure. */
#include "core/contract.h"

#include <errno.h>
#include <string.h>

#include "core/env_line.h"
#include "core/str.h"

/* By its last byte: strings are copied into what was zero before. */
static bool terminated(const char *s, size_t size)
{
	return s[size - 1] == '\0';
}

static bool magic_at(const uint8_t *bytes)
{
	return memcmp(bytes, CONTRACT_MAGIC_A, 8) == 0 &&
	       memcmp(bytes + 8, CONTRACT_MAGIC_B, 8) == 0;
}

static bool versions_valid(const struct contract_tree *tree)
{
	static const char name[] = "/versions";
	size_t n = sizeof(name) - 1;

	return tree->versions > n && tree->versions < strlen(tree->path) &&
	       tree->path[tree->versions] == '/' &&
	       memcmp(tree->path + tree->versions - n, name, n) == 0;
}

static bool tree_valid(const struct contract_tree *tree)
{
	return terminated(tree->path, sizeof(tree->path)) && path_canonical(tree->path) &&
	       terminated(tree->id, sizeof(tree->id)) &&
	       terminated(tree->arch, sizeof(tree->arch)) &&
	       terminated(tree->namespace_path, sizeof(tree->namespace_path)) &&
	       terminated(tree->word, sizeof(tree->word)) &&
	       terminated(tree->restorer, sizeof(tree->restorer)) &&
	       terminated(tree->plainly, sizeof(tree->plainly)) &&
	       terminated(tree->minor, sizeof(tree->minor)) &&
	       path_canonical(tree->namespace_path) && (!tree->versions || versions_valid(tree));
}

bool contract_valid(const struct contract *contract)
{
	if (!magic_at((const uint8_t *)contract->magic) || contract->size != sizeof(*contract) ||
	    contract->version != CONTRACT_VERSION || !(contract->flags & CONTRACT_ENABLED) ||
	    contract->n_trees == 0 || contract->n_trees > CONTRACT_TREES_MAX ||
	    !terminated(contract->enter, sizeof(contract->enter)))
		return false;
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (!tree_valid(&contract->trees[i]))
			return false;
	}
	return true;
}

int contract_find(const uint8_t *program, size_t n, size_t *ret_offset)
{
	size_t found = 0;
	struct contract head;

	for (size_t at = 0; at + sizeof(head) <= n; at++) {
		if (program[at] != CONTRACT_MAGIC_A[0] || !magic_at(program + at))
			continue;
		if (found)
			return -EINVAL;
		found = at;
	}
	if (!found)
		return -ENOENT;
	memcpy(&head, program + found, sizeof(head));
	if (head.size != sizeof(head) || head.version != CONTRACT_VERSION)
		return -EPROTO;
	*ret_offset = found;
	return 0;
}

bool contract_tree_is(const struct contract_tree *tree, const struct place *place)
{
	return place->dev == tree->dev && place->ino == tree->ino;
}

bool contract_root_is(const struct contract *contract, const struct place *root)
{
	return root->mount_id == contract->root_mount_id && root->ino == contract->root_ino &&
	       root->dev == contract->root_dev;
}

bool contract_same_file(const struct contract_file *a, const struct contract_file *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->changed == b->changed;
}

bool contract_knows_program(const struct contract *contract, const struct contract_file *file)
{
	if (contract_same_file(&contract->program, file) ||
	    contract_same_file(&contract->env, file))
		return true;
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (contract_same_file(&contract->trees[i].program, file))
			return true;
	}
	return false;
}

const struct contract_tree *contract_starting(const struct contract *contract,
					      const struct contract_file *program,
					      const struct contract_file *root)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		const struct contract_tree *tree = &contract->trees[i];

		if (tree->restorer[0] && tree->view_ino &&
		    contract_same_file(&tree->program, program) &&
		    (!root || (tree->view_dev == root->dev && tree->view_ino == root->ino)))
			return tree;
	}
	return NULL;
}

bool contract_is_python(const struct contract_tree *tree, const char *path)
{
	const char *rest = path + sizeof(ENV_PYTHON) - 1;

	return str_starts(path, ENV_PYTHON) && (!*rest || str_eq(rest, tree->minor));
}

const struct contract_tree *contract_tree_of(const struct contract *contract, const char *path,
					     const struct place *file, bool same_mounts)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		const struct contract_tree *tree = &contract->trees[i];

		if (same_mounts ? file->mount_id != tree->mount_id : file->dev != tree->dev)
			continue;
		if (path_below(path, tree->path) && !str_eq(path, tree->path))
			return tree;
	}
	return NULL;
}

/* The part of path after "VERSIONS/", if it is in there. */
static const char *in_versions(const struct contract_tree *tree, const char *path)
{
	if (!tree->versions || strncmp(path, tree->path, tree->versions) != 0 ||
	    path[tree->versions] != '/')
		return NULL;
	return path + tree->versions + 1;
}

bool contract_covers(const struct contract *contract, const char *path)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (path_below(path, contract->trees[i].path) ||
		    in_versions(&contract->trees[i], path))
			return true;
	}
	return false;
}

const struct contract_tree *contract_sibling(const struct contract *contract, const char *path,
					     struct contract_tree *ret)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		const struct contract_tree *tree = &contract->trees[i];
		const char *rest = in_versions(tree, path);
		size_t n = rest ? strcspn(rest, "/") : 0;

		if (!n || !rest[n]) /* a file between the versions is in none of them */
			continue;
		*ret = *tree;
		if (str_copy_bytes(ret->path, sizeof(ret->path), path, (size_t)(rest - path) + n) <
			    0 ||
		    str_copy_bytes(ret->id, sizeof(ret->id), rest, n) < 0)
			return NULL;
		ret->namespace_path[0] = ret->word[0] = ret->restorer[0] = '\0';
		ret->namespace_ino = ret->ino = ret->view_ino = 0;
		return tree;
	}
	return NULL;
}

/* The part of path after "EXPORT/ENTRY", if it goes by an entry of the tree's export other than its
 * folder of versions; *ret_entry is the entry. */
static const char *by_entry(const struct contract_tree *tree, const char *path,
			    const char **ret_entry)
{
	size_t n = tree->versions;
	const char *rest;

	/* the export's own path, without "/versions" */
	while (n && tree->path[n - 1] != '/')
		n--;
	if (n < 2 || strncmp(path, tree->path, n) != 0 || in_versions(tree, path))
		return NULL;
	rest = strchr(path + n, '/');
	*ret_entry = path + n;
	return rest == path + n ? NULL : rest;
}

int contract_pin(const struct contract_tree *tree, const char *path, char *dst, size_t size)
{
	const char *entry;
	const char *rest = by_entry(tree, path, &entry);

	return rest ? path_join(dst, size, tree->path, rest + 1) : -ENOENT;
}

bool contract_by_link(const struct contract *contract, const char *path, size_t *ret_export,
		      size_t *ret_link)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		const char *entry;
		const char *rest = by_entry(&contract->trees[i], path, &entry);

		if (!rest)
			continue;
		*ret_export = (size_t)(entry - path);
		*ret_link = (size_t)(rest - path);
		return true;
	}
	return false;
}
