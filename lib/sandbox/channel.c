/* SPDX-License-Identifier: MIT */
/* Messages from a sandbox that is being made to its supervisor, on a socket pair that its exec, or
 * its death, closes. */
#include "sandbox/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/err.h"

struct message {
	char kind; /* enum channel_kind */
	struct err err;
};

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static int send_bytes(int channel, const void *bytes, size_t n, int fd)
{
	union control control = { 0 };
	struct iovec iov = { (void *)bytes, n }; /* iovec's type; never written to */
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(int));
	}
	return sendmsg(channel, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void channel_fail(int channel, const struct err *err)
{
	struct message message = { CHANNEL_FAILED, *err };

	(void)send_bytes(channel, &message, sizeof(message), -1); /* nobody is left to be told */
}

int channel_send_descriptor(int channel, enum channel_kind kind, int fd, struct err *err)
{
	char byte = (char)kind;
	int r = send_bytes(channel, &byte, 1, fd);

	return r < 0 ? err_set(err, -r, "cannot reach the supervisor") : 0;
}

int channel_receive(int channel, enum channel_kind *ret, int *ret_fd, struct err *ret_why)
{
	union control control;
	struct message received = { 0 };
	struct iovec iov = { &received, sizeof(received) };
	struct msghdr message = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head;
	ssize_t n;

	do {
		n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	head = CMSG_FIRSTHDR(&message);
	*ret_fd = -1;
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(head), sizeof(int));
	received.err.text[ERR_TEXT_MAX - 1] = '\0';
	*ret = (enum channel_kind)received.kind;
	*ret_why = received.err;
	return 1;
}
