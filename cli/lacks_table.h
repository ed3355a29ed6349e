/* SPDX-License-Identifier: MIT */
/* The table of what archs have no wheel of, for add and download. */
#ifndef BUSYPY_CLI_LACKS_TABLE_H
#define BUSYPY_CLI_LACKS_TABLE_H

struct add_items;
struct err;

/* Prints it on stdout, in either case, so that the sentence can be short; nothing for none. */
int lacks_table_print(const struct add_items *items, struct err *err);

#endif
