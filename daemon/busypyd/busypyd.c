/* SPDX-License-Identifier: MIT */
/* busypyd(8): enables the configured trees as `busypy enable` does, and keeps them enabled: through
 * new versions, mounts, and whatever else happens to the handler. No script ever waits for it. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "core/err.h"
#include "events.h"
#include "rounds.h"
#include "words.h"

/* The second is sysexits.h's EX_CONFIG: the unit does not try again until somebody has mended it.
 */
enum { EXIT_OURS = 125, EXIT_CONFIG = 78 };

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

struct service {
	struct events events;
	struct rounds rounds;
	struct words words;
	bool reload, stopping; /* asked for, and still to be done */
	bool misconfigured;    /* from the start */
};

static int start(struct service *service, const char *conf_path, struct err *err)
{
	int r;

	if (geteuid() != 0)
		return err_say(err, EPERM, "only root can enable trees");
	r = rounds_init(&service->rounds, conf_path, &service->words, err);
	if (r < 0)
		return r;
	r = rounds_configure(&service->rounds, err);
	/* what is written in it, not that it cannot be read now */
	service->misconfigured = r == -EINVAL || r == -E2BIG;
	if (r < 0)
		return r;
	r = words_open(&service->words, err);
	if (r < 0)
		return r;
	r = events_open(&service->events, conf_path, err);
	if (r < 0)
		return r;
	rounds_want(&service->rounds, EVENTS_ROUND);
	return 0;
}

/* Between rounds. Watched first, then read: what changes in between is read again, and what is
 * wrong in a folder that is new can be mended there. */
static void reload(struct service *service)
{
	struct err err = { 0 };

	service->reload = false;
	if (events_watch(&service->events, &err) < 0)
		words_say(LOG_ERR, "%s", err.text);
	if (rounds_configure(&service->rounds, &err) < 0)
		words_say(LOG_ERR, "%s; the configuration that was stays in force", err.text);
}

static void do_asked(struct service *service, unsigned asked)
{
	struct rounds *rounds = &service->rounds;

	rounds_want(rounds, asked);
	service->reload |= (asked & EVENTS_RELOAD) != 0;
	service->stopping |= (asked & EVENTS_STOP) != 0;
	if (service->reload)
		words_reload(&service->words);
	if (service->stopping)
		words_stop(&service->words);
	rounds_collect(rounds);
	if (service->stopping || !rounds_due(rounds))
		return;
	if (service->reload)
		reload(service);
	rounds->inotify = service->events.inotify;
	rounds_begin(rounds);
}

/* A round that has begun is brought to its end: entries and templates are never left half made. */
static int serve(struct service *service, struct err *err)
{
	while (!service->stopping || rounds_busy(&service->rounds)) {
		int asked =
			events_wait(&service->events, rounds_fd(&service->rounds),
				    service->rounds.wants.fd, rounds_next(&service->rounds), err);

		if (asked < 0)
			return asked;
		do_asked(service, (unsigned)asked);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct service service = { .events = { .signals = -1, .inotify = -1, .mounts = -1 },
					  .words = { .state = -1 },
					  .rounds = { .wants = { .fd = -1 } } };
	const char *conf_path = parse(argc, argv);
	struct err err = { 0 };
	int r = start(&service, conf_path, &err);

	if (r == 0)
		r = serve(&service, &err);
	words_close(&service.words);
	if (r < 0)
		words_say(LOG_ERR, "%s", err.text);
	if (r < 0)
		return service.misconfigured ? EXIT_CONFIG : EXIT_OURS;
	return 0;
}
