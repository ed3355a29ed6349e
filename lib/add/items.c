/* SPDX-License-Identifier: MIT */
/* Keeps the list of what is put where. */
#include "add/items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/work.h"
#include "base/array.h"
#include "core/err.h"
#include "core/name.h"
#include "core/str.h"

const char *add_state_word(enum add_state state)
{
	switch (state) {
	case ADD_NEW:
		return "new";
	case ADD_REPLACES:
		return "replaces";
	case ADD_SAME:
		return "same";
	}
	return "?";
}

void add_items_free(struct add_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		free(items->items[i].to);
		free(items->items[i].from);
		free(items->items[i].source);
	}
	free(items->items);
	for (size_t i = 0; i < items->n_lacks; i++) {
		free(items->lacks[i].name);
		free(items->lacks[i].arch);
		free(items->lacks[i].version);
	}
	free(items->lacks);
	memset(items, 0, sizeof(*items));
}

/* Whatever an archive calls its files. */
static int check_names(const char *to, const char *from, struct err *err)
{
	for (const char *name = to; *name;) {
		size_t n = strcspn(name, "/");
		const char *flaw = name_flaw(name, n);

		if (flaw)
			return err_say(err, EINVAL, "%s: %s %s", from, to, flaw);
		name += n + (name[n] == '/');
	}
	return 0;
}

int add_item_note(struct add *add, const char *to, const char *source, const char *from,
		  const struct arch *arch, struct err *err)
{
	struct add_items *items = add->items;
	struct add_item *item;
	int r = check_names(to, from, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < items->n; i++) {
		if (str_eq(items->items[i].to, to))
			return err_say(err, EEXIST, "%s and %s would both be %s",
				       items->items[i].from, from, to);
	}
	if (array_reserve(&items->items, &items->room, items->n + 1, sizeof(*items->items)) < 0)
		return err_set(err, ENOMEM, "cannot add %s", to);
	item = &items->items[items->n++];
	*item = (struct add_item){ .arch = arch };
	item->to = strdup(to);
	item->source = strdup(source);
	item->from = strdup(from);
	if (!item->to || !item->source || !item->from)
		return err_set(err, ENOMEM, "cannot add %s", to);
	return 0;
}

int add_item_note_open(struct add *add, int fd, const char *to, const char *path,
		       const struct arch *arch, struct err *err)
{
	struct add_item *item;
	struct stat st;
	int r = add_item_note(add, to, path, path, arch, err);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	item = &add->items->items[add->items->n - 1];
	item->seen = true;
	item->dev = st.st_dev;
	item->ino = st.st_ino;
	return 0;
}

int add_item_note_packed(struct add *add, const char *to, const char *source, const char *from,
			 const struct arch *arch, struct err *err)
{
	int r = add_item_note(add, to, source, from, arch, err);

	if (r == 0)
		add->items->items[add->items->n - 1].packed = true;
	return r;
}
