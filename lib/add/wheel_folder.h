/* SPDX-License-Identifier: MIT */
/* Folders that `pip install --target` has filled: taken apart into what the wheels were. */
#ifndef BUSYPY_ADD_WHEEL_FOLDER_H
#define BUSYPY_ADD_WHEEL_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct add;
struct add_wheel_file;
struct dists;
struct err;

struct wheel_folder {
	char dir[PATH_SIZE]; /* where its copy stands, an exact path: the caller names it */
	const char *from;    /* what sentences call it */
	struct dists *dists;
	size_t next; /* of these */
};

/* True if the open directory has a *.dist-info directly in it. */
bool wheel_folder_is(int fd);

/* Copies the folder, as it was found, to ret->dir. wheel_folder_close in every case. */
int wheel_folder_open(struct add *add, const struct add_wheel_file *file, struct wheel_folder *ret,
		      struct err *err);

/* Moves the files of its next distribution to a folder of their own, as a wheel has them, and names
 * it. 1; 0 after the last; -EINVAL with a sentence for a file that is not what its RECORD says, and
 * in the end for what no RECORD lists. */
int wheel_folder_next(struct wheel_folder *folder, char ret_dir[PATH_SIZE], struct err *err);

void wheel_folder_close(struct wheel_folder *folder);
#define WHEEL_FOLDER_CLEANUP __attribute__((cleanup(wheel_folder_close)))

#endif
