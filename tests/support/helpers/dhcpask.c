/* SPDX-License-Identifier: MIT */
/* One round of DHCP as init does it, on an interface that is there: what it got, a line each. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dhcp.h"
#include "core/ip4.h"
#include "core/str.h"
#include "sys/dhcp_ask.h"
#include "sys/netdev.h"

static void say(const char *what, uint32_t address)
{
	char bytes[32];
	struct text text;

	text_init(&text, bytes, sizeof(bytes));
	ip4_add(&text, address);
	(void)printf("%s %s\n", what, bytes);
}

/* dhcpask INTERFACE HOST FIRST_MS ALL_MS */
int main(int argc, char **argv)
{
	struct netdev all[NETDEV_MAX], *found = NULL;
	struct dhcp_times times;
	struct dhcp_answer answer;
	int n = netdev_list(all), r;

	if (argc != 5)
		return 2;
	for (int i = 0; i < n; i++)
		found = str_eq(all[i].name, argv[1]) ? &all[i] : found;
	if (!found) {
		(void)printf("no interface\n");
		return 1;
	}
	times.first = (unsigned)strtoul(argv[3], NULL, 10);
	times.all = (unsigned)strtoul(argv[4], NULL, 10);
	r = netdev_up(argv[1]);
	if (r == 0)
		r = dhcp_ask(found, argv[2], &times, &answer);
	if (r < 0) {
		(void)printf("%s\n", strerror(-r));
		return 1;
	}
	say("address", answer.address);
	say("mask", answer.mask);
	say("router", answer.router);
	say("server", answer.server);
	say("resolver", answer.resolvers[0]);
	(void)printf("host %s\nroot %s\n", answer.host, answer.root_path);
	r = netdev_address(argv[1], answer.address, answer.mask);
	if (r == 0)
		r = netdev_gateway(answer.router);
	(void)printf("configured %s\n", r < 0 ? strerror(-r) : "yes");
	return r < 0;
}
