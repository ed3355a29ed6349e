/* SPDX-License-Identifier: MIT */
/* Owners: who they are, whether they live, and the renames that decide. */
#include "export/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/version.h"
#include "sys/dirs.h"
#include "sys/fd.h"

enum { WORD = 128, TEXT = 1024, TRIES = 64 };

/* A process, so that it can be told from one of the same number at another time or place. */
struct owner {
	char host[WORD], pid[WORD], start[WORD], since[WORD];
	char machine[WORD], boot[WORD], space[WORD]; /* machine-id, boot_id, PID namespace */
};

/* The first word of a file, or "-". */
static void read_word(const char *path, char ret[WORD])
{
	char bytes[WORD];
	ssize_t n = fd_read_file(AT_FDCWD, path, bytes, sizeof(bytes));

	if (n > 0)
		bytes[strcspn(bytes, " \n")] = '\0';
	if (n <= 0 || !bytes[0])
		(void)str_copy(bytes, sizeof(bytes), "-"); /* fits */
	memcpy(ret, bytes, WORD);
}

/* When a process started, in ticks since the boot; "-" if there is none. */
static void read_start(const char *pid, char ret[WORD])
{
	char path[64], bytes[TEXT];
	const char *at;
	struct text text;

	(void)str_copy(ret, WORD, "-"); /* fits */
	text_init(&text, path, sizeof(path));
	text_addf(&text, "/proc/%s/stat", pid);
	if (text_check(&text) < 0 || fd_read_file(AT_FDCWD, path, bytes, sizeof(bytes)) < 0)
		return;
	at = strrchr(bytes, ')'); /* the name may have blanks and parentheses */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		(void)str_copy_bytes(ret, WORD, at + 1, strcspn(at + 1, " ")); /* a number fits */
}

static void read_space(char ret[WORD])
{
	ssize_t n = readlink("/proc/self/ns/pid", ret, WORD - 1);

	ret[n > 0 ? n : 0] = '\0';
	if (n <= 0)
		(void)str_copy(ret, WORD, "-"); /* fits */
}

static void find_self(struct owner *ret)
{
	char date[VERSION_DATE_SIZE];
	struct text text;

	text_init(&text, ret->pid, WORD);
	text_addf(&text, "%d", (int)getpid());
	read_start(ret->pid, ret->start);
	if (gethostname(ret->host, WORD - 1) < 0 || !ret->host[0])
		(void)str_copy(ret->host, WORD, "-"); /* fits */
	version_date((uint64_t)time(NULL) * 1000, date);
	(void)str_copy(ret->since, WORD, date); /* fits */
	read_word("/etc/machine-id", ret->machine);
	read_word("/proc/sys/kernel/random/boot_id", ret->boot);
	read_space(ret->space);
}

/* "key value" lines, as a shell would write them. */
static void format(const struct owner *owner, char ret[TEXT])
{
	struct text text;

	text_init(&text, ret, TEXT);
	text_addf(&text, "host %s\npid %s\nstart %s\nsince %s\nmachine %s\nboot %s\nspace %s\n",
		  owner->host, owner->pid, owner->start, owner->since, owner->machine, owner->boot,
		  owner->space);
}

static void take(const char *line, size_t n, const char *key, char ret[WORD])
{
	size_t length = strlen(key);

	if (n > length && memcmp(line, key, length) == 0 && line[length] == ' ')
		(void)str_copy_bytes(ret, WORD, line + length + 1, n - length - 1); /* or empty */
}

static void parse(const char *text, struct owner *ret)
{
	*ret = (struct owner){ 0 };
	while (*text) {
		size_t n = strcspn(text, "\n");

		take(text, n, "host", ret->host);
		take(text, n, "pid", ret->pid);
		take(text, n, "start", ret->start);
		take(text, n, "since", ret->since);
		take(text, n, "machine", ret->machine);
		take(text, n, "boot", ret->boot);
		take(text, n, "space", ret->space);
		text += n + (text[n] == '\n');
	}
}

static bool known(const char *word)
{
	return word[0] && !str_eq(word, "-");
}

/* Certain only for a process of this machine: of an earlier boot, or of this one, among the
 * processes that we see. */
static bool is_dead(const struct owner *owner, const struct owner *self)
{
	char start[WORD];

	if (!known(owner->boot) || !known(self->boot) || !known(owner->start))
		return false;
	if (!str_eq(owner->boot, self->boot))
		return known(self->machine) && str_eq(owner->machine, self->machine);
	if (!str_eq(owner->space, self->space))
		return false;
	read_start(owner->pid, start);
	return !str_eq(start, owner->start);
}

static int busy(const struct export_lock *lock, const char *export, const struct owner *owner,
		const struct owner *self, struct err *err)
{
	int r = err_say(err, EBUSY, "%s is being written to by process %s on %s since %s", export,
			owner->pid[0] ? owner->pid : "?", owner->host[0] ? owner->host : "?",
			owner->since[0] ? owner->since : "?");

	if (str_eq(owner->boot, self->boot) && str_eq(owner->space, self->space))
		return r; /* it was seen alive */
	return err_hint(err, r, "if that process is dead: rm -r %s", lock->dir);
}

/* Looks at who holds the lock. 0: nobody any more, try again. */
static int look(const struct export_lock *lock, const char *export, const struct owner *self,
		struct err *err)
{
	FD_CLEANUP int fd = open(lock->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct owner owner;
	char bytes[TEXT];
	struct dirs dirs;
	const char *name;
	ssize_t n;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "cannot open %s", lock->dir);
	dirs_begin(&dirs, fd);
	r = dirs_next(&dirs, &name);
	if (r <= 0)
		return r < 0 ? err_set(err, -r, "cannot read %s", lock->dir) : 0;
	n = fd_read_file(fd, name, bytes, sizeof(bytes));
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s/%s", lock->dir, name);
	parse(bytes, &owner);
	if (!is_dead(&owner, self))
		return busy(lock, export, &owner, self, err);
	if (unlinkat(fd, name, 0) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove %s/%s", lock->dir, name);
	return 0;
}

/* Makes EXPORT/.lock.NAME/NAME, to be renamed. On a full disk the file stays empty: the way back
 * and the removal of versions must be possible there. */
static int prepare(const char *dir, const char *name, const char *text, struct err *err)
{
	char path[PATH_SIZE];
	int r = walk_remove(dir, err);

	if (r < 0)
		return r;
	r = files_path(path, err, "%s/%s", dir, name);
	if (r < 0)
		return r;
	if (mkdir(dir, 0755) < 0)
		return err_set(err, errno, "cannot create %s", dir);
	r = files_write(path, text, strlen(text), 0644, err);
	if ((r != -ENOSPC && r != -EDQUOT) || truncate(path, 0) < 0)
		return r;
	if (err)
		*err = (struct err){ 0 };
	return 0;
}

/* 1: the lock is ours; 0: try again. */
static int try_once(const struct export_lock *lock, const char *prepared, const char *export,
		    const struct owner *self, struct err *err)
{
	char text[TEXT];
	int r;

	format(self, text);
	r = prepare(prepared, path_base(lock->owner), text, err);
	if (r == -ENOENT) {
		/* another writer's cleaning took it away */
		if (err)
			*err = (struct err){ 0 };
		return 0;
	}
	if (r < 0)
		return r;
	if (rename(prepared, lock->dir) == 0)
		return 1;
	if (errno == ENOTEMPTY || errno == EEXIST)
		return look(lock, export, self, err);
	if (errno == ENOENT) /* as above */
		return 0;
	return err_set(err, errno, "cannot create %s", lock->dir);
}

int export_lock_take(const char *export, struct export_lock *ret, struct err *err)
{
	char prepared[PATH_SIZE], name[3 * WORD];
	struct text unique;
	struct export_lock lock = { 0 };
	struct owner self = { 0 };
	int r;

	find_self(&self);
	text_init(&unique, name, sizeof(name));
	text_addf(&unique, "%s.%s.%s", self.pid, self.start, self.boot);
	r = files_path(lock.dir, err, "%s/.lock", export);
	if (r < 0)
		return r;
	r = files_path(lock.owner, err, "%s/%s", lock.dir, name);
	if (r < 0)
		return r;
	r = files_path(prepared, err, "%s/.lock.%s", export, name);
	if (r < 0)
		return r;
	for (unsigned tries = 0; r == 0 && tries < TRIES; tries++)
		r = try_once(&lock, prepared, export, &self, err);
	if (r > 0) {
		*ret = lock;
		return 0;
	}
	(void)walk_remove(prepared, NULL); /* the next writer does it otherwise */
	if (r < 0)
		return r;
	return err_say(err, EBUSY, "%s: too many others want to write to it", export);
}

void export_lock_drop(struct export_lock *lock)
{
	if (!lock->owner[0])
		return;
	/* what cannot be removed is a dead owner's the next time */
	(void)unlink(lock->owner);
	(void)rmdir(lock->dir);
	lock->owner[0] = '\0';
}
