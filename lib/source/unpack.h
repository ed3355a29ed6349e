/* SPDX-License-Identifier: MIT */
/* Puts what stands in an archive into a folder, and nothing outside of it. */
#ifndef BUSYPY_SOURCE_UNPACK_H
#define BUSYPY_SOURCE_UNPACK_H

struct archive_member;
struct archive_reader;
struct err;

/* Where a member goes: below dir, without a slash at its beginning. same_as is "" or the name of
 * which it is another one. */
struct unpack {
	const char *dir, *name, *same_as;
};

/* Writes the member that was read last. No link on the way is followed; set-id bits are not taken
 * over. 1 if it is the name of a file or link now; 0 for a directory, and for devices and fifos,
 * which are left out. -EBADMSG without a sentence if the archive cannot be read, else -errno with
 * one. */
int unpack_member(struct archive_reader *reader, const struct archive_member *member,
		  const struct unpack *unpack, struct err *err);

#endif
