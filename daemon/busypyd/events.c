/* SPDX-License-Identifier: MIT */
/* Waits for all that busypyd reacts to. Storms are met by not listening for a while: what they ask
 * for is the same however many events they have. */
#include "events.h"

#include <errno.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>

#include "base/conf_file.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/binfmt.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/notify.h"

/* Milliseconds. */
enum {
	LISTEN_MS = 10,	  /* between looks at a storm of events */
	MOUNTS_MS = 1000, /* the same for the mount table, all of which has to be looked at */
	WANTS_MS = 1000	  /* the same for what any user can ask for */
};

static int open_signals(struct err *err)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_set(err, errno, "cannot block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_set(err, errno, "cannot wait for signals") : fd;
}

static int open_monitor(struct events *events, struct err *err)
{
	int r;

	events->monitor = mnt_new_monitor();
	if (!events->monitor)
		return err_set(err, ENOMEM, "cannot watch the mount table");
	r = mnt_monitor_enable_kernel(events->monitor, 1);
	if (r < 0)
		return err_set(err, -r, "cannot watch the mount table");
	r = mnt_monitor_get_fd(events->monitor);
	return r < 0 ? err_set(err, -r, "cannot watch the mount table") : r;
}

int events_open(struct events *events, const char *conf_path, struct err *err)
{
	events->conf_path = conf_path ? conf_path : CONF_FILE_DEFAULT;
	events->signals = open_signals(err);
	if (events->signals < 0)
		return events->signals;
	events->mounts = open_monitor(events, err);
	if (events->mounts < 0)
		return events->mounts;
	/* answers twice in each interval */
	events->watchdog_ms = notify_watchdog_usec() / 2000;
	if (events->watchdog_ms)
		events->watchdog_due = clock_ms() + events->watchdog_ms;
	return events_watch(events, err);
}

/* The directory that the configuration is in. */
static void watch_conf(const struct events *events, unsigned mask)
{
	const char *path = events->conf_path;
	char dir[PATH_SIZE];
	const char *slash = strrchr(path, '/');
	struct text parts;

	text_init(&parts, dir, sizeof(dir));
	text_addf(&parts, "%s" CONF_PARTS, path);
	if (text_check(&parts) == 0)
		(void)inotify_add_watch(events->inotify, dir, mask); /* if it is there */
	if (!slash)
		(void)inotify_add_watch(events->inotify, ".", mask);
	else if (str_copy_bytes(dir, sizeof(dir), path,
				slash == path ? 1 : (size_t)(slash - path)) == 0)
		(void)inotify_add_watch(events->inotify, dir, mask); /* or SIGHUP has to do */
}

int events_watch(struct events *events, struct err *err)
{
	const unsigned names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

	fd_close(&events->inotify);
	events->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (events->inotify < 0)
		return err_set(err, errno, "cannot watch directories");
	if (inotify_add_watch(events->inotify, "/", names | IN_ONLYDIR) < 0)
		return err_set(err, errno, "cannot watch /");
	watch_conf(events, names | IN_CLOSE_WRITE);
	/* Entries are made and removed by writing to files of this file system: a write to one of
	 * them, status and register included, is what wakes us. Where it is not mounted yet, the
	 * mount will. */
	(void)inotify_add_watch(events->inotify, BINFMT_MOUNT_POINT, IN_MODIFY | IN_DELETE);
	return 0;
}

static bool is_conf(const struct events *events, const struct inotify_event *event)
{
	const char *name = path_base(events->conf_path);

	if (!event->len)
		return false;
	if (event->mask & IN_ISDIR) /* the folder of parts may come later */
		return str_starts(event->name, name) &&
		       str_eq(event->name + strlen(name), CONF_PARTS);
	return str_eq(event->name, name) || str_ends(event->name, ".conf");
}

static unsigned take_inotify(struct events *events, uint64_t now)
{
	char bytes[16 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(events->inotify, bytes, sizeof(bytes));
	unsigned asked = 0;

	events->listen_due = now + LISTEN_MS;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (const void *)(bytes + at);

		at += (ssize_t)(sizeof(*event) + event->len);
		/* a folder whose rights matter is watched itself */
		if ((event->mask & IN_ATTRIB) && event->len)
			continue;
		if (is_conf(events, event) || (event->mask & IN_Q_OVERFLOW))
			asked |= EVENTS_RELOAD;
		/* a version that is still being made does not count */
		if (!event->len || !str_ends(event->name, ".tmp"))
			asked |= EVENTS_ROUND;
	}
	return asked;
}

static unsigned take_mounts(struct events *events, uint64_t now)
{
	/* otherwise it would wake us again at once */
	(void)mnt_monitor_event_cleanup(events->monitor);
	events->mounts_due = now + MOUNTS_MS;
	/* it may have been mounted only now; adding a watch twice does no harm */
	(void)inotify_add_watch(events->inotify, BINFMT_MOUNT_POINT, IN_MODIFY | IN_DELETE);
	return EVENTS_ROUND | EVENTS_PRUNE;
}

static unsigned take_signals(const struct events *events)
{
	struct signalfd_siginfo info;
	unsigned asked = 0;

	while (read(events->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			asked |= EVENTS_ROUND | EVENTS_RELOAD | EVENTS_HURRY;
			break;
		case SIGTERM:
		case SIGINT:
			asked |= EVENTS_STOP;
			break;
		default: /* a child; rounds_collect looks after it */
			break;
		}
	}
	return asked;
}

static void sooner(uint64_t *time, uint64_t other)
{
	if (other < *time)
		*time = other;
}

static int until_next(const struct events *events, uint64_t until, uint64_t now)
{
	if (events->watchdog_due)
		sooner(&until, events->watchdog_due);
	if (events->listen_due > now)
		sooner(&until, events->listen_due);
	if (events->mounts_due > now)
		sooner(&until, events->mounts_due);
	if (events->wants_due > now)
		sooner(&until, events->wants_due);
	if (until == UINT64_MAX)
		return -1;
	until = until > now ? until - now : 0;
	return until > INT_MAX ? INT_MAX : (int)until;
}

static void feed_watchdog(struct events *events, uint64_t now)
{
	if (!events->watchdog_due || now < events->watchdog_due)
		return;
	notify_manager("WATCHDOG=1\n");
	events->watchdog_due = now + events->watchdog_ms;
}

int events_wait(struct events *events, int round, int wants, uint64_t until, struct err *err)
{
	uint64_t now = clock_ms();
	struct pollfd fds[] = {
		{ .fd = events->signals, .events = POLLIN },
		{ .fd = now < events->listen_due ? -1 : events->inotify, .events = POLLIN },
		{ .fd = now < events->mounts_due ? -1 : events->mounts, .events = POLLIN },
		{ .fd = round, .events = POLLIN },
		{ .fd = now < events->wants_due ? -1 : wants, .events = POLLIN },
	};
	unsigned asked = 0;

	if (poll(fds, 5, until_next(events, until, now)) < 0 && errno != EINTR)
		return err_set(err, errno, "cannot wait");
	now = clock_ms();
	if (fds[0].revents)
		asked |= take_signals(events);
	if (fds[1].revents)
		asked |= take_inotify(events, now);
	if (fds[2].revents)
		asked |= take_mounts(events, now);
	if (fds[4].revents) {
		events->wants_due = now + WANTS_MS;
		asked |= EVENTS_WANTS;
	}
	feed_watchdog(events, now);
	return (int)asked;
}
