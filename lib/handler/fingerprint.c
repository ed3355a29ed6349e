/* SPDX-License-Identifier: MIT */
/* Sums up, as one SHA-256, all that templates are made from besides their trees. */
#include "handler/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/files.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/view_host.h"
#include "handler/mounts.h"
#include "sys/probe.h"
#include "sys/programs.h"

static void add_text(struct sha256 *sha, const char *text)
{
	sha256_add(sha, text, strlen(text) + 1);
}

static void add_conf(struct sha256 *sha, const struct conf *conf)
{
	const char flags[] = { (char)('0' + conf->match_marker), (char)('0' + conf->shared),
			       (char)('0' + conf->user_site), (char)('0' + conf->env), '\0' };

	add_text(sha, flags);
	for (size_t i = 0; i < conf->n_interpreters; i++)
		add_text(sha, conf->interpreters[i]);
	add_text(sha, "");
	for (size_t i = 0; i < conf->n_prune; i++)
		add_text(sha, conf->prune[i]);
	add_text(sha, "");
	for (size_t i = 0; i < conf->n_of_trees; i++) {
		add_text(sha, conf->of_trees[i].path);
		add_text(sha, tree_conf_programs_name(conf->of_trees[i].programs));
		add_text(sha, tree_conf_start_name(conf->of_trees[i].start));
	}
	add_text(sha, "");
}

static int add_program(struct sha256 *sha, const char *name, struct err *err)
{
	char path[PATH_SIZE], hex[SHA256_HEX_SIZE];
	uint64_t size;
	int r = programs_find(name, path, sizeof(path), err);

	if (r < 0)
		return r;
	r = files_sum(path, hex, &size, err);
	if (r < 0)
		return r;
	add_text(sha, hex);
	return 0;
}

static int add_root(struct sha256 *sha, struct err *err)
{
	struct place root;
	int r = probe_place(AT_FDCWD, "/", &root, NULL);

	if (r < 0)
		return err_set(err, -r, "cannot look at /");
	sha256_add(sha, &root, sizeof(root));
	return 0;
}

static int add_top(struct sha256 *sha, bool propagates, struct err *err)
{
	ARRAY_FREE struct facts *facts = malloc(sizeof(*facts));
	int r;

	if (!facts)
		return err_set(err, ENOMEM, "cannot list /");
	facts_init(facts);
	r = probe_top(facts, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < facts->n_top; i++) {
		const struct facts_entry *entry = &facts->top[i];

		if (view_hides_top(entry->name))
			continue;
		add_text(sha, entry->name);
		add_text(sha, entry->target ? entry->target : "");
		sha256_add(sha, &entry->type, sizeof(entry->type));
		/* where mounts propagate, what is mounted on it arrives by itself */
		if (!propagates || facts->children_locked)
			sha256_add(sha, &entry->is_mount, sizeof(entry->is_mount));
	}
	return 0;
}

static int add_mounts(struct sha256 *sha, const struct conf *conf, struct err *err)
{
	struct mounts_summary mounts;
	int r = mounts_summarise(conf, &mounts, err);

	if (r < 0)
		return r;
	r = add_top(sha, mounts.root_propagates, err);
	if (r < 0)
		return r;
	return mounts.root_propagates ? 0 : mounts_add_to(conf, sha, err);
}

int fingerprint_now(const struct conf *conf, char ret[FINGERPRINT_SIZE], struct err *err)
{
	struct sha256 sha;
	unsigned shares;
	int r;

	sha256_init(&sha);
	add_conf(&sha, conf);
	r = add_program(&sha, "loader", err);
	if (r < 0)
		return r;
	r = add_program(&sha, "enter", err);
	if (r < 0)
		return r;
	r = add_program(&sha, "beside", err);
	if (r < 0)
		return r;
	r = add_root(&sha, err);
	if (r < 0)
		return r;
	r = add_mounts(&sha, conf, err);
	if (r < 0)
		return r;
	shares = probe_host_shares();
	sha256_add(&sha, &shares, sizeof(shares));
	sha256_end_hex(&sha, ret);
	return 0;
}
