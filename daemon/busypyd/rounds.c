/* SPDX-License-Identifier: MIT */
/* Decides when a round begins, and what follows from its result. All that may wait is done in the
 * child; whatever happens to it, another round follows. */
#include "rounds.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>

#include "base/conf_file.h"
#include "core/err.h"
#include "core/str.h"
#include "events.h"
#include "handler/round.h"
#include "handler/starts.h"
#include "handler/watch.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "words.h"

/* Milliseconds. */
enum {
	SOON_MS = 5,	       /* an event is rarely alone */
	SPACING_MAX_MS = 1000, /* between rounds that changed nothing, however many events come */
	POLL_MS = 5000,	       /* between looks at trees on network file systems; busypyd(8) */
	OLDER_MS = 1100,       /* until what was replaced is dropped */
	KEPT_MS = 10 * 1000,   /* between looks whether scripts still run in a runtime */
	RETRY_MS = 1000,       /* after a round that failed; doubled each time up to */
	RETRY_MAX_MS = 60 * 1000,
	ROUND_MS = 5 * 60 * 1000 /* a round that takes longer is stuck */
};

enum { AGAIN_MAX = 16 };

/* The report lies in memory that the children write to. */
int rounds_init(struct rounds *rounds, const char *conf_path, struct words *words, struct err *err)
{
	void *pages = mmap(NULL, sizeof(struct round_report), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r;

	if (pages == MAP_FAILED)
		return err_set(err, errno, "cannot share memory");
	r = wants_open(&rounds->wants);
	if (r < 0)
		return err_set(err, -r, "cannot wait for what is asked for");
	rounds->report = pages;
	rounds->conf_path = conf_path;
	rounds->words = words;
	return 0;
}

/* The trees of the configuration; what is known of those that stay is kept. */
static void set_trees(struct rounds *rounds, const struct round_report *before)
{
	struct round_report *report = rounds->report;

	memset(report->trees, 0, sizeof(report->trees));
	report->n_trees = rounds->conf.n_trees;
	for (size_t i = 0; i < report->n_trees; i++) {
		const char *wanted = rounds->conf.trees[i];

		(void)str_copy(report->trees[i].wanted, sizeof(report->trees[i].wanted), wanted);
		for (size_t j = 0; j < before->n_trees; j++) {
			if (str_eq(before->trees[j].wanted, wanted))
				report->trees[i] = before->trees[j];
		}
		/* may be fit by this configuration */
		report->trees[i].refused = report->trees[i].other = (struct round_refused){ 0 };
	}
}

int rounds_configure(struct rounds *rounds, struct err *err)
{
	static struct conf conf;	   /* both large; */
	static struct round_report before; /* one thread, and no call within another */
	int r = conf_file_read(rounds->conf_path, &conf, err);

	if (r < 0)
		return r;
	if (conf_outdated(&conf) && !conf_outdated(&rounds->conf))
		words_say(LOG_WARNING, "%s", conf_outdated(&conf));
	rounds->conf = conf;
	before = *rounds->report;
	set_trees(rounds, &before);
	return 0;
}

bool rounds_busy(const struct rounds *rounds)
{
	return rounds->child.pid > 0;
}

int rounds_fd(const struct rounds *rounds)
{
	return rounds_busy(rounds) ? rounds->child.fd : -1;
}

void rounds_want(struct rounds *rounds, unsigned asked)
{
	uint64_t now = clock_ms(), at;

	if (asked & EVENTS_HURRY)
		rounds->spacing = 0;
	if (asked & EVENTS_PRUNE)
		rounds->prune = true;
	if (asked & EVENTS_WANTS)
		wants_take(&rounds->wants);
	if (!(asked & EVENTS_ROUND))
		return;
	at = rounds->began + rounds->spacing;
	if (at < now + SOON_MS)
		at = now + SOON_MS;
	if (!rounds->due || at < rounds->due)
		rounds->due = at;
}

static int work(struct err *err, void *ctx)
{
	const struct rounds *rounds = ctx;

	/* its lock says that busypyd lives, which a child that hangs on a server may outlive */
	fd_close(&rounds->words->state);
	return round_perform(&rounds->conf, rounds->inotify, rounds->prune ? ROUND_PRUNE : 0,
			     rounds->report, err);
}

static void sooner(uint64_t *time, uint64_t other)
{
	if (other && other < *time)
		*time = other;
}

uint64_t rounds_next(const struct rounds *rounds)
{
	uint64_t next = UINT64_MAX;

	if (rounds_busy(rounds))
		return rounds->until;
	sooner(&next, rounds->due);
	sooner(&next, rounds->older_due);
	sooner(&next, rounds->poll_due);
	return next;
}

static bool is_due(const struct rounds *rounds)
{
	return rounds_next(rounds) <= clock_ms();
}

static int make_image(struct err *err, void *ctx)
{
	const struct rounds *rounds = ctx;

	fd_close(&rounds->words->state); /* as above */
	return starts_add_kind(&rounds->conf, rounds->restorer, rounds->kind, err);
}

/* Between rounds, which come first. */
static void begin_image(struct rounds *rounds)
{
	rounds->restorer = wants_next(&rounds->wants, &rounds->kind);
	if (!rounds->restorer)
		return;
	rounds->until = clock_ms() + ROUND_MS;
	/* else that start stays plain */
	rounds->making = apart_begin(make_image, rounds, &rounds->child, NULL) == 0;
}

static void end_image(struct rounds *rounds)
{
	struct err why = { 0 };

	rounds->making = false;
	if (apart_end(&rounds->child, &why) < 0)
		words_say(LOG_NOTICE, "no image of kind %u for %s: %s", rounds->kind,
			  rounds->restorer, why.text);
}

void rounds_begin(struct rounds *rounds)
{
	uint64_t now = clock_ms();
	struct err err = { 0 };

	if (!is_due(rounds)) {
		begin_image(rounds);
		return;
	}
	rounds->due = rounds->older_due = rounds->poll_due = 0;
	rounds->began = now;
	rounds->until = now + ROUND_MS;
	if (apart_begin(work, rounds, &rounds->child, &err) < 0) {
		words_report(rounds->words, rounds->report, &err);
		rounds->due = now + RETRY_MS;
		return;
	}
	rounds->prune = false;
}

static bool any_polled(const struct round_report *report)
{
	for (size_t i = 0; i < report->n_trees; i++) {
		if (report->trees[i].watch == WATCH_POLL || report->trees[i].away)
			return true;
	}
	return false;
}

static bool any_change(const struct rounds *rounds)
{
	const struct round_report *now = rounds->report, *before = &rounds->words->told;

	return now->renewed || now->restored || now->generation != before->generation ||
	       memcmp(now->trees, before->trees, sizeof(now->trees)) != 0;
}

/* The next waiting time: doubled, up to a limit. */
static unsigned longer(unsigned ms, unsigned first, unsigned limit)
{
	ms = ms ? ms * 2 : first;
	return ms > limit ? limit : ms;
}

static void note_failure(struct rounds *rounds, uint64_t now)
{
	rounds->prune = true; /* what the round did not get to */
	rounds->retry = longer(rounds->retry, RETRY_MS, RETRY_MAX_MS);
	if (!rounds->due)
		rounds->due = now + rounds->retry;
}

static void end(struct rounds *rounds, uint64_t now)
{
	struct err why = { 0 };
	int r = apart_end(&rounds->child, &why);

	/* somebody else has enabled trees meanwhile; but a fork that fails is EAGAIN, too */
	if (r == -EAGAIN && rounds->again++ < AGAIN_MAX) {
		rounds->prune = true; /* what the round did not get to */
		rounds->due = now + SOON_MS;
		return;
	}
	rounds->again = 0;
	if (r < 0)
		note_failure(rounds, now);
	else
		rounds->retry = 0;
	/* While rounds change nothing they are spaced out more and more; after a change they are
	 * not. */
	rounds->spacing = any_change(rounds) ? 0 : longer(rounds->spacing, SOON_MS, SPACING_MAX_MS);
	words_report(rounds->words, rounds->report, &why);
	if (rounds->report->older)
		rounds->older_due = now + OLDER_MS;
	else if (rounds->report->kept)
		rounds->older_due = now + KEPT_MS;
	if (any_polled(rounds->report))
		rounds->poll_due = now + POLL_MS;
	wants_follow(&rounds->wants);
}

static bool is_through(const struct rounds *rounds)
{
	struct pollfd ended = { .fd = rounds->child.fd, .events = POLLIN };

	return rounds->child.fd >= 0 && poll(&ended, 1, 0) > 0;
}

static void give_up_stuck(struct rounds *rounds, uint64_t now)
{
	if (!rounds->stuck)
		words_say(LOG_ERR, "a look at the trees has not ended within %d s",
			  ROUND_MS / 1000);
	rounds->stuck = now;
	rounds->until = now + RETRY_MS;
	if (apart_kill(&rounds->child)) {
		rounds->stuck = 0;
		rounds->making = false;
		rounds->due = now + RETRY_MAX_MS;
	}
}

void rounds_collect(struct rounds *rounds)
{
	uint64_t now = clock_ms();

	if (!rounds_busy(rounds))
		return;
	if (is_through(rounds) && rounds->making)
		end_image(rounds);
	else if (is_through(rounds))
		end(rounds, now);
	else if (now >= rounds->until)
		give_up_stuck(rounds, now);
}

bool rounds_due(const struct rounds *rounds)
{
	return !rounds_busy(rounds) && (is_due(rounds) || wants_any(&rounds->wants));
}
