/* SPDX-License-Identifier: MIT */
/* Copies files out of a sysroot into a directory under construction; what a peer directory has
 * already, byte for byte, is shared with it by a hard link. */
#ifndef BUSYPY_STAGE_COPY_H
#define BUSYPY_STAGE_COPY_H

#include <stddef.h>

struct err;
struct stat;
struct sysroot;

enum copy_flags {
	COPY_LINKS_AS_THEY_ARE = 1 << 0, /* even those that lead nowhere */
	/* The path, of a sysroot "/", is canonical: a link that came into it since is refused, and
	 * one below it that leads out, and names that hurt terminals. */
	COPY_AS_SEEN = 1 << 1,
};

struct copy {
	const struct sysroot *root; /* where paths and links are resolved */
	const char *to;		    /* directory that receives */
	const char *const *skip;    /* patterns for path_match() on "/NAME..." below what is copied;
				       NULL after the last; NULL for none */
	const char *const *peers;   /* directories like "to" */
	size_t n_peers;
	unsigned flags;		 /* enum copy_flags */
	const struct stat *seen; /* what path must still be; NULL: whatever it is */
};

/* Copies the file at path (in the sysroot) to to/name, following links, to a regular file. The
 * directory is created. -ENOENT if it is not there; -EAGAIN if somebody changes it meanwhile: what
 * was found is opened once and without following links; -EPERM as copy_open_file. */
int copy_file(const struct copy *copy, const char *path, const char *name, struct err *err);

/* Opens what copy_file copies, and tells where it is (PATH_SIZE bytes). -EPERM where root would
 * read for the owner of a folder on the way what he cannot. */
int copy_open_file(const struct copy *copy, const char *path, char *ret_real, struct err *err);

/* As copy_file, from an exact path of this machine, which is ours. */
int copy_real(const struct copy *copy, const char *real, const char *name, struct err *err);

/* Copies the directory at path (in the sysroot) to to/name. Relative links that stay inside are
 * kept; others become what they point to, and are left out if that is no file. Devices, fifos and
 * sockets are left out. -EPERM where root would read for the directory's owner what he cannot. */
int copy_tree(const struct copy *copy, const char *path, const char *name, struct err *err);

/* Copies an open file's bytes to a new file at an exact path; executable if it is. name is for
 * sentences. */
int copy_bytes(int from, const char *name, const char *to, struct err *err);

#endif
