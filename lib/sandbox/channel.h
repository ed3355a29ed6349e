/* SPDX-License-Identifier: MIT */
/* What a sandbox that is being made tells its supervisor. */
#ifndef BUSYPY_SANDBOX_CHANNEL_H
#define BUSYPY_SANDBOX_CHANNEL_H

struct err;

enum channel_kind {
	CHANNEL_INSTANCE = 'i', /* with a descriptor of its own binfmt_misc */
	CHANNEL_TERMINAL = 't', /* with the other end of its terminal */
	CHANNEL_FAILED = 'f'	/* with the reason */
};

/* Tells the reason of a failure; nothing if the supervisor is gone. */
void channel_fail(int channel, const struct err *err);

/* Hands a descriptor over; -errno with a sentence. */
int channel_send_descriptor(int channel, enum channel_kind kind, int fd, struct err *err);

/* One message; 1, or 0 when the other end has been closed, -errno. *ret_fd is the caller's, or -1,
 * and *ret_why the reason of a CHANNEL_FAILED. */
int channel_receive(int channel, enum channel_kind *ret, int *ret_fd, struct err *ret_why);

#endif
