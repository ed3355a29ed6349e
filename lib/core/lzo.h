/* SPDX-License-Identifier: MIT */
/* LZO1X, as lzop makes it and the kernel reads it: Documentation/staging/lzo.rst. Of its own,
 * because the library's licence is not ours. */
#ifndef BUSYPY_CORE_LZO_H
#define BUSYPY_CORE_LZO_H

#include <stddef.h>
#include <stdint.h>

/* Unpacks a block of n bytes into room bytes. 0 and how many there are, or -EBADMSG. */
int lzo_unpack(const uint8_t *bytes, size_t n, uint8_t *out, size_t room, size_t *ret_n);

#endif
