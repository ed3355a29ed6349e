/* SPDX-License-Identifier: MIT */
/* Which Python distributions stand in a tree: wheels, Debian's, those that pip has put there. As
 * importlib.metadata finds them, by *.dist-info and *.egg-info on each runtime's path. */
#ifndef BUSYPY_BASE_DISTS_H
#define BUSYPY_BASE_DISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct err;

/* A file that a RECORD lists. */
struct dist_file {
	char *path;   /* in the tree, without a leading slash */
	char sum[65]; /* SHA-256 in hexadecimal; "" where the RECORD has none */
	uint64_t size;
	bool sized;
};

/* One distribution in one place: what was added for two archs is there twice. No text is NULL. */
struct dist {
	char *name;		 /* as its METADATA spells it */
	char *key;		 /* normalised (PEP 503): to compare by */
	char *version;		 /* "" where nothing tells it */
	const struct arch *arch; /* whose runtime it is in; NULL: site-package, for all */
	char *site;		 /* the folder on sys.path that it is in, in the tree */
	char *info;		 /* its *.dist-info or *.egg-info, in the tree */
	char *licence;		 /* License-Expression, else License in one line; "" */
	char *installer;	 /* the text of INSTALLER: busypy, pip; "" */
	char *requires_python;	 /* a set of versions; "" */
	bool requested;		 /* REQUESTED is there: not only a need of others */
	char **needs;		 /* its Requires-Dist, as they stand there */
	size_t n_needs;
	bool has_record;
	struct dist_file *files; /* of RECORD, RECORD too: those in site, bin and usr */
	size_t n_files;
};

struct dists {
	struct dist *dists;
	size_t n, room;
};

/* Reads them all, sorted by key, then those for all archs before those of one, in the order of the
 * table. tree is an exact path. What is unsound in one of them is left out of it. -ENOMEM or
 * -errno with a sentence; dists_free in every case. */
int dists_read(const char *tree, struct dists *ret, struct err *err);

/* Reads those of one folder that is no tree's, an exact path: what `pip install --target` made.
 * site is "", paths are relative to the folder, and scripts are in its bin. */
int dists_read_folder(const char *folder, struct dists *ret, struct err *err);

/* The first that programs of arch find by a normalised name, or NULL: its runtime's own folder is
 * first on sys.path. */
const struct dist *dists_find(const struct dists *dists, const char *key, const struct arch *arch);

void dists_free(struct dists *dists);

#endif
