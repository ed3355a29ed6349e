/* SPDX-License-Identifier: MIT */
/* What a generation was made from besides its trees, as one checksum: if it is another one now, the
 * generation is out of date. */
#ifndef BUSYPY_HANDLER_FINGERPRINT_H
#define BUSYPY_HANDLER_FINGERPRINT_H

struct conf;
struct err;

enum { FINGERPRINT_SIZE = 65 }; /* hexadecimal, terminated */

/* The present one: of the configuration, the top-level directories, the installed loader and enter,
 * "/" itself, and, where mounts do not propagate into views, the mount table. */
int fingerprint_now(const struct conf *conf, char ret[FINGERPRINT_SIZE], struct err *err);

#endif
