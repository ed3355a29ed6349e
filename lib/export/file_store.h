/* SPDX-License-Identifier: MIT */
/* The bytes of a version under construction: where another file has the same, in this version or in
 * an earlier one, they are shared. */
#ifndef BUSYPY_EXPORT_FILE_STORE_H
#define BUSYPY_EXPORT_FILE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct err;
struct file_index_entry;
struct file_store;
struct folder;

/* A file that is to be put somewhere: its bytes, and the place. */
struct file_store_file {
	const char *path; /* below the version */
	int fd;		  /* its bytes */
	char sum[65];
	uint64_t size;
	mode_t mode;
	struct timespec mtime;
	uint64_t dev, ino; /* of the source; 0 if it has no other name */
	int parent;	   /* where it goes, as name */
	const char *name;
};

/* How a file got its bytes. */
enum file_store_how {
	FILE_STORE_COPIED,
	FILE_STORE_SHARED, /* with another version */
	FILE_STORE_SAME	   /* as another file of this version */
};

/* root, the version's directory, is borrowed. sync_each: each file that is copied is synced. NULL
 * without memory. */
struct file_store *file_store_new(int root, bool sync_each);
/* Takes NULL. */
void file_store_free(struct file_store *store);

/* Files of that complete version may be shared. One whose manifest cannot be read is passed over.
 */
int file_store_share(struct file_store *store, const struct folder *version, struct err *err);

/* The file that was put for this source, or NULL. */
const struct file_index_entry *file_store_find(const struct file_store *store, uint64_t dev,
					       uint64_t ino);

/* Links or copies; a copy gets mode and time. -EEXIST with a sentence if the path is there. */
int file_store_put(struct file_store *store, const struct file_store_file *file,
		   enum file_store_how *ret, struct err *err);

#endif
