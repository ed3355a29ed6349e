/* SPDX-License-Identifier: MIT */
/* Rounds of lib/handler/round in a child: when, how often, and what becomes of them. */
#include "service.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/conf_file.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/str.h"
#include "handler/round.h"
#include "handler/watch.h"
#include "sys/apart.h"
#include "sys/clock.h"

/* The trees of the configuration; what is known of those that stay is kept. */
static void set_trees(struct service *service)
{
	static struct round_report before;
	struct round_report *follow = service->report;

	before = *follow;
	memset(follow->trees, 0, sizeof(follow->trees));
	follow->n_trees = service->conf->n_trees;
	for (size_t i = 0; i < follow->n_trees; i++) {
		const char *wanted = service->conf->trees[i];

		(void)str_copy(follow->trees[i].wanted, sizeof(follow->trees[i].wanted), wanted);
		for (size_t j = 0; j < before.n_trees; j++) {
			if (str_eq(before.trees[j].wanted, wanted))
				follow->trees[i] = before.trees[j];
		}
	}
}

int rounds_configure(struct service *service, struct err *err)
{
	static struct conf conf;
	int r = conf_file_read(service->conf_path, &conf, err);

	if (r < 0)
		return r;
	*service->conf = conf;
	set_trees(service);
	return 0;
}

void rounds_want(struct service *service)
{
	uint64_t at = service->round_began + service->spacing, now = clock_ms();

	if (at < now + SOON_MS)
		at = now + SOON_MS;
	if (!service->round_due || at < service->round_due)
		service->round_due = at;
}

static int work(void *data, struct err *err)
{
	struct service *service = data;

	return round_perform(service->conf, service->inotify, service->prune, service->report, err);
}

/* Only between rounds: a round reads the configuration's copy and writes the report. */
static void reload(struct service *service)
{
	struct err err = { 0 };

	service->reload = false;
	if (rounds_configure(service, &err) < 0)
		words_say(LOG_ERR, NULL, NULL, "%s; the configuration that was stays in force",
			  err.text);
	else if (events_watch(service, &err) < 0)
		words_say(LOG_ERR, NULL, NULL, "%s", err.text);
}

static void begin(struct service *service, uint64_t now)
{
	struct err err = { 0 };

	if (service->reload)
		reload(service);
	service->round_due = service->tidy_due = service->poll_due = 0;
	service->round_began = now;
	service->round_until = now + ROUND_MS;
	if (apart_begin(work, service, service->round, &err) < 0) {
		*service->why = err;
		words_report(service);
		service->round_due = now + RETRY_MS;
		return;
	}
	service->prune = false;
}

static bool any_polled(const struct round_report *follow)
{
	for (size_t i = 0; i < follow->n_trees; i++) {
		if (follow->trees[i].watch == WATCH_POLL || follow->trees[i].away)
			return true;
	}
	return false;
}

static bool any_change(const struct service *service)
{
	const struct round_report *now = service->report, *before = service->told;

	return now->renewed || now->restored || now->generation != before->generation ||
	       memcmp(now->trees, before->trees, sizeof(now->trees)) != 0;
}

static void end(struct service *service, uint64_t now)
{
	struct err err = { 0 };
	int r = apart_end(service->round, &err);

	memset(service->why, 0, sizeof(*service->why));
	/* somebody was faster; but a process that cannot be had is EAGAIN, too */
	if (r == -EAGAIN && service->again++ < AGAIN_MAX) {
		service->prune = true; /* what was not come to */
		service->round_due = now + SOON_MS;
		return;
	}
	service->again = 0;
	if (r < 0) {
		*service->why = err;
		service->prune = true; /* what was not come to */
		service->retry = service->retry ? service->retry * 2 : RETRY_MS;
		if (service->retry > RETRY_MAX_MS)
			service->retry = RETRY_MAX_MS;
		if (!service->round_due)
			service->round_due = now + service->retry;
	} else {
		service->retry = 0;
	}
	/* Events that change nothing are looked at ever more seldom, one that does at once. */
	if (any_change(service))
		service->spacing = 0;
	else
		service->spacing = service->spacing ? service->spacing * 2 : SOON_MS;
	if (service->spacing > SPACING_MAX_MS)
		service->spacing = SPACING_MAX_MS;
	words_report(service);
	if (service->report->older)
		service->tidy_due = now + TIDY_MS;
	if (any_polled(service->report))
		service->poll_due = now + POLL_MS;
}

static bool is_through(const struct service *service)
{
	struct pollfd ended = { .fd = service->round->fd, .events = POLLIN };

	return poll(&ended, 1, 0) > 0;
}

static void give_up_stuck(struct service *service, uint64_t now)
{
	if (!service->stuck)
		words_say(LOG_ERR, NULL, NULL, "a look at the trees has not ended within %d s",
			  ROUND_MS / 1000);
	service->stuck = now;
	service->round_until = now + RETRY_MS;
	if (apart_kill(service->round)) {
		service->stuck = 0;
		service->round_due = now + RETRY_MAX_MS;
	}
}

static bool is_due(uint64_t time, uint64_t now)
{
	return time && time <= now;
}

void rounds_go_on(struct service *service)
{
	uint64_t now = clock_ms();

	if (service->round->pid > 0 && service->round->fd >= 0 && is_through(service))
		end(service, now);
	else if (service->round->pid > 0 && now >= service->round_until)
		give_up_stuck(service, now);
	if (service->round->pid > 0 || service->stopping)
		return;
	if (is_due(service->round_due, now) || is_due(service->tidy_due, now) ||
	    is_due(service->poll_due, now))
		begin(service, now);
}
