/* SPDX-License-Identifier: MIT */
/* A UDP socket bound to the interface: no packet socket, so every kernel will do. */
#include "sys/dhcp_ask.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/dhcp.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/netdev.h"

enum { PORT_SERVER = 67, PORT_CLIENT = 68, ANSWER_MAX = 1500 };

/* Early in a boot the kernel may have no random numbers: the address makes it differ then. */
static uint32_t make_id(const struct netdev *netdev)
{
	uint32_t id;

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) == (ssize_t)sizeof(id))
		return id;
	memcpy(&id, netdev->mac + 2, sizeof(id));
	return id ^ (uint32_t)clock_ms();
}

static int open_socket(const char *name)
{
	FD_CLEANUP int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(PORT_CLIENT) };
	const int on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) < 0 ||
	    bind(fd, (const struct sockaddr *)&here, sizeof(here)) < 0)
		return -errno;
	return fd_steal(&fd);
}

static int send_packet(int fd, enum dhcp_type type, const struct dhcp_ask *ask)
{
	struct sockaddr_in all = { .sin_family = AF_INET,
				   .sin_port = htons(PORT_SERVER),
				   .sin_addr.s_addr = htonl(INADDR_BROADCAST) };
	uint8_t packet[DHCP_PACKET_MAX];
	size_t n = dhcp_build(type, ask, packet);

	if (sendto(fd, packet, n, 0, (const struct sockaddr *)&all, sizeof(all)) < 0)
		return -errno;
	return 0;
}

/* The next answer of this exchange before the time; -ETIMEDOUT. What is unsound is passed over. */
static int receive(int fd, const struct dhcp_ask *ask, uint64_t until, struct dhcp_answer *ret)
{
	uint8_t packet[ANSWER_MAX];

	for (;;) {
		uint64_t now = clock_ms();
		struct pollfd in = { .fd = fd, .events = POLLIN };
		ssize_t got;
		int n;

		if (now >= until) /* however many strangers' packets there are */
			return -ETIMEDOUT;
		n = poll(&in, 1, (int)(until - now));
		if (n == 0)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return -errno;
		got = n > 0 ? recv(fd, packet, sizeof(packet), 0) : -1;
		if (got >= 0 && dhcp_parse(packet, (size_t)got, ask, ret) == 0)
			return 0;
	}
}

/* Sends until there is an answer: an offer, or an acknowledgement or refusal. */
static int ask_for(int fd, enum dhcp_type send, struct dhcp_ask *ask, unsigned pause, uint64_t end,
		   struct dhcp_answer *ret)
{
	bool offer = send == DHCP_DISCOVER;

	for (uint64_t begun = clock_ms(), now = begun; now < end; now = clock_ms(), pause *= 2) {
		uint64_t until = now + pause < end ? now + pause : end;
		int r;

		ask->seconds = (uint16_t)((now - begun) / 1000);
		r = send_packet(fd, send, ask);
		if (r < 0 && r != -ENETUNREACH && r != -ENETDOWN && r != -ENOBUFS)
			return r;
		do {
			r = receive(fd, ask, until, ret);
		} while (r == 0 && (offer ? ret->type != DHCP_OFFER : ret->type == DHCP_OFFER));
		if (r != -ETIMEDOUT)
			return r;
	}
	return -ETIMEDOUT;
}

int dhcp_ask(const struct netdev *netdev, const char *host, const struct dhcp_times *times,
	     struct dhcp_answer *ret)
{
	FD_CLEANUP int fd = open_socket(netdev->name);
	struct dhcp_ask ask = { .host = host, .id = make_id(netdev) };
	uint64_t end = clock_ms() + times->all;
	struct dhcp_answer offer, answer;
	int r;

	if (fd < 0)
		return fd;
	memcpy(ask.mac, netdev->mac, sizeof(ask.mac));
	r = ask_for(fd, DHCP_DISCOVER, &ask, times->first, end, &offer);
	if (r < 0)
		return r;
	ask.wanted = offer.address;
	ask.server = offer.server;
	r = ask_for(fd, DHCP_REQUEST, &ask, times->first, end, &answer);
	if (r < 0)
		return r;
	if (answer.type == DHCP_NAK)
		return -ECONNREFUSED;
	*ret = answer;
	return 0;
}
