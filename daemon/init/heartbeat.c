/* SPDX-License-Identifier: MIT */
/* Writes this machine's lease to its file server, each minute. The mount is soft, and in a mount
 * namespace of its own: nobody else sees it, no shutdown has to unmount it, and a server that has
 * gone ends a write with an error. */
#include "heartbeat.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/lease.h"
#include "core/mountline.h"
#include "core/nfs.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "sys/fd.h"
#include "sys/netdev.h"
#include "sys/processor.h"
#include "log.h"
#include "nfs_mount.h"
#include "process.h"
#include "state.h"
#include "timeouts.h"

#define AT "/run/busypy/lease"

enum { FRESH_S = 3 * HEARTBEAT_MS / 1000, NAME_MAX_SIZE = 2 * LEASE_NAME_SIZE };

static struct nfs_share share;
static const struct arch *arch;

bool heartbeat_wanted(const struct init *init)
{
	struct err err = { 0 };

	if (init->container || !init->options.lease[0])
		return false;
	arch = init->arch;
	if (nfs_share_parse(init->options.lease, &share, &err) == 0 && share.server)
		return true;
	if (!err.code)
		(void)err_say(&err, EINVAL, "'%.64s' names no server", init->options.lease);
	log_err("busypy.lease", &err);
	return false;
}

void heartbeat_add(struct init *init)
{
	if (heartbeat_wanted(init) &&
	    process_add_work(init, PROCESS_HEARTBEAT, "heartbeat", heartbeat_run) < 0)
		log_say("init: no room for the lease's process");
}

/* Waits for a while; true if the process was told to end. TERM is blocked, so none is lost. */
static bool rest(int ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	sigset_t term;

	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	return sigtimedwait(&term, NULL, &pause) == SIGTERM;
}

/* The version in what the root was mounted from: .../versions/ID. */
static bool version_of_root(char ret[LEASE_VERSION_SIZE])
{
	static char bytes[16 * 1024];
	static struct mountline line;
	FD_CLEANUP int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, bytes, sizeof(bytes));
	const char *id = NULL;

	for (ssize_t at = 0; at < n;) {
		const char *end = memchr(bytes + at, '\n', (size_t)(n - at));
		size_t length = end ? (size_t)(end - bytes) - (size_t)at : (size_t)(n - at);

		if (mountline_parse(bytes + at, length, &line) == 0 && str_eq(line.path, "/") &&
		    (id = export_layout_id(line.source)))
			return str_copy(ret, LEASE_VERSION_SIZE, id) == 0;
		at += (ssize_t)length + 1;
	}
	return false;
}

/* The first line of a small file, without its end; "" if there is none. */
static void read_line(const char *path, char *ret, size_t size)
{
	char bytes[VERSION_RECORD_MAX];
	ssize_t n = fd_read_file(AT_FDCWD, path, bytes, sizeof(bytes));

	ret[0] = '\0';
	if (n > 0)
		(void)str_copy_bytes(ret, size, bytes, strcspn(bytes, "\n")); /* or empty */
}

static int describe(struct lease *lease, struct err *err)
{
	struct utsname name;

	(void)uname(&name); /* cannot fail */
	if (str_copy(lease->host, sizeof(lease->host), name.nodename) < 0 ||
	    !lease_name_valid(lease->host))
		return err_say(err, EINVAL, "'%s' cannot be the name of a lease", name.nodename);
	(void)str_copy(lease->arch, sizeof(lease->arch), arch->name); /* fits */
	if (!version_of_root(lease->version))
		read_line("/" TREE_VERSION_RECORD, lease->version, sizeof(lease->version));
	if (!version_id_valid(lease->version))
		return err_say(err, EINVAL,
			       "the root is no published version: there is nothing to lease");
	read_line("/proc/sys/kernel/random/boot_id", lease->boot, sizeof(lease->boot));
	lease->x86_level = processor_x86_level();
	return 0;
}

/* The interface's address: what two clients of one name do not have in common. */
static void add_card(struct text *text)
{
	struct netdev all[NETDEV_MAX];

	for (int i = 0, n = netdev_list(all); i < n; i++) {
		const uint8_t *mac = all[i].mac;

		if (!netdev_has_carrier(all[i].name))
			continue;
		text_addf(text, "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
			  mac[5]);
		return;
	}
}

/* True if another client of this name is alive: its lease is young by the server's clock, from
 * another boot and another card. */
static bool is_anothers(const char *name, const struct lease *ours, const char *card,
			time_t server_now)
{
	char bytes[LEASE_SIZE_MAX + 1];
	FD_CLEANUP int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, bytes, LEASE_SIZE_MAX);
	struct err err = { 0 };
	struct lease theirs;
	struct stat st;

	if (n < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    lease_parse(bytes, (size_t)n, &theirs, &err) < 0)
		return false;
	bytes[n] = '\0';
	return st.st_mtime + FRESH_S > server_now && !str_eq(theirs.boot, ours->boot) &&
	       !strstr(bytes, card);
}

/* Writes a temporary file and renames it (unless name is empty), so that a reader finds either the
 * old lease or the new one. */
static int write_lease(struct lease *lease, const char *name, const char *card, time_t *ret_now)
{
	char bytes[LEASE_SIZE_MAX], temporary[64];
	struct timespec up = { 0 };
	struct text path, text;
	struct stat st;
	FD_CLEANUP int fd = -1;
	size_t n;
	int r;

	(void)clock_gettime(CLOCK_BOOTTIME, &up); /* cannot fail */
	lease->uptime = (uint64_t)up.tv_sec;
	if (lease_format(lease, bytes, sizeof(bytes)) < 0)
		return -EINVAL;
	n = strlen(bytes);
	text_init(&text, bytes + n, sizeof(bytes) - n);
	text_addf(&text, "card %s\n", card);
	text_init(&path, temporary, sizeof(temporary));
	text_addf(&path, ".%s.new", card);
	fd = fd_create_anew(temporary, 0644);
	if (fd < 0)
		return fd;
	r = fd_write_all(fd, bytes, n + text.used);
	if (r < 0)
		return r;
	if (fsync(fd) < 0 || fstat(fd, &st) < 0)
		return -errno;
	*ret_now = st.st_mtime;
	if (name[0] && rename(temporary, name) < 0)
		return -errno;
	return 0;
}

/* Mounts the share and changes to it; after a failure anew, since the server may have been
 * replaced. */
static int go_there(struct err *err)
{
	struct nfs_mount request = {
		.share = &share, .below = "", .flags = NFS_SOFT, .writable = MS_NOEXEC, .at = AT
	};
	int r;

	(void)chdir("/");	       /* cannot fail */
	(void)umount2(AT, MNT_DETACH); /* not mounted: nothing to do */
	(void)mkdir(AT, 0700);	       /* what is missing, mount says */
	r = nfs_mount(&request, err);
	if (r < 0)
		return r;
	return chdir(AT) < 0 ? err_set(err, errno, "cannot go to the share") : 0;
}

/* The name of our file: the host's, unless another client has taken it. */
static int choose_name(struct lease *lease, const char *card, char name[NAME_MAX_SIZE],
		       struct err *err)
{
	struct text text;
	time_t now = 0;
	int r = write_lease(lease, "", card, &now);

	if (r < 0)
		return err_set(err, -r, "cannot write it");
	text_init(&text, name, NAME_MAX_SIZE);
	text_add(&text, lease->host);
	if (is_anothers(name, lease, card, now)) {
		text_addf(&text, "-%s", card);
		if (text_check(&text) < 0 || !lease_name_valid(name))
			return err_say(err, E2BIG, "another client is named %s", lease->host);
		log_say("init: lease: another client is named %s: writing ours as %s", lease->host,
			name);
		(void)str_copy(lease->host, sizeof(lease->host), name); /* as long as valid */
	}
	return 0;
}

static int beat(struct lease *lease, const char *card, char name[NAME_MAX_SIZE], struct err *err)
{
	time_t now;
	int r;

	if (!name[0]) {
		r = go_there(err);
		if (r < 0)
			return r;
		r = choose_name(lease, card, name, err);
		if (r < 0)
			return r;
	}
	r = write_lease(lease, name, card, &now);
	return r < 0 ? err_set(err, -r, "cannot write it") : 0;
}

static void keep_writing(struct lease *lease, const char *card)
{
	char name[NAME_MAX_SIZE] = "";
	bool said = false;

	do {
		struct err err = { 0 };
		int r = beat(lease, card, name, &err);

		if (r < 0 && !said)
			log_say("init: lease: %s; trying again each minute", err.text);
		if (r == 0 && said)
			log_say("init: lease: written again");
		said = r < 0;
		if (r < 0)
			name[0] = '\0'; /* mounts anew */
	} while (!rest(HEARTBEAT_MS));
	if (name[0])
		(void)unlink(name); /* a server that has gone forgets us by the lease's age */
}

void heartbeat_run(void)
{
	static struct lease lease;
	struct err err = { 0 };
	char card[32] = "";
	sigset_t all;
	struct text text;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)prctl(PR_SET_NAME, "heartbeat");
	text_init(&text, card, sizeof(card));
	add_card(&text);
	if (describe(&lease, &err) == 0 &&
	    (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
		(void)err_set(&err, errno, "cannot have a mount namespace");
	if (err.code) {
		log_say("init: lease: %s", err.text);
		while (!rest(HEARTBEAT_MS))
			; /* or it would be started again each second */
	} else {
		keep_writing(&lease, card);
	}
	_exit(0);
}
