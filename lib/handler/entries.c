/* SPDX-License-Identifier: MIT */
/* Makes, registers and removes our entries, which are known by their names:
 * busypy-GENERATION-NUMBER. */
#include "handler/entries.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "core/conf.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/first_line.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/rule.h"
#include "core/str.h"
#include "handler/generation.h"
#include "handler/lock.h"
#include "sys/binfmt.h"
#include "sys/fd.h"

enum { LIST_MAX = 512 };

bool entries_own(const char *name, unsigned *ret_generation)
{
	char number[16];
	uint64_t value;
	size_t n;

	if (!str_starts(name, "busypy-"))
		return false;
	n = strcspn(name + 7, "-");
	if (!name[7 + n] || str_copy_bytes(number, sizeof(number), name + 7, n) < 0 ||
	    str_to_u64(number, 10, &value) < 0 || value > UINT32_MAX)
		return false;
	*ret_generation = (unsigned)value;
	return true;
}

struct making {
	const struct conf *conf;
	unsigned generation;
	struct rule *rules;
	int n;
};

/* The entries for a first line. */
static int make_all(struct making *making, const char *line, struct err *err)
{
	char loader[GENERATION_PATH_MAX];

	generation_path(making->generation, "loader", loader);
	for (size_t i = 0; i < RULE_FORMS; i++) {
		int r = rule_make(&making->rules[making->n], making->generation, line, i,
				  making->conf->match_marker, loader);

		if (r == -ENOENT)
			continue;
		if (r < 0)
			return err_say(err, -r, "interpreter %s: the name is too long", line);
		making->n++;
	}
	return 0;
}

static bool has_interpreter(const struct conf *conf, const char *path)
{
	for (size_t i = 0; i < conf->n_interpreters; i++) {
		if (str_eq(conf->interpreters[i], path))
			return true;
	}
	return false;
}

/* One that the configuration names is there already. */
static int make_numbered(struct making *making, unsigned minor, struct err *err)
{
	char line[PYTHON_NAME_PATH_SIZE];

	python_name_path(minor, line);
	return has_interpreter(making->conf, line) ? 0 : make_all(making, line, err);
}

int entries_make(const struct conf *conf, unsigned generation, const struct python_minors *several,
		 struct rule *ret, struct err *err)
{
	struct making making = { .conf = conf, .generation = generation, .rules = ret };
	int r = 0;

	for (size_t i = 0; r == 0 && i < conf->n_interpreters; i++)
		r = make_all(&making, conf->interpreters[i], err);
	for (size_t i = has_interpreter(conf, ENV_PYTHON) ? several->n : 0; r == 0 && i > 0; i--)
		r = make_numbered(&making, several->minor[i - 1], err); /* the newest comes first */
	/* they are asked last: fewer of a machine's programs begin so */
	for (size_t i = 0; r == 0 && conf_by_env(conf) && first_line_by_env(i); i++)
		r = make_all(&making, first_line_by_env(i), err);
	return r < 0 ? r : making.n;
}

static struct rule *allocate(size_t n, struct err *err)
{
	struct rule *entries = calloc(n, sizeof(*entries));

	if (!entries)
		(void)err_set(err, ENOMEM, "cannot list handler entries");
	return entries;
}

int entries_list(int instance, struct rule **ret, struct err *err)
{
	ARRAY_FREE struct rule *entries = allocate(LIST_MAX, err);
	int n;

	if (!entries)
		return -ENOMEM;
	n = binfmt_list(instance, entries, LIST_MAX, err);
	if (n < 0)
		return n;
	*ret = entries;
	entries = NULL;
	return n;
}

static int read_back(int instance, const struct rule *rule, struct err *err)
{
	struct rule seen;
	int r = binfmt_read(instance, rule->name, &seen, err);

	if (r < 0)
		return r;
	if (!seen.enabled || seen.size != rule->size || seen.offset != rule->offset ||
	    memcmp(seen.magic, rule->magic, rule->size) != 0 ||
	    !str_eq(seen.interpreter, rule->interpreter) || !strchr(seen.flags, 'P') ||
	    !strchr(seen.flags, 'O') || !strchr(seen.flags, 'F') || strchr(seen.flags, 'C'))
		return err_say(err, EPROTO, "handler entry %s reads back differently", rule->name);
	return 0;
}

int entries_register(int instance, const struct rule *rules, size_t n, struct err *err)
{
	/* a later entry is asked first: the commonest ending comes last */
	for (size_t i = n; i > 0; i--) {
		int r = binfmt_register(instance, &rules[i - 1], err);

		if (r < 0)
			return r;
		r = read_back(instance, &rules[i - 1], err);
		if (r < 0)
			return r;
	}
	return 0;
}

struct those {
	unsigned generation;
	bool others; /* of all generations but this one */
};

static bool is_one_of(const char *name, void *ctx)
{
	const struct those *those = ctx;
	unsigned owner;

	return entries_own(name, &owner) && (owner != those->generation) == those->others;
}

void entries_remove(int instance, unsigned generation)
{
	struct those those = { generation, false };

	/* also used for undoing, where going on is the best that can be done */
	(void)binfmt_remove_all(instance, is_one_of, &those, NULL);
}

void entries_remove_but(int instance, unsigned generation)
{
	struct those those = { generation, true };

	(void)binfmt_remove_all(instance, is_one_of, &those, NULL); /* as above */
}

static bool is_ours(const char *name, void *ctx)
{
	unsigned generation;

	(void)ctx;
	return entries_own(name, &generation);
}

int entries_remove_all(int instance, struct err *err)
{
	int removed = binfmt_remove_all(instance, is_ours, NULL, err);

	return removed < 0 ? removed : removed > 0;
}

static int write_line(int fd, const struct rule *rule)
{
	char line[RULE_LINE_MAX + 1];
	int r = rule_format(rule, line, sizeof(line));

	if (r < 0)
		return r;
	r = fd_write_all(fd, line, strlen(line));
	if (r < 0)
		return r;
	return fd_write_all(fd, "\n", 1);
}

int entries_write_binfmt_d(const struct rule *rules, size_t n, struct err *err)
{
	static const char temporary[] = ENTRIES_BINFMT_D ".new";
	FD_CLEANUP int fd = -1;

	if (mkdir("/run/binfmt.d", 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot create /run/binfmt.d");
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_set(err, errno, "cannot create %s", temporary);
	for (size_t i = n; i > 0; i--) {
		int r = write_line(fd, &rules[i - 1]);

		if (r < 0)
			return err_set(err, -r, "cannot write %s", temporary);
	}
	if (rename(temporary, ENTRIES_BINFMT_D) < 0)
		return err_set(err, errno, "cannot create " ENTRIES_BINFMT_D);
	return 0;
}

int entries_stand(const struct conf *conf, unsigned generation, struct err *err)
{
	FD_CLEANUP int instance = binfmt_open(false, err);
	ARRAY_FREE struct rule *rules = NULL;
	struct python_minors several;
	int n;

	if (instance < 0)
		return instance;
	rules = allocate(ENTRIES_MAX, err);
	if (!rules)
		return -ENOMEM;
	generation_pythons(generation, &several);
	n = entries_make(conf, generation, &several, rules, err);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		if (read_back(instance, &rules[i], NULL) < 0)
			return 0;
	}
	return binfmt_enabled(instance) == 1;
}

int entries_restore(const struct conf *conf, unsigned generation, struct err *err)
{
	FD_CLEANUP int instance = binfmt_open(true, err);
	ARRAY_FREE struct rule *rules = NULL;
	struct python_minors several;
	LOCK_CLEANUP int lock = -1;
	int n, r;

	if (instance < 0)
		return instance;
	rules = allocate(ENTRIES_MAX, err);
	if (!rules)
		return -ENOMEM;
	lock = lock_take(LOCK_SERVICE_MS, err);
	if (lock < 0)
		return lock;
	generation_pythons(generation, &several);
	n = entries_make(conf, generation, &several, rules, err);
	if (n < 0)
		return n;
	entries_remove(instance, generation); /* what is left, so that the order is right */
	r = entries_register(instance, rules, (size_t)n, err);
	if (r < 0)
		return r;
	return entries_write_binfmt_d(rules, (size_t)n, err);
}
