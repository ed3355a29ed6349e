/* SPDX-License-Identifier: MIT */
/* The environment of a sandbox's command. */
#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"
#include "sandbox/sandbox.h"

/* Paths of the host, or what would make the tree's Python load the host's files. */
static const char *const dropped[] = { "PYTHONHOME=", "PYTHONPATH=",  "LD_",
				       "TMPDIR=",     "XDG_",	      "DBUS_",
				       "SSH_AUTH_",   "VIRTUAL_ENV=", "OLDPWD=" };

static const char *const clients[] = { "PATH=/sbin:/usr/sbin:/bin:/usr/bin", "HOME=/tmp",
				       "SHELL=/bin/sh" };

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

static bool is_dropped(const char *variable, bool host_view)
{
	/* the scrubbed ones of the loader come first */
	size_t n = host_view ? 3 : sizeof(dropped) / sizeof(dropped[0]);

	for (size_t i = 0; i < n; i++) {
		if (str_starts(variable, dropped[i]))
			return true;
	}
	return false;
}

struct list {
	char **variables;
	size_t n;
};

/* Replaces one of the same name. */
static int put(struct list *list, const char *variable)
{
	size_t length = name_length(variable), i = 0;

	while (i < list->n && !(name_length(list->variables[i]) == length &&
				memcmp(list->variables[i], variable, length) == 0))
		i++;
	if (i + 1 == SANDBOX_VARIABLES_MAX)
		return -E2BIG;
	list->variables[i] = (char *)variable; /* execve's type; never written to */
	if (i == list->n)
		list->variables[++list->n] = NULL;
	return 0;
}

/* -E2BIG, or 0 as long as there is room. */
static int put_all(struct list *list, const struct sandbox_environment *environment)
{
	int r = 0;

	for (size_t i = 0; r == 0 && !environment->clear && environment->from[i]; i++) {
		if (!is_dropped(environment->from[i], environment->host_view))
			r = put(list, environment->from[i]);
	}
	for (size_t i = 0; r == 0 && i < sizeof(clients) / sizeof(clients[0]); i++) {
		if (!environment->host_view || environment->clear)
			r = put(list, clients[i]);
	}
	if (r < 0)
		return r;
	r = put(list, "PYTHONNOUSERSITE=1");
	for (size_t i = 0; r == 0 && i < environment->n_more; i++)
		r = put(list, environment->more[i]);
	return r;
}

int sandbox_environment(const struct sandbox_environment *environment,
			char *ret[SANDBOX_VARIABLES_MAX], struct err *err)
{
	struct list list = { ret, 0 };

	ret[0] = NULL;
	if (put_all(&list, environment) < 0)
		return err_say(err, E2BIG, "the environment has more than %d variables",
			       SANDBOX_VARIABLES_MAX - 1);
	return 0;
}
