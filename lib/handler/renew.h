/* SPDX-License-Identifier: MIT */
/* A tree that was changed in place, while it is enabled. */
#ifndef BUSYPY_HANDLER_RENEW_H
#define BUSYPY_HANDLER_RENEW_H

struct err;

/* Where a tree is enabled on this machine and its scripts use the host's programs, lets its runtime
 * know the libraries that the tree has now. Else, and for other users than root, nothing happens.
 * Returns 0; -ESTALE if the tree has another Python now, which scripts get by enabling it anew;
 * -errno with a sentence: the runtime is as it was. */
int renew_runtime(const char *path, struct err *err);

#endif
