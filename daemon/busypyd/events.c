/* SPDX-License-Identifier: MIT */
/* signalfd(2), inotify(7), libmount's monitor, and times. Storms are met by not listening for a
 * while: what they ask for is the same however many events they have. */
#include "service.h"

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
#include "sys/apart.h"
#include "sys/binfmt.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/notify.h"

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

static int open_monitor(struct service *service, struct err *err)
{
	int r;

	service->monitor = mnt_new_monitor();
	if (!service->monitor)
		return err_set(err, ENOMEM, "cannot watch the mount table");
	r = mnt_monitor_enable_kernel(service->monitor, 1);
	if (r == 0)
		r = mnt_monitor_get_fd(service->monitor);
	return r < 0 ? err_set(err, -r, "cannot watch the mount table") : r;
}

int events_open(struct service *service, struct err *err)
{
	service->signals = open_signals(err);
	if (service->signals < 0)
		return service->signals;
	service->mounts = open_monitor(service, err);
	if (service->mounts < 0)
		return service->mounts;
	return events_watch(service, err);
}

/* The directory that the configuration is in. */
static void watch_conf(const struct service *service, unsigned mask)
{
	const char *path = service->conf_path ? service->conf_path : CONF_FILE_DEFAULT;
	char dir[PATH_SIZE];
	const char *slash = strrchr(path, '/');

	if (!slash)
		(void)inotify_add_watch(service->inotify, ".", mask);
	else if (str_copy_bytes(dir, sizeof(dir), path,
				slash == path ? 1 : (size_t)(slash - path)) == 0)
		(void)inotify_add_watch(service->inotify, dir, mask); /* SIGHUP is there, too */
}

int events_watch(struct service *service, struct err *err)
{
	const unsigned names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

	fd_close(&service->inotify);
	service->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (service->inotify < 0)
		return err_set(err, errno, "cannot watch directories");
	if (inotify_add_watch(service->inotify, "/", names | IN_ONLYDIR) < 0)
		return err_set(err, errno, "cannot watch /");
	watch_conf(service, names | IN_CLOSE_WRITE);
	/* Entries are made and removed by writing to files of this file system: a write to one of
	 * them, status and register included, is what wakes us. Where it is not mounted yet, the
	 * mount will. */
	(void)inotify_add_watch(service->inotify, BINFMT_MOUNT_POINT, IN_MODIFY | IN_DELETE);
	return 0;
}

static bool is_conf(const struct service *service, const struct inotify_event *event)
{
	const char *path = service->conf_path ? service->conf_path : CONF_FILE_DEFAULT;

	return event->len && !(event->mask & IN_ISDIR) && str_eq(event->name, path_base(path));
}

static void take_inotify(struct service *service, uint64_t now)
{
	char bytes[16 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(service->inotify, bytes, sizeof(bytes));

	service->listen_due = now + EVENTS_MS;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (const void *)(bytes + at);

		at += (ssize_t)(sizeof(*event) + event->len);
		if (is_conf(service, event) || (event->mask & IN_Q_OVERFLOW))
			service->reload = true;
		/* a version that is being made is none yet */
		if (!event->len || !str_ends(event->name, ".tmp"))
			rounds_want(service);
	}
}

static void take_mounts(struct service *service, uint64_t now)
{
	(void)mnt_monitor_event_cleanup(service->monitor); /* or it would wake us at once again */
	service->mounts_due = now + MOUNTS_MS;
	service->prune = true;
	/* it may have been mounted only now; the same watch twice is one */
	(void)inotify_add_watch(service->inotify, BINFMT_MOUNT_POINT, IN_MODIFY | IN_DELETE);
	rounds_want(service);
}

static void take_signal(struct service *service)
{
	struct signalfd_siginfo info;

	while (read(service->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			service->reload = true;
			service->spacing = 0;
			rounds_want(service);
			break;
		case SIGTERM:
		case SIGINT:
			service->stopping = true;
			break;
		default: /* a child; rounds_go_on looks after it */
			break;
		}
	}
}

static void sooner(uint64_t *time, uint64_t other)
{
	if (other && other < *time)
		*time = other;
}

static int until_next(const struct service *service, uint64_t now)
{
	uint64_t next = UINT64_MAX;
	bool busy = service->round->pid > 0;

	if (!busy) {
		sooner(&next, service->round_due);
		sooner(&next, service->tidy_due);
		sooner(&next, service->poll_due);
	} else {
		sooner(&next, service->round_until);
	}
	sooner(&next, service->watchdog_due);
	if (service->listen_due > now)
		sooner(&next, service->listen_due);
	if (service->mounts_due > now)
		sooner(&next, service->mounts_due);
	if (next == UINT64_MAX)
		return -1;
	next = next > now ? next - now : 0;
	return next > INT_MAX ? INT_MAX : (int)next;
}

static void feed_watchdog(struct service *service, uint64_t now)
{
	if (!service->watchdog_due || now < service->watchdog_due)
		return;
	notify_manager("WATCHDOG=1\n");
	service->watchdog_due = now + service->watchdog_ms;
}

int events_wait(struct service *service, struct err *err)
{
	uint64_t now = clock_ms();
	struct pollfd fds[] = {
		{ .fd = service->signals, .events = POLLIN },
		{ .fd = now < service->listen_due ? -1 : service->inotify, .events = POLLIN },
		{ .fd = now < service->mounts_due ? -1 : service->mounts, .events = POLLIN },
		{ .fd = service->round->pid > 0 ? service->round->fd : -1, .events = POLLIN },
	};

	if (poll(fds, 4, until_next(service, now)) < 0 && errno != EINTR)
		return err_set(err, errno, "cannot wait");
	now = clock_ms();
	if (fds[0].revents)
		take_signal(service);
	if (fds[1].revents)
		take_inotify(service, now);
	if (fds[2].revents)
		take_mounts(service, now);
	feed_watchdog(service, now);
	return 0;
}
