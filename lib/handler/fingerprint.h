/* SPDX-License-Identifier: MIT */
/* What a generation was made from besides its trees, as one checksum: if it is another one now, the
 * generation is out of date. */
#ifndef BUSYPY_HANDLER_FINGERPRINT_H
#define BUSYPY_HANDLER_FINGERPRINT_H

#include <stdbool.h>

struct conf;
struct err;

enum { BASIS_SIZE = 65 }; /* hexadecimal, terminated */

/* Of now: the configuration, the top-level directories, the installed loader and enter, "/" itself,
 * and, where mounts do not propagate into views, the mount table. */
int basis_now(const struct conf *conf, char ret[BASIS_SIZE], struct err *err);

/* Writes it into a generation's folder. */
int basis_write(unsigned generation, const char *basis, struct err *err);

/* True if the generation was made from this. */
bool basis_is(unsigned generation, const char *basis);

#endif
