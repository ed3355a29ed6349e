/* SPDX-License-Identifier: MIT */
/* The order of removing: what is named, what needs it, its files, records, checks, commit. */
#include "add/remove.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/going.h"
#include "add/inventory.h"
#include "add/removal.h"
#include "add/unrecord.h"
#include "base/destination.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/listener.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/lock_line.h"
#include "core/path_size.h"
#include "core/str.h"
#include "stage/skeleton.h"
#include "stage/transaction.h"
#include "sys/tree.h"

/* -- what is named -------------------------------------------------------------------------- */

/* True if a word of the command line names an entry: NAME or KIND:NAME. */
static bool names(const char *word, const struct inventory_entry *entry)
{
	const char *kind = inventory_kind_word(entry->kind);
	size_t n = strlen(kind);
	char name[LOCK_NAME_MAX];

	if (str_starts(word, kind) && word[n] == ':')
		word += n + 1;
	if (str_eq(word, entry->name))
		return true;
	return entry->kind == INVENTORY_WHEEL && lock_name_of(word, name) == 0 &&
	       strlen(word) == strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					    "0123456789._-") &&
	       str_eq(name, entry->name);
}

/* What has a name but no file is only an edge between others. */
static bool is_there(const struct inventory_entry *entry)
{
	return entry->n_files || entry->version[0];
}

static int choose_one(struct removal *removal, const char *word, struct err *err)
{
	const struct inventory_entry *found = NULL;

	for (size_t i = 0; i < removal->all->n; i++) {
		const struct inventory_entry *entry = &removal->all->entries[i];

		if (!is_there(entry) || !names(word, entry))
			continue;
		if (found && found->kind != entry->kind)
			return err_say(err, EINVAL,
				       "%s is the name of two things (Hint: they are %s:%s and "
				       "%s:%s)",
				       word, inventory_kind_word(found->kind), found->name,
				       inventory_kind_word(entry->kind), entry->name);
		found = entry;
		removal->gone[i] = true;
	}
	if (found)
		return 0;
	return err_say(err, ENOENT,
		       "nothing that was added to %s is called %s (Hint: 'busypy list %s' shows "
		       "what there is)",
		       removal->tree->path, word, removal->request->tree);
}

/* -- who needs whom ------------------------------------------------------------------------- */

/* True if one, in the runtime that it is in, may need the other. */
static bool needs(const struct inventory_entry *one, const struct inventory_entry *other)
{
	if (one->kind != other->kind || (one->arch && other->arch && one->arch != other->arch))
		return false;
	for (size_t i = 0; i < one->n_needs; i++) {
		if (str_eq(one->needs[i], other->name))
			return true;
	}
	return false;
}

/* Something that stays and needs this; NULL if nothing does. Of what has no files, only what needs
 * that counts. */
static const struct inventory_entry *find_user(const struct removal *removal, size_t which)
{
	for (size_t i = 0; i < removal->all->n; i++) {
		const struct inventory_entry *entry = &removal->all->entries[i];

		if (i != which && !removal->gone[i] && needs(entry, &removal->all->entries[which]))
			return entry;
	}
	return NULL;
}

/* Takes what nothing needs any more, and nobody asked for: it came with what goes. */
static void prune(struct removal *removal, bool all)
{
	bool more;

	do {
		more = false;
		for (size_t i = 0; i < removal->all->n; i++) {
			const struct inventory_entry *entry = &removal->all->entries[i];
			bool came = false;

			if (removal->gone[i] || entry->wanted || (!all && is_there(entry)))
				continue;
			for (size_t j = 0; j < removal->all->n && !came; j++)
				came = removal->gone[j] && needs(&removal->all->entries[j], entry);
			if (!came || find_user(removal, i))
				continue;
			removal->gone[i] = more = true;
		}
	} while (more);
}

/* The names of those that stay and need something that goes. */
static int check_needs(const struct removal *removal, struct err *err)
{
	for (size_t i = 0; i < removal->all->n; i++) {
		const struct inventory_entry *entry = &removal->all->entries[i];
		char users[256] = "";
		struct text text;

		if (!removal->gone[i] || !find_user(removal, i))
			continue;
		text_init(&text, users, sizeof(users));
		for (size_t j = 0; j < removal->all->n; j++) {
			const struct inventory_entry *user = &removal->all->entries[j];

			/* sorted by name: what is there for several archs stands together */
			if (removal->gone[j] || !needs(user, entry) ||
			    (j && str_eq(removal->all->entries[j - 1].name, user->name) &&
			     needs(&removal->all->entries[j - 1], entry)))
				continue;
			text_addf(&text, "%s%s", text.used ? ", " : "", user->name);
		}
		return err_say(err, EBUSY,
			       "%s is needed by %s%s (Hint: name what needs it, too, or --force)",
			       entry->name, users, text.overflow ? ", ..." : "");
	}
	return 0;
}

static int choose(struct removal *removal, struct err *err)
{
	const struct remove_request *request = removal->request;
	int r;

	removal->gone = calloc(removal->all->n + 1, sizeof(*removal->gone));
	if (!removal->gone)
		return err_set(err, ENOMEM, "cannot remove anything");
	for (size_t i = 0; i < request->n_names; i++) {
		r = choose_one(removal, request->names[i], err);
		if (r < 0)
			return r;
	}
	prune(removal, request->flags & REMOVE_PRUNE);
	return request->flags & REMOVE_FORCE ? 0 : check_needs(removal, err);
}

/* -- the order ------------------------------------------------------------------------------ */

static int write_gone(struct removal *removal, struct err *err)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r = files_path(path, err, "%s/gone", removal->transaction->build);

	if (!out)
		return err_set(err, ENOMEM, "cannot remove anything");
	for (size_t i = 0; i < removal->going->n; i++)
		(void)fprintf(out, "%s%c", removal->going->paths[i], '\0');
	if (fclose(out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot remove anything");
	return r < 0 ? r : exact_write(path, text, n, 0644, err);
}

/* Moves what one list has to the other. */
static int append(struct going *going, struct going *other, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < other->n; i++)
		r = going_add(going, other->paths[i], err);
	going_free(other);
	return r;
}

static int plan(struct removal *removal, struct err *err)
{
	struct going empty = { 0 };
	struct unrecord unrecord = { .tree = removal->tree->path,
				     .build = removal->build,
				     .all = removal->all,
				     .going = removal->going,
				     .empty = &empty };
	int r = inventory_read(removal->tree->path, removal->all, err);

	if (r < 0)
		return r;
	r = choose(removal, err);
	if (r < 0)
		return r;
	r = removal_take_files(removal, err);
	if (r < 0)
		return r;
	r = going_settle(removal->going, err);
	if (r < 0)
		return r;
	listener_step(removal->request->listener, "checking");
	r = removal_check(removal, err);
	if (r < 0)
		return r;
	unrecord.gone = removal->gone;
	r = unrecord_all(&unrecord, err);
	if (append(removal->going, &empty, r < 0 ? NULL : err) < 0 && r == 0)
		r = -ENOMEM;
	if (r < 0)
		return r;
	return write_gone(removal, err);
}

/* Hands over what went. */
static void tell(struct removal *removal, struct inventory *ret)
{
	size_t kept = 0;

	*ret = *removal->all;
	*removal->all = (struct inventory){ 0 };
	for (size_t i = 0; i < ret->n; i++) {
		struct inventory_entry entry = ret->entries[i];

		if (!removal->gone[i] || !is_there(&entry))
			continue;
		ret->entries[i] = ret->entries[kept]; /* freed with the rest, behind the end */
		ret->entries[kept++] = entry;
	}
	inventory_cut(ret, kept);
}

static int run(struct removal *removal, struct inventory *ret, struct err *err)
{
	const struct remove_request *request = removal->request;
	struct transaction *transaction = removal->transaction;
	char tree[PATH_SIZE];
	int r = destination_check(request->tree, DESTINATION_TREE, DESTINATION_FORCE, err);

	if (r == 0)
		r = tree_resolve(request->tree, tree, err);
	if (r == 0)
		r = add_refuse_published(tree, "remove from", err);
	if (r == 0)
		r = skeleton_find_rootfs(NULL, removal->rootfs, err);
	if (r == 0)
		r = transaction_open(transaction, tree, DESTINATION_FORCE, err);
	if (r < 0)
		return r;
	removal->tree->fd = transaction->root;
	r = str_copy(removal->tree->path, sizeof(removal->tree->path), transaction->tree);
	if (r == 0)
		r = files_path(removal->build, err, "%s/tree", transaction->build);
	if (r == 0)
		r = exact_mkdirs(removal->build, err);
	if (r == 0)
		r = plan(removal, err);
	if (r < 0)
		return r;
	if (!(request->flags & REMOVE_DRY_RUN)) {
		listener_step(request->listener, "writing to disk");
		r = exact_settle(removal->build, err);
		if (r == 0)
			r = transaction_commit(transaction, err);
	}
	if (r == 0)
		tell(removal, ret);
	return r;
}

/* All of it, where the parts have room. */
struct memory {
	struct removal removal;
	struct transaction transaction;
	struct folder tree;
	struct inventory all;
	struct going going;
};

int remove_run(const struct remove_request *request, struct inventory *ret, struct err *err)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	int r;

	*ret = (struct inventory){ 0 };
	if (!memory)
		return err_set(err, ENOMEM, "cannot remove anything");
	memory->removal = (struct removal){ .request = request,
					    .transaction = &memory->transaction,
					    .tree = &memory->tree,
					    .all = &memory->all,
					    .going = &memory->going };
	memory->going.tree = &memory->tree;
	transaction_init(&memory->transaction);
	r = run(&memory->removal, ret, err);
	transaction_close(&memory->transaction); /* and the tree's descriptor, which is its own */
	going_free(&memory->going);
	inventory_free(&memory->all);
	free(memory->removal.gone);
	free(memory);
	return r;
}
