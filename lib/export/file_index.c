/* SPDX-License-Identifier: MIT */
/* Two hash tables with open addressing over one array. */
#include "export/file_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/str.h"

enum { FIRST_ROOM = 1024 };

/* A SHA-256 is as good as a hash. */
static size_t hash_sum(const char *sum)
{
	size_t hash = 0;

	for (size_t i = 0; i < 15 && sum[i]; i++)
		hash = hash << 4 | (size_t)(sum[i] <= '9' ? sum[i] - '0' : sum[i] - 'a' + 10);
	return hash;
}

/* Knuth's multiplicative hash. */
static size_t hash_inode(uint64_t dev, uint64_t ino)
{
	return (size_t)((ino ^ dev << 32) * 0x9e3779b97f4a7c15ULL >> 16);
}

static void put(size_t *slots, size_t n_slots, size_t hash, size_t number)
{
	size_t at = hash % n_slots;

	while (slots[at])
		at = (at + 1) % n_slots;
	slots[at] = number + 1;
}

static void put_both(struct file_index *index, size_t number)
{
	const struct file_index_entry *file = &index->files[number];

	put(index->by_sum, index->slots, hash_sum(file->sum), number);
	if (file->ino)
		put(index->by_inode, index->slots, hash_inode(file->dev, file->ino), number);
}

/* Room for twice as many; the slots stay at most half full. */
static int grow(struct file_index *index)
{
	size_t room = index->room ? 2 * index->room : FIRST_ROOM;
	size_t *by_sum = calloc(2 * room, sizeof(*by_sum));
	size_t *by_inode = calloc(2 * room, sizeof(*by_inode));
	struct file_index_entry *files = reallocarray(index->files, room, sizeof(*files));

	if (files)
		index->files = files;
	if (!files || !by_sum || !by_inode) {
		free(by_sum);
		free(by_inode);
		return -ENOMEM;
	}
	free(index->by_sum);
	free(index->by_inode);
	index->by_sum = by_sum;
	index->by_inode = by_inode;
	index->room = room;
	index->slots = 2 * room;
	for (size_t i = 0; i < index->n; i++)
		put_both(index, i);
	return 0;
}

int file_index_add(struct file_index *index, const struct file_index_entry *file)
{
	char *path = strdup(file->path);

	if (!path || (index->n == index->room && grow(index) < 0)) {
		free(path);
		return -ENOMEM;
	}
	index->files[index->n] = *file;
	index->files[index->n].path = path;
	put_both(index, index->n++);
	return 0;
}

const struct file_index_entry *file_index_find(const struct file_index *index, const char *sum,
					       unsigned mode, size_t *at)
{
	while (index->slots && *at < index->slots) {
		size_t number = index->by_sum[(hash_sum(sum) + (*at)++) % index->slots];

		if (!number)
			break;
		if (str_eq(index->files[number - 1].sum, sum) &&
		    index->files[number - 1].mode == mode)
			return &index->files[number - 1];
	}
	return NULL;
}

const struct file_index_entry *file_index_find_inode(const struct file_index *index, uint64_t dev,
						     uint64_t ino)
{
	for (size_t at = hash_inode(dev, ino); index->slots; at++) {
		size_t number = index->by_inode[at % index->slots];

		if (!number)
			break;
		if (index->files[number - 1].dev == dev && index->files[number - 1].ino == ino)
			return &index->files[number - 1];
	}
	return NULL;
}

void file_index_free(struct file_index *index)
{
	for (size_t i = 0; i < index->n; i++)
		free(index->files[i].path);
	free(index->files);
	free(index->by_sum);
	free(index->by_inode);
	*index = (struct file_index){ 0 };
}
