/* SPDX-License-Identifier: MIT */
/* The kernel command line; pure. Words as in the kernel's lib/cmdline.c, next_arg(). */
#include "core/cmdline.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"

enum { WORD_MAX = CMDLINE_VALUE_MAX + 64, SECONDS_MAX = 24 * 60 * 60, COUNT_MAX = 1000 };

static const char prefix[] = "busypy.";

void cmdline_init(struct cmdline *cmdline)
{
	*cmdline = (struct cmdline){ .shutdown_s = 90, .grace_s = 1 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

/* Copies a word without its quotes; -E2BIG if it does not fit (the end is found all the same). */
static int next_word(const char *bytes, size_t n, size_t *at, char *word, size_t size)
{
	bool quoted = false;
	size_t used = 0;

	for (; *at < n && bytes[*at] && (quoted || !is_blank(bytes[*at])); (*at)++) {
		if (bytes[*at] == '"') {
			quoted = !quoted;
			continue;
		}
		if (used < size)
			word[used++] = bytes[*at];
	}
	if (used == size)
		return -E2BIG;
	word[used] = '\0';
	return 0;
}

static int set_flag(bool *flag, const char *value)
{
	if (!value || str_eq(value, "1"))
		*flag = true;
	else if (str_eq(value, "0"))
		*flag = false;
	else
		return -EINVAL;
	return 0;
}

static int set_number(unsigned *number, const char *value, unsigned max)
{
	uint64_t parsed;

	if (!value || str_to_u64(value, 10, &parsed) < 0 || parsed > max)
		return -EINVAL;
	*number = (unsigned)parsed;
	return 0;
}

/* COUNT/SECONDS; 0 alone turns it off. */
static int set_respawn(struct cmdline *cmdline, const char *value)
{
	const char *slash = value ? strchr(value, '/') : NULL;
	unsigned count = 0, seconds = 0;
	char number[16];

	if (value && str_eq(value, "0")) {
		cmdline->respawn_count = 0;
		return 0;
	}
	if (!slash || str_copy_bytes(number, sizeof(number), value, (size_t)(slash - value)) < 0 ||
	    set_number(&count, number, COUNT_MAX) < 0 ||
	    set_number(&seconds, slash + 1, SECONDS_MAX) < 0 || !count || !seconds)
		return -EINVAL;
	cmdline->respawn_count = count;
	cmdline->respawn_s = seconds;
	return 0;
}

static int set_program(struct cmdline *cmdline, enum cmdline_start start, const char *value)
{
	if (!value || !*value || str_copy(cmdline->program, sizeof(cmdline->program), value) < 0)
		return -EINVAL;
	cmdline->start = start;
	return 0;
}

static int set_fail(struct cmdline *cmdline, const char *value)
{
	if (value && str_eq(value, "rescue"))
		cmdline->fail = CMDLINE_RESCUE;
	else if (value && str_eq(value, "reboot"))
		cmdline->fail = CMDLINE_REBOOT;
	else
		return -EINVAL;
	return 0;
}

static int set_arch(struct cmdline *cmdline, const char *value)
{
	if (!value || !*value || strchr(value, '/') || value[0] == '.')
		return -EINVAL;
	return str_copy(cmdline->arch, sizeof(cmdline->arch), value) < 0 ? -EINVAL : 0;
}

static int set_text(char ret[CMDLINE_VALUE_MAX], const char *value)
{
	if (!value || !*value)
		return -EINVAL;
	return str_copy(ret, CMDLINE_VALUE_MAX, value) < 0 ? -EINVAL : 0;
}

static int set_shell(struct cmdline *cmdline, const char *value)
{
	bool on = false;
	int r = set_flag(&on, value);

	if (r == 0 && on)
		cmdline->start = CMDLINE_SHELL;
	else if (r == 0 && cmdline->start == CMDLINE_SHELL)
		cmdline->start = CMDLINE_INITTAB;
	return r;
}

/* -ENOENT: no such key. -EINVAL: not a value that it can have. */
static int set(struct cmdline *cmdline, const char *key, const char *value)
{
	if (str_eq(key, "init"))
		return set_program(cmdline, CMDLINE_INIT, value);
	if (str_eq(key, "run"))
		return set_program(cmdline, CMDLINE_RUN, value);
	if (str_eq(key, "shell"))
		return set_shell(cmdline, value);
	if (str_eq(key, "arch"))
		return set_arch(cmdline, value);
	if (str_eq(key, "lease"))
		return set_text(cmdline->lease, value);
	if (str_eq(key, "image"))
		return set_text(cmdline->image, value);
	if (str_eq(key, "debug"))
		return set_flag(&cmdline->debug, value);
	if (str_eq(key, "overlay"))
		return set_flag(&cmdline->overlay, value);
	if (str_eq(key, "fail"))
		return set_fail(cmdline, value);
	if (str_eq(key, "shutdown"))
		return set_number(&cmdline->shutdown_s, value, SECONDS_MAX);
	if (str_eq(key, "grace"))
		return set_number(&cmdline->grace_s, value, SECONDS_MAX);
	if (str_eq(key, "respawn"))
		return set_respawn(cmdline, value);
	return -ENOENT;
}

int cmdline_take(const char *given, size_t column, struct cmdline *cmdline, struct err *err)
{
	char word[WORD_MAX];
	enum cmdline_start before = cmdline->start;
	char *value;
	int r;

	if (str_copy(word, sizeof(word), given) < 0)
		return err_say(err, EINVAL, "1:%zu: the option is too long, ignoring", column);
	value = strchr(word, '=');
	if (value)
		*value++ = '\0';
	r = set(cmdline, word + strlen(prefix), value);
	if (r == -ENOENT)
		return err_say(err, EINVAL, "1:%zu: there is no option %.64s, ignoring", column,
			       word);
	if (r < 0 && !value)
		return err_say(err, EINVAL, "1:%zu: %.64s needs a value, ignoring", column, word);
	if (r < 0)
		return err_say(err, EINVAL, "1:%zu: %.64s cannot be '%.64s', ignoring", column,
			       word, value);
	if (before != CMDLINE_INITTAB && cmdline->start != before)
		return err_say(err, EINVAL,
			       "1:%zu: %.64s contradicts an earlier option; the last one counts",
			       column, word);
	return 1;
}

/* A word that the kernel documents: the last one of a kind counts, as there. */
static int take_kernels(const char *word, size_t column, struct cmdline *cmdline, struct err *err)
{
	const struct {
		const char *key;
		char *value;
		size_t size;
	} words[] = {
		{ "root=", cmdline->root, sizeof(cmdline->root) },
		{ "nfsroot=", cmdline->nfsroot, sizeof(cmdline->nfsroot) },
		{ "ip=", cmdline->ip, sizeof(cmdline->ip) },
		{ "init=", cmdline->init, sizeof(cmdline->init) },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *key = words[i].key;

		if (!str_starts(word, key))
			continue;
		if (str_copy(words[i].value, words[i].size, word + strlen(key)) < 0)
			return err_say(err, EINVAL, "1:%zu: %s is too long, ignoring", column, key);
	}
	return 1;
}

int cmdline_next(const char *bytes, size_t n, size_t *at, struct cmdline *cmdline, struct err *err)
{
	char word[WORD_MAX];
	size_t begin;
	int r;

	while (*at < n && is_blank(bytes[*at]))
		(*at)++;
	if (*at >= n || !bytes[*at])
		return 0;
	begin = *at;
	r = next_word(bytes, n, at, word, sizeof(word));
	if (r < 0 && memcmp(word, prefix, strlen(prefix)) == 0)
		return err_say(err, EINVAL, "1:%zu: the option is too long, ignoring", begin + 1);
	if (r < 0)
		return 1;
	if (!str_starts(word, prefix))
		return take_kernels(word, begin + 1, cmdline, err);
	return cmdline_take(word, begin + 1, cmdline, err);
}
