/* SPDX-License-Identifier: MIT */
/* Files by their contents: what earlier versions, and this one so far, hold under which path. */
#ifndef BUSYPY_EXPORT_FILE_INDEX_H
#define BUSYPY_EXPORT_FILE_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct file_index_entry {
	char sum[65];
	unsigned mode;
	uint64_t size;
	int root;	   /* descriptor of the version's directory */
	char *path;	   /* below it */
	uint64_t dev, ino; /* of the source; 0 if it has no other name */
};

/* Initialise with { 0 }. */
struct file_index {
	struct file_index_entry *files;
	size_t n, room;
	size_t *by_sum, *by_inode; /* slots: 0 or an index + 1 */
	size_t slots;
};

/* Copies file and path. 0 or -ENOMEM. */
int file_index_add(struct file_index *index, const struct file_index_entry *file);

/* The next file of these contents and this mode. Start with *at 0; NULL after the last. */
const struct file_index_entry *file_index_find(const struct file_index *index, const char *sum,
					       unsigned mode, size_t *at);

/* The file that was added for this source, or NULL. */
const struct file_index_entry *file_index_find_inode(const struct file_index *index, uint64_t dev,
						     uint64_t ino);

void file_index_free(struct file_index *index);

#endif
