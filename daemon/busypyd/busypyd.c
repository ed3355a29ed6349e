/* SPDX-License-Identifier: MIT */
/* busypyd(8): enables the configured trees as `busypy enable` does, and keeps them enabled: through
 * new versions, mounts, and whatever else happens to the handler. No script ever waits for it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/err.h"
#include "handler/round.h"
#include "handler/service_state.h"
#include "sys/apart.h"
#include "sys/clock.h"
#include "sys/notify.h"
#include "service.h"

enum { EXIT_OURS = 125 };

static const char help[] =
	"Usage: busypyd [OPTION...]\n"
	"Enables the trees of the configuration and follows them: new versions, mounts, and\n"
	"what else happens to the handler. Stays in the foreground; SIGHUP reloads.\n"
	"\n"
	"  -c, --config FILE   configuration (default: /etc/busypy/busypy.conf)\n"
	"  -V, --version       print the version\n"
	"  -h, --help          print this\n";

static const char *parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *config = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "c:Vh", longs, NULL)) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'V':
			(void)puts("busypyd " BUSYPY_VERSION);
			exit(0);
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		default:
			(void)fputs("busypyd: see 'busypyd --help'\n", stderr);
			exit(EXIT_OURS);
		}
	}
	if (optind < argc) {
		(void)fputs("busypyd: takes no arguments (Hint: trees stand in the "
			    "configuration)\n",
			    stderr);
		exit(EXIT_OURS);
	}
	return config;
}

/* What the children write to. */
static int share_report(struct service *service, struct err *err)
{
	void *pages = mmap(NULL, sizeof(struct round_report), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return err_set(err, errno, "cannot share memory");
	service->report = pages;
	return 0;
}

static int start(struct service *service, struct err *err)
{
	int r = geteuid() == 0 ? 0 : err_say(err, EPERM, "only root can enable trees");

	if (r == 0)
		r = share_report(service, err);
	if (r == 0)
		r = rounds_configure(service, err);
	if (r == 0)
		r = service->state = service_state_open(err);
	if (r >= 0)
		r = events_open(service, err);
	if (r < 0)
		return r;
	/* an answer twice in each interval */
	service->watchdog_ms = notify_watchdog_usec() / 2000;
	if (service->watchdog_ms)
		service->watchdog_due = clock_ms() + service->watchdog_ms;
	rounds_want(service);
	return 0;
}

/* A round that has begun is brought to its end: entries and templates are never left half made. */
static int serve(struct service *service, struct err *err)
{
	bool told = false;

	while (!service->stopping || service->round->pid > 0) {
		int r = events_wait(service, err);

		if (r < 0)
			return r;
		if (service->reload && !service->reloading) {
			char lines[64];

			(void)snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%llu\n",
				       (unsigned long long)clock_ms() * 1000);
			notify_manager(lines);
			service->reloading = true;
		}
		if (service->stopping && !told)
			notify_manager("STOPPING=1\n");
		told = service->stopping;
		rounds_go_on(service);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct conf conf;
	static struct round_report told;
	static struct apart round;
	static struct err why, told_why;
	struct service service = {
		.conf = &conf,
		.told = &told,
		.why = &why,
		.told_why = &told_why,
		.round = &round,
		.signals = -1,
		.inotify = -1,
		.mounts = -1,
		.state = -1,
	};
	struct err err = { 0 };
	int r;

	service.conf_path = parse(argc, argv);
	r = start(&service, &err);
	if (r == 0)
		r = serve(&service, &err);
	service_state_close(&service.state);
	if (r < 0)
		words_say(LOG_ERR, NULL, NULL, "%s", err.text);
	return r < 0 ? EXIT_OURS : 0;
}
