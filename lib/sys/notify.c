/* SPDX-License-Identifier: MIT */
/* What systemd and its journal are told, a datagram each. */
#include "sys/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/str.h"
#include "sys/fd.h"

#define JOURNAL "/run/systemd/journal/socket"

static int send_to(const char *path, const char *bytes, size_t n)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	FD_CLEANUP int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (str_copy(address.sun_path, sizeof(address.sun_path), path) < 0)
		return -ENAMETOOLONG;
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract name */
	else
		length++;
	/* never waits: a manager that does not listen is no reason to stand still */
	if (sendto(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length) <
	    0)
		return -errno;
	return 0;
}

void notify_manager(const char *lines)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (path && (path[0] == '/' || path[0] == '@'))
		(void)send_to(path, lines, strlen(lines));
}

uint64_t notify_watchdog_usec(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t value, whose;

	if (!usec || str_to_u64(usec, 10, &value) < 0)
		return 0;
	if (pid && (str_to_u64(pid, 10, &whose) < 0 || whose != (uint64_t)getpid()))
		return 0;
	return value;
}

/* A value with a newline would need the format with a length; ours are single lines. */
static void add_field(struct text *text, const char *name, const char *value)
{
	size_t from;

	text_addf(text, "%s=", name);
	from = text->used;
	text_add(text, value);
	for (size_t i = from; i < text->used; i++) {
		if (text->data[i] == '\n')
			text->data[i] = ' ';
	}
	text_add(text, "\n");
}

int notify_journal(int priority, const char *message, const struct notify_field *fields)
{
	char bytes[8192], number[2] = { (char)('0' + (priority & 7)), '\0' };
	struct text text;
	int r;

	text_init(&text, bytes, sizeof(bytes));
	add_field(&text, "PRIORITY", number);
	add_field(&text, "SYSLOG_IDENTIFIER", "busypyd");
	add_field(&text, "MESSAGE", message);
	for (; fields && fields->name; fields++)
		add_field(&text, fields->name, fields->value);
	r = text_check(&text);
	if (r < 0)
		return r;
	return send_to(JOURNAL, bytes, text.used);
}
