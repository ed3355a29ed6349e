/* SPDX-License-Identifier: MIT */
/* DHCP packets; pure. */
#include "core/dhcp.h"

#include <errno.h>
#include <string.h>

#include "core/ip4.h"
#include "core/str.h"

/* Offsets in the packet, RFC 2131, figure 1. */
enum {
	AT_ID = 4,
	AT_SECONDS = 8,
	AT_FLAGS = 10,
	AT_ADDRESS = 16, /* yiaddr */
	AT_NEXT = 20,	 /* siaddr */
	AT_MAC = 28,
	AT_SERVER_NAME = 44,
	AT_FILE = 108,
	AT_COOKIE = 236,
	AT_OPTIONS = 240,
	PACKET_MIN = 300 /* some relays drop what is shorter; RFC 1542 */
};

/* RFC 2132. */
enum option {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_RESOLVER = 6,
	OPTION_HOST = 12,
	OPTION_DOMAIN = 15,
	OPTION_ROOT_PATH = 17,
	OPTION_WANTED = 50,
	OPTION_LEASE = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_ASKED = 55,
	OPTION_CLASS = 60,
	OPTION_CLIENT = 61,
	OPTION_END = 255
};

static const uint8_t cookie[] = { 99, 130, 83, 99 };
static const char vendor_class[] = "busypy";

static size_t put(uint8_t *packet, size_t at, enum option option, const void *bytes, size_t n)
{
	packet[at] = (uint8_t)option;
	packet[at + 1] = (uint8_t)n;
	memcpy(packet + at + 2, bytes, n);
	return at + 2 + n;
}

static void put_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

size_t dhcp_build(enum dhcp_type type, const struct dhcp_ask *ask, uint8_t ret[DHCP_PACKET_MAX])
{
	static const uint8_t asked[] = { OPTION_MASK, OPTION_ROUTER, OPTION_RESOLVER,
					 OPTION_HOST, OPTION_DOMAIN, OPTION_ROOT_PATH,
					 OPTION_LEASE };
	uint8_t kind = (uint8_t)type, client[1 + DHCP_MAC] = { 1 }, address[4];
	size_t at = AT_OPTIONS, host = strlen(ask->host);

	memset(ret, 0, DHCP_PACKET_MAX);
	ret[0] = 1; /* a request, of an Ethernet address of 6 bytes */
	ret[1] = 1;
	ret[2] = DHCP_MAC;
	put_u32(ret + AT_ID, ask->id);
	ret[AT_SECONDS] = (uint8_t)(ask->seconds >> 8);
	ret[AT_SECONDS + 1] = (uint8_t)ask->seconds;
	ret[AT_FLAGS] = 0x80; /* we have no address yet: answer by broadcast */
	memcpy(ret + AT_MAC, ask->mac, DHCP_MAC);
	memcpy(ret + AT_COOKIE, cookie, sizeof(cookie));
	at = put(ret, at, OPTION_TYPE, &kind, 1);
	memcpy(client + 1, ask->mac, DHCP_MAC);
	at = put(ret, at, OPTION_CLIENT, client, sizeof(client));
	if (type == DHCP_REQUEST) {
		put_u32(address, ask->wanted);
		at = put(ret, at, OPTION_WANTED, address, sizeof(address));
		put_u32(address, ask->server);
		at = put(ret, at, OPTION_SERVER, address, sizeof(address));
	}
	at = put(ret, at, OPTION_ASKED, asked, sizeof(asked));
	at = put(ret, at, OPTION_CLASS, vendor_class, sizeof(vendor_class) - 1);
	if (host > 0 && host < IP4_HOST_MAX)
		at = put(ret, at, OPTION_HOST, ask->host, host);
	ret[at++] = OPTION_END;
	return at < PACKET_MIN ? PACKET_MIN : at;
}

static void take_addresses(const uint8_t *bytes, size_t n, uint32_t *ret, size_t max)
{
	for (size_t i = 0; i < max && n >= 4 * (i + 1); i++)
		ret[i] = get_u32(bytes + 4 * i);
}

/* A path: no control characters, which a console would obey. */
static void take_text(const uint8_t *bytes, size_t n, char *ret, size_t size)
{
	while (n > 0 && bytes[n - 1] == 0) /* some servers send the NUL, too */
		n--;
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] < ' ' || bytes[i] >= 127)
			return;
	}
	(void)str_copy_bytes(ret, size, (const char *)bytes, n); /* too long: as if not said */
}

static void take_host(const uint8_t *bytes, size_t n, char *ret)
{
	while (n > 0 && bytes[n - 1] == 0)
		n--;
	(void)ip4_host((const char *)bytes, n, ret); /* no name: as if not said */
}

static void take_option(uint8_t option, const uint8_t *bytes, size_t n, struct dhcp_answer *ret,
			uint8_t *ret_overload)
{
	switch (option) {
	case OPTION_MASK:
		take_addresses(bytes, n, &ret->mask, 1);
		break;
	case OPTION_ROUTER:
		take_addresses(bytes, n, &ret->router, 1);
		break;
	case OPTION_RESOLVER:
		take_addresses(bytes, n, ret->resolvers, IP4_RESOLVERS);
		break;
	case OPTION_SERVER:
		take_addresses(bytes, n, &ret->server, 1);
		break;
	case OPTION_HOST:
		take_host(bytes, n, ret->host);
		break;
	case OPTION_DOMAIN:
		take_host(bytes, n, ret->domain);
		break;
	case OPTION_ROOT_PATH:
		take_text(bytes, n, ret->root_path, sizeof(ret->root_path));
		break;
	case OPTION_LEASE:
		ret->lease_s = n == 4 ? get_u32(bytes) : 0;
		break;
	case OPTION_TYPE:
		ret->type = n == 1 ? (enum dhcp_type)bytes[0] : ret->type;
		break;
	case OPTION_OVERLOAD:
		*ret_overload = n == 1 ? bytes[0] : 0;
		break;
	}
}

static int take_options(const uint8_t *bytes, size_t n, struct dhcp_answer *ret,
			uint8_t *ret_overload)
{
	for (size_t at = 0; at < n && bytes[at] != OPTION_END;) {
		if (bytes[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (n - at < 2 || n - at - 2 < bytes[at + 1])
			return -EINVAL;
		take_option(bytes[at], bytes + at + 2, bytes[at + 1], ret, ret_overload);
		at += 2 + (size_t)bytes[at + 1];
	}
	return 0;
}

int dhcp_parse(const uint8_t *packet, size_t n, const struct dhcp_ask *ask, struct dhcp_answer *ret)
{
	struct dhcp_answer parsed = { 0 };
	uint8_t overload = 0, nested = 0;
	int r;

	if (n < AT_OPTIONS || packet[0] != 2 || get_u32(packet + AT_ID) != ask->id ||
	    memcmp(packet + AT_MAC, ask->mac, DHCP_MAC) != 0 ||
	    memcmp(packet + AT_COOKIE, cookie, sizeof(cookie)) != 0)
		return -ENOMSG;
	parsed.address = get_u32(packet + AT_ADDRESS);
	parsed.next = get_u32(packet + AT_NEXT);
	r = take_options(packet + AT_OPTIONS, n - AT_OPTIONS, &parsed, &overload);
	if (r == 0 && (overload & 1))
		r = take_options(packet + AT_FILE, AT_COOKIE - AT_FILE, &parsed, &nested);
	if (r == 0 && (overload & 2))
		r = take_options(packet + AT_SERVER_NAME, AT_FILE - AT_SERVER_NAME, &parsed,
				 &nested);
	if (r < 0)
		return r;
	if (parsed.type != DHCP_OFFER && parsed.type != DHCP_ACK && parsed.type != DHCP_NAK)
		return -ENOMSG;
	if (parsed.type != DHCP_NAK && !parsed.address)
		return -EINVAL;
	*ret = parsed;
	return 0;
}
