/* SPDX-License-Identifier: MIT */
/* A version under construction: a directory that receives files, shares with earlier versions what
 * they hold already, and ends with a manifest and a record. Every path is relative, and no link on
 * the way to it is followed, whatever the source says. */
#ifndef BUSYPY_EXPORT_WRITER_H
#define BUSYPY_EXPORT_WRITER_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct err;
struct folder;
struct listener;
struct version_writer;

/* What was done so far. */
struct version_counts {
	uint64_t files, bytes;	       /* of the version, each file once */
	uint64_t new_files, new_bytes; /* of these, written; the rest is shared */
	uint64_t seen;		       /* names of files in the source */
	uint64_t seen_bytes;
};

/* A file of the source. */
struct version_source {
	const char *path;
	mode_t mode;
	struct timespec mtime;
	uint64_t dev, ino; /* if it may have other names, else 0 */
};

/* Creates the directory name in versions. listener may be NULL. NULL with a sentence on failure. */
struct version_writer *version_writer_new(const struct folder *versions, const char *name,
					  const struct listener *listener, struct err *err);
/* Takes NULL. What was written stays. */
void version_writer_free(struct version_writer *writer);

/* Files of that complete version may be shared: hard links, else reflinks. One whose manifest
 * cannot be read is passed over. */
int version_writer_share(struct version_writer *writer, const struct folder *version,
			 struct err *err);

/* Modes: directories lose group's and others' right to write; files lose all rights to write,
 * set-id bits, and belong to whoever runs this. */
int version_writer_dir(struct version_writer *writer, const char *path, mode_t mode,
		       struct err *err);
int version_writer_link(struct version_writer *writer, const char *path, const char *target,
			struct err *err);
/* Another name of a file that was added. */
int version_writer_name(struct version_writer *writer, const char *path, const char *other,
			struct err *err);
/* A file whose source has been added under another name gets the same bytes under this one, without
 * a look at them: 1 then, 0 if it has to be opened and added. */
int version_writer_again(struct version_writer *writer, const struct version_source *source,
			 struct err *err);
/* An open file. It is read twice; if it changes meanwhile, the version will not verify. */
int version_writer_file(struct version_writer *writer, const struct version_source *source, int fd,
			struct err *err);

/* A file that comes as a stream: begin, write to the descriptor that it returns, end. */
int version_writer_begin(struct version_writer *writer, const char *path, struct err *err);
int version_writer_end(struct version_writer *writer, const struct version_source *source,
		       struct err *err);

/* Writes manifest and record. With an empty id it chooses one, and copies it to id (VERSION_ID_SIZE
 * bytes). */
int version_writer_finish(struct version_writer *writer, uint64_t published, char *id,
			  struct err *err);

/* Everything is on disk when this returns 0. */
int version_writer_sync(struct version_writer *writer, struct err *err);

/* The version's directory, borrowed. */
const struct folder *version_writer_folder(const struct version_writer *writer);

const struct version_counts *version_writer_counts(const struct version_writer *writer);

#endif
