/* SPDX-License-Identifier: MIT */
/* Makes the mounts that every machine needs, and puts the arch's runtime on /usr and /lib: plans of
 * lib/core, performed by the engine that the loader uses. */
#include "compose.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/boot.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/plan.h"
#include "core/scrub.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view.h"
#include "core/view_boot.h"
#include "sys/clock.h"
#include "sys/probe.h"
#include "sys/readahead.h"
#include "sys/run.h"
#include "environment.h"
#include "log.h"
#include "signals.h"
#include "state.h"

static struct plan plan; /* too large for a stack */

bool compose_is_mount(const char *path)
{
	char parent[256];
	struct place here, above;

	if (str_copy_bytes(parent, sizeof(parent), path, (size_t)(path_base(path) - path)) < 0)
		return false;
	return probe_place(AT_FDCWD, path, &here, NULL) == 0 &&
	       probe_place(AT_FDCWD, parent, &above, NULL) == 0 && here.mount_id != above.mount_id;
}

/* Whoever made the container has mounted what it should have. */
static bool container_needs(enum boot_mount which)
{
	switch (which) {
	case BOOT_PROC:
		return access("/proc/self", F_OK) < 0;
	case BOOT_DEV:
		return access("/dev/null", F_OK) < 0;
	case BOOT_RUN:
	case BOOT_TMP:
		return access(boot_path(which), W_OK) < 0;
	case BOOT_SYS:
	case BOOT_PTS:
	case BOOT_SHM:
	case BOOT_MOUNTS:
		return false;
	}
	return false;
}

/* Without devtmpfs: the few nodes without which neither a shell nor Python starts. */
static void make_nodes(void)
{
	static const struct {
		const char *path;
		mode_t mode;
		unsigned major, minor;
	} nodes[] = {
		{ "/dev/null", 0666, 1, 3 },	{ "/dev/zero", 0666, 1, 5 },
		{ "/dev/full", 0666, 1, 7 },	{ "/dev/random", 0666, 1, 8 },
		{ "/dev/urandom", 0666, 1, 9 }, { "/dev/kmsg", 0600, 1, 11 },
		{ "/dev/tty", 0666, 5, 0 },	{ "/dev/console", 0600, 5, 1 },
	};
	mode_t mask = umask(0);

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (mknod(nodes[i].path, S_IFCHR | nodes[i].mode,
			  makedev(nodes[i].major, nodes[i].minor)) < 0) {
			log_say("init: cannot make %s: %m", nodes[i].path);
			break; /* the others would say the same */
		}
	}
	(void)umask(mask);
}

static void mount_one(enum boot_mount which)
{
	struct err err = { 0 };
	int r;

	boot_plan(which, &plan);
	r = run_plan(&plan, &err);
	if (r >= 0)
		return;
	if (r == -ENODEV)
		(void)err_hint(&err, r, "this kernel has no %s", boot_type(which));
	log_err(NULL, &err);
	if (which != BOOT_DEV)
		return;
	boot_plan_plain_dev(&plan);
	if (run_plan(&plan, &err) < 0)
		log_err(NULL, &err);
	else
		make_nodes();
}

void compose_proc(void)
{
	if (access("/proc/self", F_OK) < 0)
		mount_one(BOOT_PROC);
}

bool compose_mounts(const struct init *init)
{
	bool new_dev = false;

	for (enum boot_mount i = 0; i < BOOT_MOUNTS; i++) {
		if (compose_is_mount(boot_path(i)) || (init->container && !container_needs(i)))
			continue;
		mount_one(i);
		new_dev |= i == BOOT_DEV;
	}
	return new_dev;
}

static bool same_place(const char *a, const char *b)
{
	struct place x, y;

	return probe_place(AT_FDCWD, a, &x, NULL) == 0 && probe_place(AT_FDCWD, b, &y, NULL) == 0 &&
	       x.dev == y.dev && x.ino == y.ino;
}

/* Which runtime this machine takes. */
static int find_arch(struct init *init, struct err *err)
{
	const struct arch *arch;
	struct utsname name;

	if (!init->options.arch[0]) {
		(void)uname(&name); /* cannot fail */
		arch = arch_by_name(name.machine);
		if (!arch)
			return err_say(err, EINVAL, "there is no runtime for a machine '%s'",
				       name.machine);
		init->arch = arch;
		return 0;
	}
	arch = arch_by_name(init->options.arch);
	if (!arch)
		return err_say(err, EINVAL, "busypy.arch: there is no arch '%s'",
			       init->options.arch);
	init->arch = arch;
	return 0;
}

static int run_boot_view(const struct init *init, unsigned flags, struct err *err)
{
	struct view view = {
		.kind = VIEW_BOOT, .flags = flags, .tree = "/", .arch = init->arch->name
	};
	int r = view_boot_plan(&view, &plan, err);

	if (r < 0)
		return r;
	return run_plan(&plan, err);
}

/* False, after saying why, if that is not possible. */
static bool run_overlay(const struct init *init)
{
	struct err err = { 0 };
	int r = run_boot_view(init, VIEW_OVERLAY, &err);

	if (r >= 0)
		return true;
	if (r == -ENODEV)
		(void)err_hint(&err, r, "this kernel has no overlayfs");
	log_err("busypy.overlay", &err);
	log_say("init: /usr and /lib are read-only instead");
	return false;
}

static int compose_runtime(const struct init *init, struct err *err)
{
	char usr[128];
	struct text text;

	text_init(&text, usr, sizeof(usr));
	text_addf(&text, "/" TREE_USR_OF, init->arch->name);
	if (access(usr, F_OK) < 0)
		return err_say(err, ENOENT,
			       "this tree has no runtime for %s: %s: %s (Hint: 'busypy add' "
			       "brings one; busypy.arch= chooses another)",
			       init->arch->name, usr, strerror(errno));
	if (same_place("/usr", usr) || (init->options.overlay && compose_is_mount("/usr")))
		return 0; /* by the init before this one: restart, or a container's maker */
	if (init->options.overlay && run_overlay(init))
		return 0;
	return run_boot_view(init, 0, err);
}

/* As the loader does on entering a view, so that a script finds the same in every mode. */
static void prepare_environment(void)
{
	environment_drop(scrub_variable);
	(void)environment_set("PYTHONNOUSERSITE", "1"); /* there is room for it */
}

/* Interpreter and libraries are 8 MB, which the kernel would ask for in pieces of 128 KiB. */
static void read_ahead(const struct init *init)
{
	struct statfs fs;

	if (init->container || statfs("/", &fs) < 0 || fs.f_type != NFS_SUPER_MAGIC)
		return;
	if (readahead_set("/", READAHEAD_NFS) < 0)
		log_note("init: cannot set how much is read ahead, ignoring");
}

static int compose(struct init *init, struct err *err)
{
	int r = find_arch(init, err);

	if (r < 0)
		return r;
	return compose_runtime(init, err);
}

struct state state_compose(struct init *init)
{
	const struct state next = { state_choose };
	struct err err = { 0 };

	read_ahead(init);
	if (access("/" TREE_PYTHON, F_OK) < 0)
		return next; /* no tree: nothing to compose */
	if (compose(init, &err) < 0) {
		log_err("compose", &err);
		return next; /* its inittab may hold static programs: it is tried all the same */
	}
	log_note("init: composed for %s after %u ms", init->arch->name,
		 (unsigned)(clock_ms() - init->started));
	prepare_environment();
	return next;
}
