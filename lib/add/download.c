/* SPDX-License-Identifier: MIT */
/* Copies what the resolver fetched, each under a name of its own until it is whole. */
#include "add/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "add/add.h"
#include "add/requirements.h"
#include "add/work.h"
#include "base/destination.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/listener.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/lock_line.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"

#define LIST "requirements.txt"
#define HEAD "# written by busypy download, and again by each"

static int open_folder(const char *to, struct folder *ret, struct err *err)
{
	DESTINATION_CLEANUP struct destination_place place = DESTINATION_NOWHERE;
	char path[PATH_SIZE];
	int fd, r = destination_open(to, DESTINATION_OUTPUT, 0, &place, err);

	if (r == 0)
		r = files_path(path, err, "%s%s%s", place.path, *place.rest ? "/" : "", place.rest);
	if (r < 0)
		return r;
	fd = below_mkdirs(place.fd, *place.rest ? place.rest : ".", 0755);
	return fd < 0 ? err_set(err, -fd, "cannot create %s", to) : folder_take(fd, path, ret, err);
}

/* A list of somebody else may be what he asks by: it stays. */
static int check_list(const struct folder *folder, struct err *err)
{
	FD_CLEANUP int fd = below_open(folder->fd, LIST, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	char head[sizeof(HEAD)] = "";
	ssize_t n = fd < 0 ? 0 : fd_read_at(fd, head, sizeof(head) - 1, 0);

	if (fd == -ENOENT || (n > 0 && str_eq(head, HEAD)))
		return 0;
	return err_say(err, EEXIST,
		       "%s/" LIST " is there already, and is not from 'busypy download' (Hint: mv "
		       "it, or name another folder)",
		       folder->path);
}

/* The whole of one file; what another run has left of it goes. */
static int write_file(const struct folder *folder, const char *name, int from, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char fresh[PATH_SIZE];
	int r = files_path(fresh, err, ".%s.new", name);

	if (r == 0)
		r = folder_remove(folder, fresh, err);
	if (r < 0)
		return r;
	fd = below_create(folder->fd, fresh, 0644);
	if (fd < 0)
		return err_set(err, -fd, "cannot create %s/%s", folder->path, fresh);
	r = lseek(from, 0, SEEK_SET) < 0 ? -errno : fd_copy(from, fd);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0)
		return err_set(err, -r, "cannot write %s/%s", folder->path, fresh);
	return folder_move(folder, fresh, folder, name, err);
}

/* 1 if it is new. */
static int put_wheel(const struct folder *folder, const struct add_wheel_file *wheel,
		     struct err *err)
{
	char sums[2][65];
	uint64_t size;
	int r;

	if (!folder_has(folder, wheel->path)) {
		r = write_file(folder, wheel->path, wheel->fd, err);
		return r < 0 ? r : 1;
	}
	if (lseek(wheel->fd, 0, SEEK_SET) < 0)
		return err_set(err, errno, "cannot read %s", wheel->path);
	r = files_sum_open(wheel->fd, wheel->path, sums[0], &size, err);
	if (r == 0)
		r = folder_sum(folder, wheel->path, sums[1], &size, err);
	if (r < 0)
		return r;
	return str_eq(sums[0], sums[1])
		       ? 0
		       : err_say(err, EEXIST,
				 "%s/%s is there already, and is another than the one that was "
				 "fetched (Hint: rm it, or name another folder)",
				 folder->path, wheel->path);
}

/* One line of the lock: "NAME==VERSION" begins a line, "--hash" goes on with it. */
static void print_line(const struct lock_line *line, bool *first, FILE *out)
{
	if (line->word == LOCK_PACKAGE) {
		(void)fprintf(out, "%s%s==%s", *first ? "" : "\n", line->name, line->version);
		*first = false;
	} else if (line->word == LOCK_FILE && !str_eq(line->targets, "-")) {
		(void)fprintf(out, " --hash=sha256:%s", line->sum);
	}
}

/* The lock as a file that pip and `add -r` read, with names and sums and no place. */
static int print_list(const char *lock, FILE *out, struct err *err)
{
	bool first = true;

	(void)fputs(HEAD "\n", out);
	for (const char *at = lock; *at;) {
		size_t n = strcspn(at, "\n");
		FILES_FREE char *text = strndup(at, n);
		struct lock_line line;
		int r;

		if (!text)
			return err_set(err, ENOMEM, "cannot write " LIST);
		r = lock_line_parse(text, &line, err);
		if (r < 0)
			return r;
		if (r > 0)
			print_line(&line, &first, out);
		at += n + (at[n] == '\n');
	}
	(void)fputs(first ? "" : "\n", out);
	return 0;
}

static int write_list(const struct folder *folder, const char *lock, struct err *err)
{
	static const char fresh[] = "." LIST ".new";
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r;

	if (!out)
		return err_set(err, ENOMEM, "cannot write " LIST);
	r = print_list(lock, out, err);
	if (fclose(out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot write " LIST);
	if (r == 0)
		r = folder_remove(folder, fresh, err);
	if (r == 0)
		r = folder_write(folder, fresh, text, n, 0644, err);
	return r < 0 ? r : folder_move(folder, fresh, folder, LIST, err);
}

static int put_all(const struct add *add, const char *to, size_t *ret_n, struct err *err)
{
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	int r = open_folder(to, &folder, err);

	if (r < 0)
		return r;
	r = check_list(&folder, err);
	if (r < 0)
		return r;
	listener_step(add->request->listener, "copying");
	for (size_t i = 0; i < add->n_wheels; i++) {
		r = put_wheel(&folder, &add->wheels[i], err);
		if (r < 0)
			return r;
		*ret_n += (size_t)r;
	}
	return write_list(&folder, add->lock, err);
}

int add_download(const struct add_request *request, const char *to, struct add_items *items,
		 size_t *ret_n, struct err *err)
{
	struct add *add;
	int r = destination_check(to, DESTINATION_OUTPUT, 0, err);

	if (r < 0)
		return r;
	add = add_work_new(request, items);
	if (!add)
		return err_set(err, ENOMEM, "cannot download");
	*ret_n = 0;
	r = add_find_wheels(add, err);
	if (r == 0)
		r = put_all(add, to, ret_n, err);
	add_requirements_close(add);
	add_work_free(add);
	return r;
}
