/* SPDX-License-Identifier: MIT */
/* Brings up the network: modules, the first interface with a cable (or the one that ip= names), an
 * address. */
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/cmdline.h"
#include "core/dhcp.h"
#include "core/err.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/dhcp_ask.h"
#include "sys/fd.h"
#include "sys/module.h"
#include "sys/netdev.h"
#include "log.h"
#include "timeouts.h"

#define MODULES "/" TREE_MODULES

enum { LIST_MAX = 16 * 1024, WAITS_MAX = 256 };

static void (*tell_parent)(const char *what);

static void pause_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

void network_set_waits(void (*tell)(const char *what))
{
	tell_parent = tell;
}

void network_waits(const char *format, ...)
{
	static char last[WAITS_MAX];
	char text[WAITS_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* shortened, since people read it */
	va_end(args);
	if (str_eq(text, last))
		return;
	memcpy(last, text, sizeof(last));
	log_note("init: root: %s", text);
	if (tell_parent)
		tell_parent(text);
}

void network_wait_again(const struct err *err, int *pause)
{
	network_waits("%s; trying again until it works", err->text);
	*pause = *pause ? *pause * 2 : NFS_PAUSE_MIN_MS;
	if (*pause > NFS_PAUSE_MAX_MS)
		*pause = NFS_PAUSE_MAX_MS;
	pause_ms(*pause);
}

/* Loads a module and removes its file, whose memory is worth more. */
static void load_one(const char *path)
{
	int r = module_load(path, "");

	if (r < 0)
		log_note("init: cannot load %s: %s", path, strerror(-r));
	(void)unlink(path); /* in a tree that is read-only: then it stays */
}

void network_load_modules(void)
{
	static char list[LIST_MAX];
	ssize_t n = fd_read_file(AT_FDCWD, MODULES, list, sizeof(list));

	if (n < 0) {
		if (n != -ENOENT) /* where all drivers are in the kernel */
			log_say("init: cannot read " MODULES ": %s", strerror((int)-n));
		return;
	}
	for (char *line = list; *line;) {
		size_t length = strcspn(line, "\n");
		bool last = !line[length];

		line[length] = '\0';
		if (*line)
			load_one(line);
		line += length + !last;
	}
}

/* Waits for the named interface, or the first with a carrier: drivers and cables take time. */
static void find_device(const char *wanted, struct netdev *ret)
{
	struct netdev all[NETDEV_MAX];

	for (;; pause_ms(NETWORK_STEP_MS)) {
		int n = netdev_list(all);

		for (int i = 0; i < n; i++) {
			if (*wanted && !str_eq(all[i].name, wanted))
				continue;
			if (netdev_up(all[i].name) == 0 && netdev_has_carrier(all[i].name)) {
				*ret = all[i];
				return;
			}
		}
		if (n <= 0)
			network_waits(
				"there is no network interface (is its driver in the image?)");
		else if (*wanted)
			network_waits("interface %s is not there, or not connected", wanted);
		else
			network_waits("no network interface is connected");
	}
}

static void write_file(const char *path, const char *text)
{
	FD_CLEANUP int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r = fd < 0 ? -errno : fd_write_all(fd, text, strlen(text));

	if (r < 0)
		log_note("init: cannot write %s: %s", path, strerror(-r));
}

static void write_resolver(const uint32_t *resolvers, const char *domain)
{
	char bytes[256];
	struct text text;

	text_init(&text, bytes, sizeof(bytes));
	if (*domain)
		text_addf(&text, "search %s\n", domain);
	for (size_t i = 0; i < IP4_RESOLVERS; i++) {
		if (!resolvers[i])
			continue;
		text_add(&text, "nameserver ");
		ip4_add(&text, resolvers[i]);
		text_add(&text, "\n");
	}
	if (text.used > 0)
		write_file("/run/resolv.conf", bytes);
}

/* Two clients of one name would be one to an NFSv4 server, and each would end the other's state:
 * the address of the interface tells them apart. Read when the client is made, so before mounting;
 * Documentation/filesystems/nfs/client-identifier.rst. */
static void set_identity(const struct netdev *netdev, const char *given)
{
	static const char parameter[] = "/sys/module/nfs/parameters/nfs4_unique_id";
	const uint8_t *mac = netdev->mac;
	char id[32], bytes[IP4_HOST_MAX];
	struct text host;

	(void)snprintf(id, sizeof(id), "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3],
		       mac[4], mac[5]);
	text_init(&host, bytes, sizeof(bytes));
	text_addf(&host, "%s%s", *given ? given : "client-", *given ? "" : id);
	if (sethostname(bytes, host.used) < 0)
		log_say("init: cannot set the host's name: %m");
	if (access(parameter, W_OK) == 0)
		write_file(parameter, id);
}

static void take_answer(const struct dhcp_answer *answer, struct ip4_word *word)
{
	word->client = answer->address;
	if (!word->mask)
		word->mask = answer->mask;
	if (!word->gateway)
		word->gateway = answer->router;
	if (!word->server)
		word->server = answer->next;
	if (!word->host[0])
		(void)str_copy(word->host, sizeof(word->host), answer->host); /* as long */
	for (size_t i = 0; i < IP4_RESOLVERS; i++) {
		if (!word->resolvers[i])
			word->resolvers[i] = answer->resolvers[i];
	}
}

/* Gives the interface its address, and the gateway; 0 or -errno. */
static int configure(const struct netdev *netdev, struct ip4_word *word)
{
	int r;

	if (!word->mask)
		word->mask = ip4_class_mask(word->client);
	r = netdev_address(netdev->name, word->client, word->mask);
	if (r < 0)
		return r;
	return word->gateway ? netdev_gateway(word->gateway) : 0;
}

static void read_word(const struct cmdline *options, struct ip4_word *ret)
{
	struct err err = { 0 };

	if (ip4_word_parse(options->ip, ret, &err) == 0 && (ret->ask || ret->client))
		return;
	if (err.code)
		log_err(NULL, &err);
	else if (options->ip[0])
		log_say("init: ip=%s gives no address", options->ip);
	if (options->ip[0])
		log_say("init: asking for an address by DHCP instead");
	*ret = (struct ip4_word){ .ask = true };
}

/* nfsroot= goes before what DHCP says; the server's address may come from anywhere. */
static void choose_root(const struct cmdline *options, const struct ip4_word *word,
			const struct dhcp_answer *answer, struct nfs_share *ret)
{
	struct err err = { 0 };

	if (options->nfsroot[0] && nfs_share_parse(options->nfsroot, ret, &err) < 0)
		log_err("nfsroot=", &err);
	if (!ret->path[0] && answer->root_path[0] &&
	    nfs_share_parse(answer->root_path, ret, &err) < 0)
		log_err("DHCP's root path", &err);
	if (ret->path[0] && !ret->server)
		ret->server = word->server;
	if (ret->path[0] && !ret->server)
		ret->server = answer->server;
}

static void ask(const struct netdev *netdev, struct ip4_word *word, struct dhcp_answer *ret)
{
	static const struct dhcp_times times = { DHCP_FIRST_MS, DHCP_ROUND_MS };
	int r;

	while ((r = dhcp_ask(netdev, word->host, &times, ret)) < 0) {
		if (r == -ETIMEDOUT)
			network_waits("no answer to DHCP on %s", netdev->name);
		else
			network_waits("DHCP on %s: %s", netdev->name, strerror(-r));
		pause_ms(NETWORK_STEP_MS);
	}
	take_answer(ret, word);
}

void network_bring_up(const struct cmdline *options, struct network *ret)
{
	struct dhcp_answer answer = { 0 };
	struct ip4_word word;
	struct netdev netdev;
	int r;

	read_word(options, &word);
	(void)netdev_up("lo"); /* for programs; the root does not need it */
	find_device(word.device, &netdev);
	if (!word.client)
		ask(&netdev, &word, &answer);
	while ((r = configure(&netdev, &word)) < 0) {
		network_waits("cannot configure %s: %s", netdev.name, strerror(-r));
		pause_ms(NETWORK_STEP_MS);
	}
	set_identity(&netdev, word.host);
	write_resolver(word.resolvers, answer.domain);
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->device, netdev.name, sizeof(ret->device));
	ret->address = word.client;
	choose_root(options, &word, &answer, &ret->root);
}
