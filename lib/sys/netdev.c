/* SPDX-License-Identifier: MIT */
/* Which Ethernet devices there are, and what they are told. */
#include "sys/netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/str.h"
#include "sys/dirs.h"
#include "sys/fd.h"

#define FOLDER "/sys/class/net"

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int name_request(const char *name, struct ifreq *ret)
{
	memset(ret, 0, sizeof(*ret));
	return str_copy(ret->ifr_name, sizeof(ret->ifr_name), name) < 0 ? -ENODEV : 0;
}

static int control(unsigned long what, struct ifreq *request)
{
	FD_CLEANUP int fd = open_socket();

	if (fd < 0)
		return fd;
	return ioctl(fd, (int)what, request) < 0 ? -errno : 0;
}

/* One line of a file of the interface. */
static bool says(const char *name, const char *file, const char *wanted)
{
	char path[96], line[32];
	struct text text;
	ssize_t n;

	text_init(&text, path, sizeof(path));
	text_addf(&text, FOLDER "/%s/%s", name, file);
	n = fd_read_file(AT_FDCWD, path, line, sizeof(line));
	if (n <= 0) /* EINVAL: asked for the carrier of what is off */
		return false;
	line[n - (line[n - 1] == '\n')] = '\0';
	return str_eq(line, wanted);
}

static int read_mac(struct netdev *netdev)
{
	struct ifreq request;
	int r = name_request(netdev->name, &request);

	if (r < 0)
		return r;
	r = control(SIOCGIFHWADDR, &request);
	if (r < 0)
		return r;
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return -EPROTOTYPE;
	memcpy(netdev->mac, request.ifr_hwaddr.sa_data, NETDEV_MAC);
	return 0;
}

static void insert(struct netdev *all, int n, const struct netdev *one)
{
	int at = n;

	for (; at > 0 && strcmp(all[at - 1].name, one->name) > 0; at--)
		all[at] = all[at - 1];
	all[at] = *one;
}

int netdev_list(struct netdev ret[NETDEV_MAX])
{
	FD_CLEANUP int fd = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirs dirs;
	const char *name;
	int n = 0, r;

	if (fd < 0)
		return -errno;
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0 && n < NETDEV_MAX) {
		struct netdev one;

		if (str_copy(one.name, sizeof(one.name), name) == 0 && says(name, "type", "1") &&
		    read_mac(&one) == 0)
			insert(ret, n++, &one);
	}
	return r < 0 ? r : n;
}

int netdev_up(const char *name)
{
	struct ifreq request;
	int r = name_request(name, &request);

	if (r < 0)
		return r;
	r = control(SIOCGIFFLAGS, &request);
	if (r < 0 || (request.ifr_flags & IFF_UP))
		return r;
	request.ifr_flags |= IFF_UP;
	return control(SIOCSIFFLAGS, &request);
}

bool netdev_has_carrier(const char *name)
{
	/* "down" with a carrier: the kernel still drops what is sent (net/core/link_watch.c). */
	return says(name, "carrier", "1") && !says(name, "operstate", "down");
}

static void put_address(struct sockaddr *to, uint32_t address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

	memcpy(to, &in, sizeof(in));
}

int netdev_address(const char *name, uint32_t address, uint32_t mask)
{
	struct ifreq request;
	int r = name_request(name, &request);

	if (r < 0)
		return r;
	put_address(&request.ifr_addr, address);
	r = control(SIOCSIFADDR, &request);
	if (r < 0)
		return r;
	put_address(&request.ifr_netmask, mask);
	return control(SIOCSIFNETMASK, &request);
}

int netdev_gateway(uint32_t gateway)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };
	FD_CLEANUP int fd = open_socket();

	if (fd < 0)
		return fd;
	put_address(&route.rt_dst, INADDR_ANY);
	put_address(&route.rt_genmask, INADDR_ANY);
	put_address(&route.rt_gateway, gateway);
	return ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST ? -errno : 0;
}
