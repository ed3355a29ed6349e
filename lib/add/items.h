/* SPDX-License-Identifier: MIT */
/* What is put where, as it becomes known. */
#ifndef BUSYPY_ADD_ITEMS_H
#define BUSYPY_ADD_ITEMS_H

struct add;
struct arch;
struct err;

/* Notes that the file or directory source goes to "to"; all strings are copied. */
int add_item_note(struct add *add, const char *to, const char *source, const char *from,
		  const struct arch *arch, struct err *err);

/* The same of what was extracted from an archive, which its record names instead. */
int add_item_note_packed(struct add *add, const char *to, const char *source, const char *from,
			 const struct arch *arch, struct err *err);

/* The same of what is open and at path; something else in its place is refused when it is copied.
 */
int add_item_note_open(struct add *add, int fd, const char *to, const char *path,
		       const struct arch *arch, struct err *err);

#endif
