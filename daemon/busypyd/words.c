/* SPDX-License-Identifier: MIT */
/* Tells journal, manager and `busypy status` what has changed since it was last told. */
#include "words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "core/err.h"
#include "core/name.h"
#include "core/str.h"
#include "handler/round.h"
#include "handler/service_state.h"
#include "sys/clock.h"
#include "sys/notify.h"

static void say(int priority, const char *message, const struct notify_field *fields)
{
	/* set where our stderr goes to the journal: then it can have the fields, too */
	if (getenv("JOURNAL_STREAM") && notify_journal(priority, message, fields) == 0)
		return;
	(void)fprintf(stderr, "busypyd: %s\n", message);
}

void words_say(int priority, const char *format, ...)
{
	char raw[ERR_TEXT_MAX + 256], message[sizeof(raw)];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	(void)name_clean(raw, message, sizeof(message)); /* what does not fit is cut */
	say(priority, message, (const struct notify_field[]){ { NULL, NULL } });
}

int words_open(struct words *words, struct err *err)
{
	words->state = service_state_open(err);
	return words->state < 0 ? words->state : 0;
}

void words_close(struct words *words)
{
	service_state_close(&words->state);
}

void words_reload(struct words *words)
{
	char lines[64];

	if (words->reloading)
		return;
	(void)snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%llu\n",
		       (unsigned long long)clock_ms() * 1000);
	notify_manager(lines);
	words->reloading = true;
}

void words_stop(struct words *words)
{
	if (!words->ended)
		notify_manager("STOPPING=1\n");
	words->ended = true;
}

static const struct round_tree *told_of(const struct words *words, const char *wanted)
{
	for (size_t i = 0; i < words->told.n_trees; i++) {
		if (str_eq(words->told.trees[i].wanted, wanted))
			return &words->told.trees[i];
	}
	return NULL;
}

static void report_tree(const struct words *words, const struct round_tree *tree,
			unsigned generation)
{
	const struct round_tree *before = told_of(words, tree->wanted);
	char number[16], message[ROUND_PATH_MAX * 2 + ROUND_WHY_MAX + 64];
	const struct notify_field fields[] = {
		{ "BUSYPY_TREE", tree->wanted },
		{ "BUSYPY_VERSION", path_base(tree->path) },
		{ "BUSYPY_PATH", tree->path },
		{ "BUSYPY_GENERATION", number },
		{ NULL, NULL },
	};

	(void)snprintf(number, sizeof(number), "%u", generation);
	if (tree->path[0] && (!before || !str_eq(before->path, tree->path))) {
		(void)snprintf(message, sizeof(message), "%s: %s is in force", tree->wanted,
			       tree->path);
		say(LOG_INFO, message, fields);
	}
	if (tree->why[0] && (!before || !str_eq(before->why, tree->why))) {
		(void)snprintf(message, sizeof(message), "%s: %s%s%s", tree->wanted, tree->why,
			       tree->path[0] ? "; in force stays " : "", tree->path);
		say(LOG_WARNING, message, fields);
	}
	if (!tree->why[0] && before && before->why[0]) {
		(void)snprintf(message, sizeof(message), "%s: all is well again", tree->wanted);
		say(LOG_INFO, message, fields);
	}
}

static void tell_manager(const struct round_report *report, const char *why)
{
	char lines[ERR_TEXT_MAX + 128];

	if (why[0])
		(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=%s\n", why);
	else
		(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=%zu trees, generation %u\n",
			       report->n_trees, report->generation);
	notify_manager(lines);
}

static void tell_journal(const struct words *words, const struct round_report *report,
			 const char *why)
{
	if (why[0] && !str_eq(why, words->told_why.text))
		words_say(LOG_ERR, "%s", why);
	if (report->restored)
		words_say(LOG_WARNING, "the handler's entries were gone; they are there again");
	for (size_t i = 0; !why[0] && i < report->n_trees; i++)
		report_tree(words, &report->trees[i], report->generation);
}

void words_report(struct words *words, const struct round_report *report, const struct err *why)
{
	struct err err = { 0 };

	tell_journal(words, report, why->text);
	if (!words->ready || words->reloading || !str_eq(why->text, words->told_why.text) ||
	    report->generation != words->told.generation)
		tell_manager(report, why->text);
	words->ready = true;
	words->reloading = false;
	if (service_state_write(words->state, report, why, &err) < 0)
		words_say(LOG_WARNING, "%s, ignoring", err.text);
	if (!why->text[0])
		words->told = *report;
	words->told_why = *why;
}
