/* SPDX-License-Identifier: MIT */
/* Finds a command in PATH and follows its exec chain without executing it. */
#include "prove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/command.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/chain.h"
#include "sys/fd.h"
#include "log.h"
#include "state.h"

int prove_runtime(const char *source, const char *arch, const char *at, struct err *err)
{
	char path[256];
	struct text text;

	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/" TREE_USR_OF, at, arch);
	if (access(path, F_OK) < 0)
		return err_set(err, errno, "%.512s has no runtime for %s: " TREE_USR_OF, source,
			       arch, arch);
	return 0;
}

int prove_resolve(const char *name, char *dst, size_t size)
{
	const char *path = getenv("PATH");
	struct stat st;
	int r;

	if (!*name)
		return -ENOENT;
	if (strchr(name, '/')) {
		if (str_copy(dst, size, name) < 0)
			return -ENAMETOOLONG;
		return stat(dst, &st) < 0 ? -errno : 0;
	}
	while (path && (r = path_next(&path, name, dst, size)) != 0) {
		if (r > 0 && stat(dst, &st) == 0 && S_ISREG(st.st_mode))
			return 0;
	}
	return -ENOENT;
}

bool prove_is_text(const char *path)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char head[SHEBANG_READ];
	ssize_t n = fd < 0 ? -1 : fd_read_at(fd, head, sizeof(head), 0);
	const char *end;

	if (n < 0)
		return false;
	end = memchr(head, '\n', (size_t)n);
	return !memchr(head, '\0', end ? (size_t)(end - head) : (size_t)n) &&
	       !shebang_begins(head, (size_t)n);
}

int prove_command(const char *text, struct err *err)
{
	static struct command command;
	char resolved[PATH_SIZE];
	struct err inner = { 0 };
	int r;

	if (command_parse(text, &command) < 0)
		return err_say(err, E2BIG, "the command is too long");
	r = prove_resolve(command.path, resolved, sizeof(resolved));
	if (r < 0)
		return err_set(err, -r, "cannot start %s", command.path);
	r = chain_prove(resolved, &inner);
	if (r == -ENOEXEC && prove_is_text(resolved))
		return 0; /* the shell runs it: start.c */
	if (r < 0)
		return err_say(err, inner.code, "%s", inner.text);
	return 0;
}

/* The first entry to run, in the order of the phases. */
static int first_entry(const struct inittab *table)
{
	static const unsigned phases[] = { INITTAB_SYSINIT, INITTAB_WAIT, INITTAB_ONCE,
					   INITTAB_RESPAWN | INITTAB_ASKFIRST };
	int i = -1;

	for (size_t n = 0; n < sizeof(phases) / sizeof(phases[0]) && i < 0; n++)
		i = inittab_find(table, table->first, phases[n]);
	return i;
}

bool prove_table(const struct init *init)
{
	const unsigned kept = INITTAB_RESPAWN | INITTAB_ASKFIRST;
	const struct inittab *table = &init->table;
	int i = first_entry(table), any = inittab_find(table, table->first, kept);
	struct err err = { 0 };

	if (i < 0 || prove_command(inittab_command(table, &table->slots[i]), &err) == 0)
		return true;
	log_note("init: the first program: %s", err.text);
	for (i = any; i >= 0; i = inittab_find(table, table->slots[i].next, kept)) {
		if (prove_command(inittab_command(table, &table->slots[i]), &err) == 0)
			return true;
	}
	if (any >= 0 && !init->container)
		log_err("nothing can be started", &err);
	return any < 0;
}
