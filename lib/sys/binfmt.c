/* SPDX-License-Identifier: MIT */
/* Reading and writing a binfmt_misc file system; fs/binfmt_misc.c. */
#include "sys/binfmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/err.h"
#include "core/rule.h"
#include "core/str.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/mount_api.h"

#ifndef BINFMTFS_MAGIC
#define BINFMTFS_MAGIC 0x42494e4d
#endif

enum { ENTRY_MAX = 4096 };

int binfmt_enabled(int instance)
{
	char status[32];
	ssize_t n = fd_read_file(instance, "status", status, sizeof(status));

	return n < 0 ? (int)n : str_starts(status, "enabled");
}

static int check_writable(int instance, struct err *err)
{
	FD_CLEANUP int fd = openat(instance, "register", O_WRONLY | O_CLOEXEC);
	int saved = errno;

	if (fd < 0 && saved == EROFS)
		return err_say(err, EROFS,
			       BINFMT_MOUNT_POINT " is mounted read-only (Hint: containers usually "
						  "have it so; enable on the host)");
	if (fd < 0)
		return err_hint(err,
				err_set(err, saved, "cannot open " BINFMT_MOUNT_POINT "/register"),
				"only root of the user namespace that mounted it may register");
	if (binfmt_enabled(instance) == 0)
		return err_say(err, EBUSY,
			       "binfmt_misc is disabled: no handler would be asked (Hint: an "
			       "administrator wrote 0 to " BINFMT_MOUNT_POINT
			       "/status; 1 enables it)");
	return 0;
}

int binfmt_open(bool write, struct err *err)
{
	FD_CLEANUP int fd = open(BINFMT_MOUNT_POINT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	int r = 0;

	if (fd < 0)
		return err_say(
			err, ENOENT,
			"this kernel has no binfmt_misc: no " BINFMT_MOUNT_POINT
			" (Hint: modprobe binfmt_misc, or a kernel with CONFIG_BINFMT_MISC)");
	if (fstatfs(fd, &fs) < 0)
		return err_set(err, errno, "cannot look at " BINFMT_MOUNT_POINT);
	if (fs.f_type != BINFMTFS_MAGIC)
		return err_say(err, ENOENT,
			       "binfmt_misc is not mounted at " BINFMT_MOUNT_POINT
			       " (Hint: mount -t binfmt_misc binfmt_misc " BINFMT_MOUNT_POINT ")");
	if (write)
		r = check_writable(fd, err);
	if (r < 0)
		return r;
	return fd_steal(&fd);
}

int binfmt_new_instance(struct err *err)
{
	int fd = mount_new("binfmt_misc", "busypy", NULL, 0);

	if (fd < 0)
		return err_set(err, -fd, "cannot make a binfmt_misc instance of our own");
	return fd;
}

int binfmt_register(int instance, const struct rule *rule, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char line[RULE_LINE_MAX + 1];
	int r = rule_format(rule, line, sizeof(line));

	if (r < 0)
		return err_set(err, -r, "handler entry %s is too long", rule->name);
	fd = openat(instance, "register", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "cannot open the register file of binfmt_misc");
	/* One write(2): the kernel takes each as a whole entry. */
	if (write(fd, line, strlen(line)) < 0)
		return err_set(err, errno, "cannot register handler entry %s", rule->name);
	return 0;
}

/* An entry that is not there is no error. */
static int remove_entry(int instance, const char *name, struct err *err)
{
	FD_CLEANUP int fd = -1;

	/* "status" and "register" are not entries: -1 to status would remove everybody's. */
	if (str_eq(name, "status") || str_eq(name, "register") || strchr(name, '/'))
		return err_say(err, EINVAL, "'%s' is not the name of a handler entry", name);
	fd = openat(instance, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0
				       : err_set(err, errno, "cannot open handler entry %s", name);
	if (write(fd, "-1", 2) < 0)
		return err_set(err, errno, "cannot remove handler entry %s", name);
	return 0;
}

int binfmt_remove_all(int instance, bool (*wanted)(const char *name, void *ctx), void *ctx,
		      struct err *err)
{
	FD_CLEANUP int fd = openat(instance, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int removed = 0, failed = 0, r;
	struct dirs dirs;
	const char *name;

	if (fd < 0)
		return err_set(err, errno, "cannot list binfmt_misc");
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (!wanted(name, ctx))
			continue;
		r = remove_entry(instance, name, failed ? NULL : err);
		if (r < 0)
			failed = failed ? failed : r;
		else
			removed++;
	}
	if (r < 0 && !failed)
		return err_set(err, -r, "cannot list binfmt_misc");
	return failed ? failed : removed;
}

int binfmt_read(int instance, const char *name, struct rule *ret, struct err *err)
{
	char text[ENTRY_MAX];
	ssize_t n = fd_read_file(instance, name, text, sizeof(text));

	if (n < 0)
		return err_set(err, (int)-n, "cannot read handler entry %s", name);
	if (rule_parse(name, text, (size_t)n, ret) < 0)
		return err_say(err, EPROTO, "cannot understand handler entry %s", name);
	return 0;
}

int binfmt_list(int instance, struct rule *ret, size_t max, struct err *err)
{
	FD_CLEANUP int fd = openat(instance, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirs dirs;
	const char *name;
	size_t n = 0;
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot list binfmt_misc");
	/* simple_fill_super() lists the newest entry first, which is the order of matching. */
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (str_eq(name, "status") || str_eq(name, "register"))
			continue;
		if (n == max)
			return err_say(err, E2BIG, "binfmt_misc has more than %zu entries", max);
		r = binfmt_read(fd, name, &ret[n], err);
		if (r == -ENOENT) /* removed meanwhile */
			continue;
		if (r < 0)
			return r;
		n++;
	}
	return r < 0 ? err_set(err, -r, "cannot list binfmt_misc") : (int)n;
}
