/* SPDX-License-Identifier: MIT */
/* The four messages by which a machine without an address gets one: RFC 2131, RFC 2132. Packets as
 * bytes; sockets and retries: sys/dhcp_ask.h. */
#ifndef BUSYPY_CORE_DHCP_H
#define BUSYPY_CORE_DHCP_H

#include <stddef.h>
#include <stdint.h>

enum {
	DHCP_PACKET_MAX = 576,
	DHCP_TEXT_MAX = 256,
	DHCP_MAC = 6,
	DHCP_RESOLVERS = 2,
	DHCP_HOST_MAX = 64
};

enum dhcp_type { DHCP_DISCOVER = 1, DHCP_OFFER = 2, DHCP_REQUEST = 3, DHCP_ACK = 5, DHCP_NAK = 6 };

/* Who asks, and which exchange it is. */
struct dhcp_ask {
	uint8_t mac[DHCP_MAC];
	uint32_t id;	  /* of the exchange, random */
	uint16_t seconds; /* since its start */
	uint32_t wanted;  /* of a request: what was offered, and by whom */
	uint32_t server;
	const char *host; /* to be named in the request, or "" */
};

/* What a server said. Texts and addresses that it did not say are empty. */
struct dhcp_answer {
	enum dhcp_type type;
	uint32_t address, server, mask, router, resolvers[DHCP_RESOLVERS];
	uint32_t next;		  /* siaddr: the server of the boot's next step */
	uint32_t lease_s;	  /* 0 if it is not said, UINT32_MAX for ever */
	char host[DHCP_HOST_MAX]; /* only if it can be one */
	char domain[DHCP_HOST_MAX];
	char root_path[DHCP_TEXT_MAX];
};

/* Builds a discover or a request, which asks for a broadcast answer. The packet's length. */
size_t dhcp_build(enum dhcp_type type, const struct dhcp_ask *ask, uint8_t ret[DHCP_PACKET_MAX]);

/* Reads an answer to this exchange. -ENOMSG if it is none (another's, or no answer), -EINVAL if it
 * is one but unsound. */
int dhcp_parse(const uint8_t *packet, size_t n, const struct dhcp_ask *ask,
	       struct dhcp_answer *ret);

#endif
