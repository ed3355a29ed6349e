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

#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "core/version.h"
#include "export/dir.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

#define LOCK ".lock"

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
	ssize_t n = readlinkat(AT_FDCWD, "/proc/self/ns/pid", ret, WORD - 1);

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

	if (!known(owner->boot) || !known(self->boot) || !known(owner->start) ||
	    owner->pid[strspn(owner->pid, "0123456789")])
		return false;
	if (!str_eq(owner->boot, self->boot))
		return known(self->machine) && str_eq(owner->machine, self->machine);
	if (!str_eq(owner->space, self->space))
		return false;
	read_start(owner->pid, start);
	return !str_eq(start, owner->start);
}

static int busy(const struct folder *root, const struct owner *owner, const struct owner *self,
		struct err *err)
{
	int r = err_say(err, EBUSY, "%s is being written to by process %s on %s since %s",
			root->path, owner->pid[0] ? owner->pid : "?",
			owner->host[0] ? owner->host : "?", owner->since[0] ? owner->since : "?");

	if (str_eq(owner->boot, self->boot) && str_eq(owner->space, self->space))
		return r; /* it was seen alive */
	return err_hint(err, r, "if that process is dead: rm -r %s/" LOCK, root->path);
}

/* Looks at who holds the lock. 0: nobody any more, try again. */
static int look(const struct folder *root, const struct owner *self, struct err *err)
{
	FD_CLEANUP int fd = below_open(root->fd, LOCK, O_RDONLY | O_DIRECTORY);
	struct owner owner;
	char bytes[TEXT];
	struct dirs dirs;
	const char *name;
	ssize_t n;
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : err_set(err, -fd, "cannot open %s/" LOCK, root->path);
	dirs_begin(&dirs, fd);
	r = dirs_next(&dirs, &name);
	if (r <= 0)
		return r < 0 ? err_set(err, -r, "cannot read %s/" LOCK, root->path) : 0;
	n = below_read(fd, name, bytes, sizeof(bytes));
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s/" LOCK "/%s", root->path, name);
	parse(bytes, &owner);
	if (!is_dead(&owner, self))
		return busy(root, &owner, self, err);
	if (unlinkat(fd, name, 0) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove %s/" LOCK "/%s", root->path, name);
	return 0;
}

/* Names us in our file. On a full disk it stays empty: the way back and the removal of versions
 * must be possible there. */
static int sign(int dir, const char *name, const struct owner *self)
{
	FD_CLEANUP int fd = below_create(dir, name, 0644);
	char text[TEXT];
	int r;

	if (fd < 0)
		return fd;
	format(self, text);
	r = fd_write_all(fd, text, strlen(text));
	if (r == -ENOSPC || r == -EDQUOT)
		r = ftruncate(fd, 0) < 0 ? -errno : 0;
	if (r == 0 && fchmod(fd, 0644) < 0)
		r = -errno;
	return r;
}

/* Makes EXPORT/.lock.NAME/NAME, to be renamed; returns the directory's descriptor. */
static int prepare(const struct folder *root, const char *prepared, const char *name,
		   const struct owner *self, struct err *err)
{
	FD_CLEANUP int fd = -1;
	int r = folder_remove(root, prepared, err);

	if (r < 0)
		return r;
	fd = below_mkdir(root->fd, prepared, 0755);
	if (fd < 0)
		return err_set(err, -fd, "cannot create %s/%s", root->path, prepared);
	r = sign(fd, name, self);
	if (r < 0)
		return err_set(err, -r, "cannot create %s/%s/%s", root->path, prepared, name);
	return fd_steal(&fd);
}

/* 1: the lock is ours; 0: try again. */
static int try_once(const struct folder *root, const char *prepared, const struct owner *self,
		    struct export_lock *ret, struct err *err)
{
	FD_CLEANUP int fd = prepare(root, prepared, ret->owner, self, err);
	int r;

	if (fd == -ENOENT) {
		/* another writer's cleaning took it away */
		if (err)
			*err = (struct err){ 0 };
		return 0;
	}
	if (fd < 0)
		return fd;
	r = below_rename(root->fd, prepared, root->fd, LOCK, 0);
	if (r == 0) {
		ret->dir = fd_steal(&fd);
		return 1;
	}
	if (r == -ENOTEMPTY || r == -EEXIST)
		return look(root, self, err);
	if (r == -ENOENT) /* as above */
		return 0;
	return err_set(err, -r, "cannot create %s/" LOCK, root->path);
}

int export_lock_take(const struct export_dir *dir, struct export_lock *ret, struct err *err)
{
	const struct folder *root = export_root(dir);
	char prepared[sizeof(ret->owner) + sizeof(LOCK)];
	struct text unique, path;
	struct export_lock lock = { .export_fd = root->fd, .dir = -1 };
	struct owner self = { 0 };
	int r = 0;

	find_self(&self);
	text_init(&unique, lock.owner, sizeof(lock.owner));
	text_addf(&unique, "%s.%s.%s", self.pid, self.start, self.boot); /* three words fit */
	text_init(&path, prepared, sizeof(prepared));
	text_addf(&path, LOCK ".%s", lock.owner);
	for (unsigned tries = 0; r == 0 && tries < TRIES; tries++)
		r = try_once(root, prepared, &self, &lock, err);
	if (r > 0) {
		*ret = lock;
		return 0;
	}
	(void)folder_remove(root, prepared, NULL); /* the next writer does it otherwise */
	if (r < 0)
		return r;
	return err_say(err, EBUSY, "%s: too many others want to write to it", root->path);
}

void export_lock_drop(struct export_lock *lock)
{
	if (lock->dir < 0)
		return;
	/* what cannot be removed is a dead owner's the next time */
	(void)unlinkat(lock->dir, lock->owner, 0);
	(void)unlinkat(lock->export_fd, LOCK, AT_REMOVEDIR);
	fd_close(&lock->dir);
	lock->dir = -1;
}
