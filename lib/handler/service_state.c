/* SPDX-License-Identifier: MIT */
/* Keeps busypyd's last report in a file, and tells by a lock on it whether busypyd is alive. */
#include "handler/service_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/service_file.h"
#include "core/str.h"
#include "handler/lock.h"
#include "handler/round.h"
#include "sys/fd.h"

struct state {
	char version[32]; /* of the program: another version's structs may differ */
	uint32_t size;
	pid_t pid;
	struct err why;
	struct round_report report;
};

enum { ALONE_MS = 500 };

#define NEW_FILE SERVICE_STATE_FILE ".new"

/* 1 if somebody holds the lock that only a busypyd can: other users can open the file for reading,
 * and so lock it for reading, which is nothing to us. */
static int is_held(void)
{
	FD_CLEANUP int fd = open(SERVICE_STATE_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
		return -errno;
	return lock.l_type == F_WRLCK;
}

/* A file of its own, locked before anybody else can open it, takes the place of an earlier one. */
int service_state_open(struct err *err)
{
	/* against another that starts just now; without it if that is no matter of moments */
	LOCK_CLEANUP int alone = lock_take(ALONE_MS, err);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	FD_CLEANUP int fd = -1;
	int r;

	if (alone < 0 && alone != -EBUSY)
		return alone;
	r = is_held();
	if (r < 0)
		return err_set(err, -r, "cannot look at " SERVICE_STATE_FILE);
	if (r > 0)
		return err_say(err, EBUSY, "another busypyd is running");
	(void)unlink(NEW_FILE); /* what one that was killed left; else there is none */
	fd = open(NEW_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(err, errno, "cannot create " SERVICE_STATE_FILE);
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return err_set(err, errno, "cannot lock " SERVICE_STATE_FILE);
	if (fchmod(fd, 0644) < 0 || rename(NEW_FILE, SERVICE_STATE_FILE) < 0)
		return err_set(err, errno, "cannot create " SERVICE_STATE_FILE);
	return fd_steal(&fd);
}

int service_state_write(int fd, const struct round_report *report, const struct err *why,
			struct err *err)
{
	struct state state;

	memset(&state, 0, sizeof(state));
	(void)str_copy(state.version, sizeof(state.version), BUSYPY_VERSION); /* a short one */
	state.size = sizeof(state);
	state.pid = getpid();
	state.why = *why;
	state.report = *report;
	if (pwrite(fd, &state, sizeof(state), 0) != (ssize_t)sizeof(state))
		return err_set(err, errno ? errno : EIO, "cannot write " SERVICE_STATE_FILE);
	return 0;
}

void service_state_close(int *fd)
{
	if (*fd >= 0)
		(void)unlink(SERVICE_STATE_FILE); /* the next busypyd makes a new one */
	fd_close(fd);
}

static bool whole(struct state *state)
{
	if (state->size != sizeof(*state) || !str_eq(state->version, BUSYPY_VERSION) ||
	    state->report.n_trees > ROUND_TREES_MAX)
		return false;
	state->why.text[sizeof(state->why.text) - 1] = '\0';
	for (size_t i = 0; i < state->report.n_trees; i++) {
		struct round_tree *tree = &state->report.trees[i];

		tree->wanted[sizeof(tree->wanted) - 1] = '\0';
		tree->path[sizeof(tree->path) - 1] = '\0';
		tree->why[sizeof(tree->why) - 1] = '\0';
	}
	return true;
}

int service_state_read(struct round_report *ret, struct err *ret_why, pid_t *ret_pid,
		       struct err *err)
{
	struct state state;
	FD_CLEANUP int fd = open(SERVICE_STATE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "cannot open " SERVICE_STATE_FILE);
	if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
		return err_set(err, errno, "cannot look at " SERVICE_STATE_FILE);
	if (lock.l_type == F_UNLCK)
		return 0;
	n = fd_read_at(fd, &state, sizeof(state), 0);
	if (n == 0) /* it is just starting */
		memset(&state, 0, sizeof(state));
	else if (n != (ssize_t)sizeof(state) || !whole(&state))
		return err_say(err, EPROTO, "the busypyd that is running is of another version");
	if (ret)
		*ret = state.report;
	if (ret_why)
		*ret_why = state.why;
	if (ret_pid)
		*ret_pid = state.pid;
	return 1;
}
