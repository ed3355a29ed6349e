/* SPDX-License-Identifier: MIT */
/* Addresses and ip=; pure. */
#include "core/ip4.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"

int ip4_parse(const char *s, size_t n, uint32_t *ret)
{
	uint32_t parsed = 0;
	size_t part = 0, digits = 0;
	unsigned value = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && s[i] >= '0' && s[i] <= '9' && digits < 3) {
			value = value * 10 + (unsigned)(s[i] - '0');
			digits++;
			continue;
		}
		if (digits == 0 || value > 255 || part == 4 || (i < n && s[i] != '.'))
			return -EINVAL;
		parsed = parsed << 8 | value;
		part++;
		value = 0;
		digits = 0;
	}
	if (part != 4)
		return -EINVAL;
	*ret = parsed;
	return 0;
}

void ip4_add(struct text *text, uint32_t address)
{
	text_addf(text, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
		  address & 255);
}

uint32_t ip4_class_mask(uint32_t address)
{
	if (address >> 24 < 128)
		return 0xff000000;
	if (address >> 24 < 192)
		return 0xffff0000;
	return 0xffffff00;
}

int ip4_host(const char *s, size_t n, char *ret)
{
	if (n == 0 || n >= IP4_HOST_MAX || s[0] == '-' || s[0] == '.')
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');

		if (!letter && !(s[i] >= '0' && s[i] <= '9') && s[i] != '-' && s[i] != '.')
			return -EINVAL;
	}
	return str_copy_bytes(ret, IP4_HOST_MAX, s, n) < 0 ? -EINVAL : 0;
}

/* The kernel's words; -EINVAL for any other. */
static int parse_autoconf(const char *s, size_t n, bool *ret_ask)
{
	static const struct {
		const char *word;
		bool ask;
	} words[] = {
		{ "", true },	   { "any", true },	{ "on", true },	  { "dhcp", true },
		{ "bootp", true }, { "both", true },	{ "rarp", true }, { "off", false },
		{ "none", false }, { "static", false },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) == n && memcmp(words[i].word, s, n) == 0) {
			*ret_ask = words[i].ask;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_device(const char *s, size_t n, char *ret)
{
	if (n >= IP4_DEVICE_MAX || memchr(s, '/', n) || s[0] == '.')
		return -EINVAL;
	return str_copy_bytes(ret, IP4_DEVICE_MAX, s, n) < 0 ? -EINVAL : 0;
}

static int parse_field(size_t field, const char *s, size_t n, struct ip4_word *ret)
{
	uint32_t *const addresses[] = { &ret->client, &ret->server, &ret->gateway, &ret->mask };

	if (field == 6)
		return parse_autoconf(s, n, &ret->ask);
	if (n == 0)
		return 0;
	if (field < 4)
		return ip4_parse(s, n, addresses[field]);
	if (field == 4)
		return ip4_host(s, n, ret->host);
	if (field == 5)
		return parse_device(s, n, ret->device);
	if (field < 9)
		return ip4_parse(s, n, &ret->resolvers[field - 7]);
	return 0; /* time servers */
}

int ip4_word_parse(const char *value, struct ip4_word *ret, struct err *err)
{
	static const char *const names[] = { "client", "server",   "gateway",  "netmask", "host",
					     "device", "autoconf", "resolver", "resolver" };
	struct ip4_word parsed = { .ask = true };
	size_t field = 0;

	if (!strchr(value, ':') && parse_autoconf(value, strlen(value), &parsed.ask) == 0) {
		*ret = parsed;
		return 0;
	}
	for (const char *s = value;; s++) {
		size_t n = strcspn(s, ":");

		if (parse_field(field, s, n, &parsed) < 0)
			return err_say(err, EINVAL, "ip=: '%.*s' cannot be the %s", (int)n, s,
				       names[field]);
		s += n;
		field++;
		if (!*s)
			break;
	}
	*ret = parsed;
	return 0;
}
