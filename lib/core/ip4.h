/* SPDX-License-Identifier: MIT */
/* An IPv4 address as text and as a number (10.0.2.2 is 0x0a000202, 0 is none), and the kernel's
 * word ip=: how a diskless machine gets its network. */
#ifndef BUSYPY_CORE_IP4_H
#define BUSYPY_CORE_IP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct text;

enum { IP4_HOST_MAX = 64, IP4_DEVICE_MAX = 16, IP4_RESOLVERS = 2 };

/* "10.0.2.2", n bytes of it; -EINVAL. */
int ip4_parse(const char *s, size_t n, uint32_t *ret);

/* Appends "10.0.2.2". */
void ip4_add(struct text *text, uint32_t address);

/* The mask of the address's old class (A, B, C), which the kernel takes where none is given. */
uint32_t ip4_class_mask(uint32_t address);

/* Copies n bytes to ret (IP4_HOST_MAX) if they can be a host's name: letters, digits, '-', '.',
 * neither of these first. -EINVAL. */
int ip4_host(const char *s, size_t n, char *ret);

/* What ip= says: CLIENT:SERVER:GATEWAY:MASK:HOST:DEVICE:AUTOCONF:DNS:DNS (what follows is ignored),
 * or AUTOCONF alone. Empty texts and addresses: not given. Linux,
 * Documentation/admin-guide/nfs/nfsroot.rst. */
struct ip4_word {
	uint32_t client, server, gateway, mask;
	char host[IP4_HOST_MAX], device[IP4_DEVICE_MAX];
	bool ask; /* DHCP, for what is not given; false for off, none and static */
	uint32_t resolvers[IP4_RESOLVERS];
};

/* An empty or missing value is that of "any". -EINVAL with a sentence. */
int ip4_word_parse(const char *value, struct ip4_word *ret, struct err *err);

#endif
