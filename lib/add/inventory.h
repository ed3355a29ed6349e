/* SPDX-License-Identifier: MIT */
/* What was added to a tree, by name: Debian's packages, wheels, own scripts and modules; with their
 * files, what they need, and who asked for them. Reads the tree alone. */
#ifndef BUSYPY_ADD_INVENTORY_H
#define BUSYPY_ADD_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;

enum inventory_kind { INVENTORY_DEBIAN, INVENTORY_WHEEL, INVENTORY_OWN };

struct inventory_file {
	char *path;   /* in the tree */
	char sum[65]; /* SHA-256 that it had when it was put there; "" unknown, "link" a link */
};

/* One thing in one runtime: what was added for two archs is there twice. No text is NULL. */
struct inventory_entry {
	enum inventory_kind kind;
	const struct arch *arch; /* NULL: the same for all */
	char *name;		 /* of wheels normalised (PEP 503) */
	char *version, *from, *licence;
	bool wanted; /* it was asked for, and did not only come with others */
	char **needs;
	size_t n_needs, room_needs;
	struct inventory_file *files;
	size_t n_files, room_files;
};

struct inventory {
	struct inventory_entry *entries;
	size_t n, room;
};

/* "debian", "wheel", "own". */
const char *inventory_kind_word(enum inventory_kind kind);

/* Reads it from a tree, an exact path: sorted by name, kind and arch. A record that is unsound is
 * -EINVAL with a sentence that names file and line. inventory_free in every case. */
int inventory_read(const char *tree, struct inventory *ret, struct err *err);

/* Frees all but the first n entries. */
void inventory_cut(struct inventory *inventory, size_t n);

void inventory_free(struct inventory *inventory);

#define INVENTORY_CLEANUP __attribute__((cleanup(inventory_free)))

/* -- for those that read parts of it -------------------------------------------------------- */

/* The entry, which is made if there is none; NULL without memory. Valid until the next call. */
struct inventory_entry *inventory_entry(struct inventory *inventory, enum inventory_kind kind,
					const char *name, const struct arch *arch);

/* Add to an entry; -ENOMEM. */
int inventory_add_file(struct inventory_entry *entry, const char *path, const char *sum);
int inventory_add_need(struct inventory_entry *entry, const char *name);
void inventory_forget_needs(struct inventory_entry *entry);
int inventory_set(char **text, const char *value);

#endif
