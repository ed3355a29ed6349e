/* SPDX-License-Identifier: MIT */
/* Scripts, which go to bin if a view can start them. */
#ifndef BUSYPY_ADD_SCRIPT_H
#define BUSYPY_ADD_SCRIPT_H

struct add;
struct err;

/* Notes the script at path; from is what the user called it, or the archive that it is packed in.
 */
int add_script(struct add *add, const char *path, const char *from, struct err *err);
int add_script_packed(struct add *add, const char *path, const char *from, struct err *err);

#endif
