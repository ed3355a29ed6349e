/* SPDX-License-Identifier: MIT */
/* The folders of images, core/start_layout: made, listed and removed below descriptors, by one
 * process at a time. */
#ifndef BUSYPY_START_STORE_H
#define BUSYPY_START_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct folder;
struct start_store;

#define START_STORE_CLEANUP __attribute__((cleanup(start_store_close)))

enum start_store_of {
	START_STORE_ENABLED, /* of trees that are enabled */
	START_STORE_RUNS     /* of sandboxes */
};

/* Opens root's store or the user's, made where it is missing, and waits for its lock. Root's way
 * there is held to the rule of owners. For START_STORE_CLEANUP struct start_store *store = NULL; */
int start_store_open(enum start_store_of of, struct start_store **ret, struct err *err);

/* The one of enabled trees, if it is there already: -ENOENT, without a sentence, if there is none.
 */
int start_store_find(struct start_store **ret, struct err *err);

/* Gives lock and memory back. */
void start_store_close(struct start_store **store);

/* Whether a folder of the store must stay, by its key. */
struct start_store_keep {
	bool (*stays)(const char *key, void *ctx);
	void *ctx;
};

/* Removes what need not stay, the oldest first: all of it with a space of 0, else until what is
 * left takes at most so many bytes. Returns 1 if it does, 0 if what must stay takes more. */
int start_store_shrink(const struct start_store *store, uint64_t space,
		       const struct start_store_keep *keep, struct err *err);

/* Calls each for the folder of every key; it returns 0, or -errno with a sentence, which ends it.
 */
int start_store_each(const struct start_store *store,
		     int (*each)(const struct folder *folder, const char *key, struct err *err,
				 void *ctx),
		     void *ctx, struct err *err);

/* Makes the folder of a key, empty, whatever was there. */
int start_store_make(const struct start_store *store, const char *key, struct folder *ret,
		     struct err *err);

/* Opens one that is there. */
int start_store_enter(const struct start_store *store, const char *key, struct folder *ret,
		      struct err *err);

/* Takes it away again. */
void start_store_drop(const struct start_store *store, const char *key);

#endif
