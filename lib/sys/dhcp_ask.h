/* SPDX-License-Identifier: MIT */
/* One round of DHCP on an interface: discover, offer, request, acknowledgement; answers that are
 * lost are asked for again, those that come twice or are another's are passed over. */
#ifndef BUSYPY_SYS_DHCP_ASK_H
#define BUSYPY_SYS_DHCP_ASK_H

#include <stdint.h>

struct dhcp_answer;
struct netdev;

/* How long a round takes at most, and when it asks again, in milliseconds. */
struct dhcp_times {
	unsigned first; /* until the first repetition; doubled each time */
	unsigned all;
};

/* Asks on an interface that is up, which needs no address. host is told to the server, or "".
 * -ETIMEDOUT if nobody has answered in time, -ECONNREFUSED if the server has taken its offer back,
 * else -errno. */
int dhcp_ask(const struct netdev *netdev, const char *host, const struct dhcp_times *times,
	     struct dhcp_answer *ret);

#endif
