/* SPDX-License-Identifier: MIT */
/* Ethernet interfaces: which there are, and giving one an address. ioctl(2)s only: netdevice(7). */
#ifndef BUSYPY_SYS_NETDEV_H
#define BUSYPY_SYS_NETDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETDEV_NAME_MAX = 16, NETDEV_MAC = 6, NETDEV_MAX = 16 };

struct netdev {
	char name[NETDEV_NAME_MAX];
	uint8_t mac[NETDEV_MAC];
};

/* The Ethernet interfaces in the order of their names, at most NETDEV_MAX; how many, or -errno.
 * Needs /sys. */
int netdev_list(struct netdev ret[NETDEV_MAX]);

/* Switches it on; 0 or -errno. */
int netdev_up(const char *name);

/* True if it is on and its cable is plugged in. */
bool netdev_has_carrier(const char *name);

/* Its address and mask; 0 or -errno. */
int netdev_address(const char *name, uint32_t address, uint32_t mask);

/* The route to everything else; one that is there already is no error. */
int netdev_gateway(uint32_t gateway);

#endif
