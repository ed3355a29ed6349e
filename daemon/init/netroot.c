/* SPDX-License-Identifier: MIT */
/* Gets the root over the network. A child does what may block; PID 1 waits for it, tells what it
 * waits for, serves signals, and then makes what the child has mounted the root. Its own program
 * goes on as the tree's init. */
#include "netroot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/nfs.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/chain.h"
#include "sys/clock.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/mount_api.h"
#include "compose.h"
#include "image.h"
#include "log.h"
#include "network.h"
#include "nfsroot.h"
#include "process.h"
#include "signals.h"
#include "state.h"
#include "timeouts.h"

#define NEW_ROOT "/busypy-root"

enum { DEPTH_MAX = 24 /* of an initramfs's directories */ };

/* Between the child and its parent. */
struct news {
	unsigned serial; /* changes with the text */
	char text[256];
};

static volatile struct news *news;

static bool is_initramfs(void)
{
	struct statfs fs;

	return statfs("/", &fs) == 0 && (fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC);
}

bool netroot_wanted(const struct init *init)
{
	const struct cmdline *options = &init->options;

	if (init->container || !is_initramfs())
		return false;
	return str_eq(options->root, "/dev/nfs") || options->nfsroot[0] || options->image[0] ||
	       (access("/" TREE_PYTHON, F_OK) < 0 && access("/" TREE_MODULES, F_OK) == 0);
}

static void tell(const char *what)
{
	for (size_t i = 0; i < sizeof(news->text); i++) {
		news->text[i] = what[i];
		if (!what[i])
			break;
	}
	news->serial++;
}

static void work(void *ctx)
{
	const struct init *init = ctx;
	const char *image = init->options.image;
	struct network network;

	network_set_waits(tell);
	network_load_modules();
	/* If nothing is named that comes over the network, the image is in this initramfs. */
	if (image[0] && !init->options.root[0] && !init->options.nfsroot[0]) {
		image_mount(NULL, image, init->arch->name, NEW_ROOT);
		return;
	}
	network_bring_up(&init->options, &network);
	while (!network.root.path[0]) {
		network_waits("no root is named: neither by nfsroot= nor by DHCP");
		(void)pause();
	}
	if (image[0])
		image_mount(&network, image, init->arch->name, NEW_ROOT);
	else
		nfsroot_mount(&network, init->arch->name, NEW_ROOT);
}

static void say_news(unsigned *said)
{
	char text[sizeof(news->text)];

	if (*said == news->serial)
		return;
	*said = news->serial;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = news->text[i];
	text[sizeof(text) - 1] = '\0';
	log_say("init: waiting for the root: %s", text);
}

/* True if the child has done its work; false if a signal asked for an ending, or the child died. */
static bool wait_for_child(struct init *init, int pid, unsigned *said)
{
	process_await(init, pid);
	while (init->processes.awaited) {
		int sig = signals_wait(SIGNALS_ALL, clock_ms() + NETROOT_SAY_MS);

		process_reap(init);
		if (sig == 0)
			say_news(said);
		init->ending = sig == SIGINT ? ENDING_REBOOT : signals_ending(sig);
		if (init->ending != ENDING_NONE)
			return false;
	}
	return init->processes.status == 0;
}

/* Frees the memory of an initramfs's files, which nobody will use again. */
static void remove_below(int parent, dev_t dev, unsigned depth)
{
	struct dirs dirs;
	const char *name;

	dirs_begin(&dirs, parent);
	while (depth < DEPTH_MAX && dirs_next(&dirs, &name) > 0) {
		struct stat st;

		if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != dev)
			continue;
		if (S_ISDIR(st.st_mode)) {
			FD_CLEANUP int fd = openat(parent, name,
						   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (fd >= 0)
				remove_below(fd, dev, depth + 1);
		}
		(void)unlinkat(parent, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
}

static void free_initramfs(int root)
{
	struct stat st;

	if (is_initramfs() && fstat(root, &st) == 0)
		remove_below(root, st.st_dev, 0);
}

/* Takes along what is mounted already, but for /tmp, which holds nothing yet. */
static void move_mounts(void)
{
	static const char *const kept[] = { "/dev", "/proc", "/sys", "/run" };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		char to[64];

		(void)str_copy(to, sizeof(to), NEW_ROOT); /* fits, as the next does */
		(void)strcat(to, kept[i]);
		if (mount(kept[i], to, NULL, MS_MOVE, NULL) < 0)
			log_say("init: cannot move %s to the new root: %m", kept[i]);
	}
	(void)umount2("/tmp", MNT_DETACH);
}

static int change_root(void)
{
	FD_CLEANUP int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	move_mounts();
	if (chdir(NEW_ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return -errno;
	if (old >= 0)
		free_initramfs(old);
	return chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}

/* Executes the tree's own init, which fits it better than that of an image on a boot server.
 * Returns only where there is none. */
static void become_tree_init(const struct init *init)
{
	static char path[CMDLINE_WORD_MAX], word[64], single[] = "single";
	const char *runlevel = getenv("RUNLEVEL");
	char *argv[] = { path, NULL, NULL };
	struct err err = { 0 };
	struct text text;

	text_init(&text, path, sizeof(path));
	if (init->options.init[0])
		text_add(&text, init->options.init);
	else
		text_addf(&text, "/" TREE_INIT_OF, init->arch->name);
	if (init->single)
		argv[1] = single;
	else if (runlevel && str_copy(word, sizeof(word), runlevel) == 0)
		argv[1] = word;
	if (chain_prove(path, &err) == 0) {
		(void)execve(path, argv, environ);
		(void)err_set(&err, errno, "cannot start %s", path);
	}
	log_note("init: %s, going on with the initramfs's own", err.text);
}

static void choose_arch(struct init *init)
{
	const struct arch *arch = arch_by_name(init->options.arch);

	if (init->options.arch[0] && !arch)
		log_say("init: busypy.arch: there is no arch '%s', ignoring", init->options.arch);
	init->arch = arch ? arch : arch_native();
}

struct state state_netroot(struct init *init)
{
	unsigned said = 0;
	int pid;

	choose_arch(init);
	news = mmap(NULL, sizeof(*news), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (news == MAP_FAILED) {
		log_say("init: no memory to wait for the root: %m");
		return (struct state){ state_fail };
	}
	for (;;) {
		pid = process_work(init, work, init);
		if (pid > 0 && wait_for_child(init, pid, &said))
			break;
		if (init->ending != ENDING_NONE)
			return (struct state){ state_shutdown };
		log_say("init: the network's process ended, starting it again");
		(void)process_wait(init, -1, clock_ms() + RESPAWN_PAUSE_MS);
	}
	if (said)
		log_say("init: the root is there after %u s",
			(unsigned)((clock_ms() - init->started) / 1000));
	if (change_root() < 0) {
		log_say("init: cannot change to the new root: %m");
		return (struct state){ state_fail };
	}
	log_note("init: new root after %u ms", (unsigned)(clock_ms() - init->started));
	become_tree_init(init);
	(void)compose_mounts(init);
	return (struct state){ state_compose };
}

void netroot_enter_current(void)
{
	char target[512];
	FD_CLEANUP int fd = -1;
	ssize_t n;
	int r;

	if (getpid() != 1 || access("/" TREE_PYTHON, F_OK) == 0)
		return;
	n = readlink("/" EXPORT_CURRENT, target, sizeof(target) - 1);
	if (n < 0)
		return; /* no export */
	target[n] = '\0';
	if (!export_layout_target(target) || chdir("/") < 0 ||
	    mount(target, target, NULL, MS_BIND, NULL) < 0) {
		log_say("init: the root is an export, but its 'current' (%.64s) leads to no "
			"version",
			target);
		return;
	}
	fd = open(target, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : mount_pivot(fd);
	if (r < 0)
		log_say("init: cannot make %.64s the root: %s", target, strerror(-r));
}
