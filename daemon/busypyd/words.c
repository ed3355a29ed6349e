/* SPDX-License-Identifier: MIT */
/* The journal, the manager, and the file that `busypy status` reads. */
#include "service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "core/err.h"
#include "core/str.h"
#include "handler/round.h"
#include "handler/service_state.h"
#include "sys/notify.h"

static void say(int priority, const char *message, const struct notify_field *fields)
{
	/* set by a manager whose journal gets our stderr: then it gets the fields, too */
	if (getenv("JOURNAL_STREAM") && notify_journal(priority, message, fields) == 0)
		return;
	(void)fprintf(stderr, "busypyd: %s\n", message);
}

void words_say(int priority, const char *field, const char *value, const char *format, ...)
{
	const struct notify_field fields[] = { { field, value }, { NULL, NULL } };
	char message[ERR_TEXT_MAX + 256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	say(priority, message, fields);
}

static const struct round_tree *told_of(const struct service *service, const char *wanted)
{
	for (size_t i = 0; i < service->told->n_trees; i++) {
		if (str_eq(service->told->trees[i].wanted, wanted))
			return &service->told->trees[i];
	}
	return NULL;
}

static void report_tree(const struct service *service, const struct round_tree *tree)
{
	const struct round_tree *before = told_of(service, tree->wanted);
	char generation[16], message[ROUND_PATH_MAX * 2 + ROUND_WHY_MAX + 64];
	const struct notify_field fields[] = {
		{ "BUSYPY_TREE", tree->wanted },
		{ "BUSYPY_VERSION", path_base(tree->path) },
		{ "BUSYPY_PATH", tree->path },
		{ "BUSYPY_GENERATION", generation },
		{ NULL, NULL },
	};

	(void)snprintf(generation, sizeof(generation), "%u", service->report->generation);
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

static void tell_manager(const struct service *service)
{
	char lines[ERR_TEXT_MAX + 128];

	if (service->why->text[0])
		(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=%s\n", service->why->text);
	else
		(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=%zu trees, generation %u\n",
			       service->report->n_trees, service->report->generation);
	notify_manager(lines);
}

void words_report(struct service *service)
{
	const struct round_report *now = service->report;
	struct err err = { 0 };
	bool new_why = !str_eq(service->why->text, service->told_why->text);

	if (new_why && service->why->text[0])
		words_say(LOG_ERR, NULL, NULL, "%s", service->why->text);
	if (now->restored)
		words_say(LOG_WARNING, NULL, NULL,
			  "the handler's entries were gone; they are there again");
	if (!service->why->text[0]) {
		for (size_t i = 0; i < now->n_trees; i++)
			report_tree(service, &now->trees[i]);
	}
	if (!service->ready || service->reloading || new_why ||
	    now->generation != service->told->generation)
		tell_manager(service);
	service->ready = true;
	service->reloading = false;
	if (service_state_write(service->state, now, service->why, &err) < 0)
		words_say(LOG_WARNING, NULL, NULL, "%s, ignoring", err.text);
	if (!service->why->text[0])
		*service->told = *now;
	*service->told_why = *service->why;
}
