/* SPDX-License-Identifier: MIT */
/* Carries bytes between the caller's terminal and the sandbox's, both ways. */
#include "sandbox/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys/fd.h"

bool relay_possible(int in, int out)
{
	return isatty(in) && isatty(out) && tcgetpgrp(in) == getpgrp();
}

void relay_begin(struct relay *relay, int in, int out, int inner)
{
	struct termios raw;

	memset(relay, 0, sizeof(*relay));
	relay->in = in;
	relay->out = out;
	relay->inner = inner;
	(void)fcntl(inner, F_SETFL, O_RDWR | O_NONBLOCK); /* cannot fail */
	if (tcgetattr(in, &relay->before) < 0)
		return;
	raw = relay->before;
	cfmakeraw(&raw);
	relay->raw = tcsetattr(in, TCSADRAIN, &raw) == 0;
}

static bool is_empty(const struct relay_buffer *buffer)
{
	return buffer->from == buffer->to;
}

void relay_poll(const struct relay *relay, struct pollfd ret[RELAY_POLLS])
{
	ret[0] =
		(struct pollfd){ .fd = is_empty(&relay->typed) ? relay->in : -1, .events = POLLIN };
	ret[1] = (struct pollfd){ .fd = relay->inner };
	ret[2] = (struct pollfd){ .fd = is_empty(&relay->written) ? -1 : relay->out,
				  .events = POLLOUT };
	if (is_empty(&relay->written))
		ret[1].events |= POLLIN;
	if (!is_empty(&relay->typed))
		ret[1].events |= POLLOUT;
}

/* False at the end of the file. */
static bool fill(struct relay_buffer *buffer, int fd)
{
	ssize_t n = read(fd, buffer->bytes, sizeof(buffer->bytes));

	buffer->from = 0;
	buffer->to = n > 0 ? (size_t)n : 0;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* What a terminal that has gone does not take is lost. */
static void empty(struct relay_buffer *buffer, int fd)
{
	ssize_t n = write(fd, buffer->bytes + buffer->from, buffer->to - buffer->from);

	if (n > 0)
		buffer->from += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		buffer->from = buffer->to;
}

void relay_step(struct relay *relay, const struct pollfd ready[RELAY_POLLS])
{
	if ((ready[0].revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) &&
	    !fill(&relay->typed, relay->in))
		relay->in = -1;
	if (ready[1].revents & POLLOUT)
		empty(&relay->typed, relay->inner);
	/* While nobody has the inner one open, reading it fails: EIO. */
	if ((ready[1].revents & (POLLIN | POLLHUP)) && is_empty(&relay->written) &&
	    !fill(&relay->written, relay->inner))
		(void)poll(NULL, 0, 10); /* a pause: its end is told by another descriptor */
	if (ready[2].revents)
		empty(&relay->written, relay->out);
}

void relay_resize(const struct relay *relay)
{
	struct winsize size;

	if (ioctl(relay->out, TIOCGWINSZ, &size) == 0)
		(void)ioctl(relay->inner, TIOCSWINSZ, &size); /* a courtesy */
}

void relay_end(struct relay *relay)
{
	do {
		(void)fd_write_all(relay->out, relay->written.bytes + relay->written.from,
				   relay->written.to - relay->written.from); /* or it has gone */
		relay->written.from = relay->written.to = 0;
	} while (fill(&relay->written, relay->inner) && !is_empty(&relay->written));
	if (relay->raw)
		(void)tcsetattr(relay->in >= 0 ? relay->in : relay->out, TCSADRAIN,
				&relay->before); /* nobody to tell if it has gone */
	relay->raw = false;
}
