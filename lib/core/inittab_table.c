/* SPDX-License-Identifier: MIT */
/* The table of entries: order, duplicates, reload; pure. */
#include "core/inittab.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

void inittab_init(struct inittab *table)
{
	table->n_slots = 0;
	table->free = table->first = table->last = -1;
	for (size_t i = 0; i < INITTAB_BUCKETS; i++)
		table->buckets[i] = -1;
	table->half = 0;
	table->text_used = 0;
}

const char *inittab_command(const struct inittab *table, const struct inittab_slot *slot)
{
	return table->text[table->half] + slot->text;
}

/* FNV-1a over the terminal and the command. */
static uint32_t hash_of(const char *tty, const char *command)
{
	uint32_t hash = 2166136261U;

	for (; *tty; tty++)
		hash = (hash ^ (unsigned char)*tty) * 16777619U;
	for (; *command; command++)
		hash = (hash ^ (unsigned char)*command) * 16777619U;
	return hash;
}

/* What is to be in the table. */
struct wanted {
	enum inittab_action action;
	unsigned kind;
	const char *tty, *command;
	uint32_t hash;
};

static int find_same(const struct inittab *table, const struct wanted *wanted)
{
	int i = table->buckets[wanted->hash % INITTAB_BUCKETS];

	for (; i >= 0; i = table->slots[i].next_same) {
		const struct inittab_slot *slot = &table->slots[i];

		if (slot->hash == wanted->hash && slot->kind == wanted->kind &&
		    str_eq(slot->tty, wanted->tty) &&
		    str_eq(inittab_command(table, slot), wanted->command))
			return i;
	}
	return -1;
}

static void append(struct inittab *table, int index)
{
	table->slots[index].next = -1;
	if (table->last >= 0)
		table->slots[table->last].next = index;
	else
		table->first = index;
	table->last = index;
}

/* Takes the entry after previous (-1: the first one) out of the order. */
static void take_out(struct inittab *table, int previous, int index)
{
	int next = table->slots[index].next;

	if (previous >= 0)
		table->slots[previous].next = next;
	else
		table->first = next;
	if (table->last == index)
		table->last = previous;
}

static void move_to_end(struct inittab *table, int index)
{
	int previous = -1;

	for (int i = table->first; i != index; i = table->slots[i].next)
		previous = i;
	take_out(table, previous, index);
	append(table, index);
}

static int new_slot(struct inittab *table)
{
	int index = table->free;

	if (index >= 0)
		table->free = table->slots[index].next_same;
	else if (table->n_slots < INITTAB_ENTRIES_MAX)
		index = table->n_slots++;
	return index;
}

static int add_new(struct inittab *table, const struct wanted *wanted)
{
	size_t n = strlen(wanted->command) + 1;
	struct inittab_slot *slot;
	int index;

	if (n > INITTAB_TEXT_MAX - table->text_used)
		return -E2BIG;
	index = new_slot(table);
	if (index < 0)
		return -E2BIG;
	slot = &table->slots[index];
	*slot = (struct inittab_slot){ .action = wanted->action,
				       .kind = wanted->kind,
				       .hash = wanted->hash };
	(void)str_copy(slot->tty, sizeof(slot->tty), wanted->tty); /* entry's is no longer */
	slot->text = (uint32_t)table->text_used;
	memcpy(table->text[table->half] + table->text_used, wanted->command, n);
	table->text_used += n;
	slot->next_same = table->buckets[wanted->hash % INITTAB_BUCKETS];
	table->buckets[wanted->hash % INITTAB_BUCKETS] = index;
	append(table, index);
	return 0;
}

/* Over the entry at index, if there is one. */
static int add(struct inittab *table, const struct wanted *wanted, int index)
{
	if (index < 0)
		return add_new(table, wanted);
	table->slots[index].action = wanted->action;
	move_to_end(table, index);
	return 0;
}

int inittab_add(struct inittab *table, enum inittab_action action, const char *tty, bool tty_cut,
		const char *command, unsigned *ret_replaced)
{
	const struct wanted wanted = { action, 0, tty, command, hash_of(tty, command) };
	/* BusyBox compares the whole name with the cut one: such entries are never the same. */
	int index = tty_cut ? -1 : find_same(table, &wanted);

	if (ret_replaced)
		*ret_replaced = index >= 0 ? table->slots[index].action : 0;
	return add(table, &wanted, index);
}

int inittab_add_work(struct inittab *table, unsigned kind, const char *name)
{
	const struct wanted wanted = { INITTAB_RESPAWN, kind, "", name, hash_of("", name) };

	return add(table, &wanted, find_same(table, &wanted));
}

int inittab_find(const struct inittab *table, int index, unsigned actions)
{
	while (index >= 0 && !(table->slots[index].action & actions))
		index = table->slots[index].next;
	return index;
}

void inittab_reload_begin(struct inittab *table)
{
	for (int i = table->first; i >= 0; i = table->slots[i].next)
		table->slots[i].action = 0;
}

static void drop(struct inittab *table, int previous, int index)
{
	struct inittab_slot *slot = &table->slots[index];
	int *link = &table->buckets[slot->hash % INITTAB_BUCKETS];

	take_out(table, previous, index);
	while (*link != index)
		link = &table->slots[*link].next_same;
	*link = slot->next_same;
	slot->next_same = table->free;
	table->free = index;
}

/* Copies the commands that are left, so that a thousand reloads need no more room than one. */
static void compact(struct inittab *table)
{
	char *to = table->text[!table->half];
	size_t used = 0;

	for (int i = table->first; i >= 0; i = table->slots[i].next) {
		struct inittab_slot *slot = &table->slots[i];
		const char *command = inittab_command(table, slot);
		size_t n = strlen(command) + 1;

		memcpy(to + used, command, n);
		slot->text = (uint32_t)used;
		used += n;
	}
	table->half = !table->half;
	table->text_used = used;
}

void inittab_reload_end(struct inittab *table)
{
	int previous = -1, i = table->first;

	while (i >= 0) {
		const struct inittab_slot *slot = &table->slots[i];
		int next = slot->next;

		/* A removed entry whose process still runs is kept: added again later, it must
		 * not be started twice. */
		if ((slot->action & ~(unsigned)INITTAB_SYSINIT) == 0 && slot->pid == 0)
			drop(table, previous, i);
		else
			previous = i;
		i = next;
	}
	compact(table);
}
