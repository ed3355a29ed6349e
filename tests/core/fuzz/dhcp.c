/* SPDX-License-Identifier: MIT */
/* Any bytes as an answer to DHCP: what is taken over is text that a console and a path can take. */
#include "core/dhcp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == size)
		abort();
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > 126)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dhcp_ask ask = { .mac = { 2, 0, 0, 0, 0, 9 }, .id = 1, .host = "" };
	uint8_t packet[1500] = { 0 };
	struct dhcp_answer answer;
	size_t n = size < sizeof(packet) - 240 ? size : sizeof(packet) - 240;

	(void)dhcp_parse(data, size, &ask, &answer); /* hardly ever an answer to us */
	(void)dhcp_build(DHCP_DISCOVER, &ask, packet);
	packet[0] = 2;
	packet[16] = 10;
	if (n > 128) { /* the two fields that may hold options, too */
		memcpy(packet + 108, data, 128);
		memcpy(packet + 44, data + n - 64, 64);
	}
	memcpy(packet + 240, data, n);
	if (dhcp_parse(packet, 240 + n, &ask, &answer) < 0)
		return 0;
	if (answer.type != DHCP_OFFER && answer.type != DHCP_ACK && answer.type != DHCP_NAK)
		abort();
	check_text(answer.host, sizeof(answer.host));
	check_text(answer.domain, sizeof(answer.domain));
	check_text(answer.root_path, sizeof(answer.root_path));
	if (strchr(answer.host, '/'))
		abort();
	return 0;
}
