/* SPDX-License-Identifier: MIT */
/* The network of a client without a root: modules, interface, address, name. Waits and repeats for
 * as long as it takes, so only in a child of PID 1. */
#ifndef BUSYPY_DAEMON_INIT_NETWORK_H
#define BUSYPY_DAEMON_INIT_NETWORK_H

#include <stdint.h>

#include "core/ip4.h"
#include "core/nfs.h"

struct cmdline;
struct err;

/* What came out of it. */
struct network {
	char device[IP4_DEVICE_MAX];
	uint32_t address;
	struct nfs_share root; /* from nfsroot=, else from DHCP; path is empty if neither says it */
};

/* What is waited for: the parent tells it to the user if it takes long. */
void network_waits(const char *format, ...) __attribute__((format(printf, 1, 2)));
void network_set_waits(void (*tell)(const char *what));

/* Tells why a mount has failed, and waits before the next try: longer each time. *pause begins as
 * 0. */
void network_wait_again(const struct err *err, int *pause);

/* Loads what the initramfs lists. What cannot be loaded is noted. */
void network_load_modules(void);

/* Configures one interface as ip= says, sets the host's name and the NFS client's identity, and
 * writes /run/resolv.conf. Does not return before that has worked. */
void network_bring_up(const struct cmdline *options, struct network *ret);

#endif
