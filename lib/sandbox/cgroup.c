/* SPDX-License-Identifier: MIT */
/* Directories and small files of a cgroup2 file system. */
#include "sandbox/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

enum { TEXT_SIZE = 4096, REMOVE_TRIES = 500, REMOVE_PAUSE_MS = 10 };

static int put(int dir, const char *name, const char *text)
{
	FD_CLEANUP int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd_write_all(fd, text, strlen(text));
}

static int put_number(int dir, const char *name, uint64_t value)
{
	char number[24];
	struct text text;

	text_init(&text, number, sizeof(number));
	text_addf(&text, "%llu", (unsigned long long)value);
	return put(dir, name, number);
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = text; *s;) {
		size_t length = strcspn(s, " \n");

		if (length == n && memcmp(s, word, n) == 0)
			return true;
		s += length + (s[length] != '\0');
	}
	return false;
}

/* True if children of this one have the controllers that the limits need. */
static bool can_limit(int dir, const struct cgroup_limits *limits)
{
	char text[TEXT_SIZE];

	return fd_read_file(dir, "cgroup.subtree_control", text, sizeof(text)) >= 0 &&
	       (!limits->memory || has_word(text, "memory")) &&
	       (!limits->pids || has_word(text, "pids"));
}

/* Our own cgroup's path: the line "0::PATH". */
static int own_path(char *ret, size_t size)
{
	char text[TEXT_SIZE];
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));

	if (n < 0)
		return (int)n;
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts(line, "0::/"))
			return str_copy_bytes(ret, size, line + 3, strcspn(line + 3, "\n"));
	}
	return -ENOENT;
}

static int open_mount(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		fd_close(&fd);
	}
	return -ENOENT;
}

static int set_limits(int dir, const struct cgroup_limits *limits)
{
	int r = limits->memory ? put_number(dir, "memory.max", limits->memory) : 0;

	if (r < 0)
		return r;
	if (limits->memory)
		(void)put(dir, "memory.swap.max", "0"); /* not there without swap accounting */
	return limits->pids ? put_number(dir, "pids.max", limits->pids) : 0;
}

static int make_below(int parent, const struct cgroup_limits *limits, struct cgroup *cgroup)
{
	if (!can_limit(parent, limits) || mkdirat(parent, cgroup->name, 0755) < 0)
		return -ENOENT;
	cgroup->dir = openat(parent, cgroup->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup->dir >= 0 && set_limits(cgroup->dir, limits) == 0)
		cgroup->procs = openat(cgroup->dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (cgroup->procs >= 0)
		return 0;
	fd_close(&cgroup->dir);
	(void)unlinkat(parent, cgroup->name, AT_REMOVEDIR); /* empty: just made */
	return -ENOENT;
}

/* Nobody enters a cgroup any more that is removed. */
static void remove_now(int parent, int dir, const char *name)
{
	(void)put(dir, "cgroup.kill", "1"); /* before 5.14: the namespace's end does it */
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		(void)poll(NULL, 0, REMOVE_PAUSE_MS); /* a pause: what was killed is still ending */
	}
}

/* A copy of a process holds what that holds: pipes would not end, files stay open. */
static void keep_only(int keep[3])
{
	for (int i = 0; i < 3; i++)
		keep[i] = fcntl(keep[i], F_DUPFD, 3 + 3); /* out of the way of what follows */
	for (int i = 0; i < 3; i++)
		keep[i] = dup2(keep[i], i);
	(void)syscall(SYS_close_range, 3U, ~0U, 0U);
}

/* Waits for the death of its parent; or is killed, when the cgroup has been removed. */
static _Noreturn void watch(const struct cgroup *cgroup, pid_t parent)
{
	int keep[3] = { cgroup->parent, cgroup->dir, (int)syscall(SYS_pidfd_open, parent, 0) };
	struct pollfd end = { .events = POLLIN };
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)setsid(); /* cannot fail: just forked */
	keep_only(keep);
	end.fd = keep[2];
	while (end.fd >= 0 && getppid() == parent && poll(&end, 1, -1) < 0)
		;
	remove_now(keep[0], keep[1], cgroup->name);
	_exit(0);
}

int cgroup_make(const struct cgroup_limits *limits, unsigned number, struct cgroup *ret)
{
	struct cgroup cgroup = { .parent = -1, .dir = -1, .procs = -1 };
	char path[PATH_SIZE], folder[PATH_SIZE + 2];
	FD_CLEANUP int mount = open_mount();
	pid_t self = getpid();
	struct text text;
	int r = mount < 0 ? mount : own_path(path, sizeof(path));

	text_init(&text, cgroup.name, sizeof(cgroup.name));
	text_addf(&text, "busypy-%d-%u", (int)self, number);
	while (r == 0) {
		char *slash = strrchr(path, '/');

		text_init(&text, folder, sizeof(folder));
		text_addf(&text, ".%s", path);
		cgroup.parent = openat(mount, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (cgroup.parent >= 0 && make_below(cgroup.parent, limits, &cgroup) == 0)
			break;
		fd_close(&cgroup.parent);
		if (!slash || !path[1])
			return -ENOENT;
		slash[slash == path] = '\0';
	}
	if (r < 0)
		return -ENOENT;
	cgroup.janitor = fork();
	if (cgroup.janitor == 0)
		watch(&cgroup, self);
	*ret = cgroup;
	return 0;
}

uint64_t cgroup_peak(const struct cgroup *cgroup)
{
	char number[32];
	uint64_t value;
	ssize_t n = fd_read_file(cgroup->dir, "memory.peak", number, sizeof(number));

	if (n <= 0)
		return 0;
	number[n - 1] = '\0'; /* the newline */
	return str_to_u64(number, 10, &value) == 0 ? value : 0;
}

void cgroup_remove(struct cgroup *cgroup)
{
	if (cgroup->parent < 0)
		return;
	remove_now(cgroup->parent, cgroup->dir, cgroup->name);
	if (cgroup->janitor > 0) {
		(void)kill(cgroup->janitor, SIGKILL);
		while (waitpid(cgroup->janitor, NULL, 0) < 0 && errno == EINTR)
			;
	}
	fd_close(&cgroup->procs);
	fd_close(&cgroup->dir);
	fd_close(&cgroup->parent);
	cgroup->parent = cgroup->dir = cgroup->procs = -1;
}
