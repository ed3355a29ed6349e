/* SPDX-License-Identifier: MIT */
/* What a command in a sandbox gets as descriptors 0 to 2. */
#ifndef BUSYPY_SANDBOX_STDIO_H
#define BUSYPY_SANDBOX_STDIO_H

struct err;
struct sandbox_request;

/* What the request says, but by nodes whose mode the command cannot change. To be called before the
 * view is made. */
void stdio_find(const struct sandbox_request *request, int ret[3]);

/* Makes those 0 to 2 or, where that is a terminal, the sandbox's own, of which the supervisor is
 * sent the other end. To be called in the view, by the leader of a session; -errno with a sentence.
 */
int stdio_take(const struct sandbox_request *request, int channel, int wanted[3], struct err *err);

#endif
