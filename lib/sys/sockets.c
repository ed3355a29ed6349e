/* SPDX-License-Identifier: MIT */
/* Goes through the kernel's list of Unix sockets. What it says are names that their owners chose:
 * only a socket that stands there is taken, by the name that the kernel has for it. */
#include "sys/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/unixline.h"
#include "core/view_sandbox.h"
#include "sys/fd.h"

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20 /* Linux 5.12 */
#endif

enum { LINES_SIZE = 16 * 1024, NAME_SIZE = 128 /* sockaddr_un has 108 */ };

static bool is_asked(const struct view_sandbox *sandbox)
{
	return (sandbox->flags & VIEW_SANDBOX_HOST) ||
	       ((sandbox->flags & VIEW_SANDBOX_NET) && sandbox->n_extras > 0);
}

/* The entries of a socket's path are at hand as long as it is bound. Who else made up a path, to
 * somewhere that does not answer, is not waited for. */
static int open_cached(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_CACHED,
	};

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* Where a socket really is. */
static bool find_path(const char *name, char ret[PATH_SIZE])
{
	FD_CLEANUP int fd = open_cached(name);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	return fd_where(fd, ret, PATH_SIZE) == 0 && path_canonical(ret);
}

static int take_line(struct facts *facts, const struct view_sandbox *sandbox, const char *line,
		     size_t n)
{
	char name[NAME_SIZE], path[PATH_SIZE];

	if (unixline_path(line, n, name, sizeof(name)) < 0 || !find_path(name, path) ||
	    !view_sandbox_covers(sandbox, path))
		return 0;
	return facts_add_socket(facts, path);
}

/* All whole lines of n bytes; how many bytes they are, or -errno. */
static ssize_t take_lines(struct facts *facts, const struct view_sandbox *sandbox,
			  const char *lines, size_t n)
{
	const char *end, *at = lines;

	while ((end = memchr(at, '\n', n - (size_t)(at - lines)))) {
		int r = take_line(facts, sandbox, at, (size_t)(end - at));

		if (r < 0)
			return r;
		at = end + 1;
	}
	return at - lines;
}

static ssize_t read_all(int fd, struct facts *facts, const struct view_sandbox *sandbox)
{
	char lines[LINES_SIZE];
	size_t held = 0;
	ssize_t n;

	while ((n = read(fd, lines + held, sizeof(lines) - held)) > 0) {
		ssize_t taken;

		held += (size_t)n;
		taken = take_lines(facts, sandbox, lines, held);
		if (taken < 0)
			return taken;
		held -= (size_t)
			taken; /* less than a line, which is much smaller than there is room */
		memmove(lines, lines + taken, held);
	}
	return n < 0 ? -errno : 0;
}

int sockets_probe(struct facts *facts, const struct view_sandbox *sandbox, struct err *err)
{
	FD_CLEANUP int fd = -1;
	ssize_t r;

	if (!is_asked(sandbox))
		return 0;
	fd = open("/proc/net/unix", O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) /* a kernel without them */
		return 0;
	r = fd < 0 ? -errno : read_all(fd, facts, sandbox);
	if (r == -E2BIG)
		return err_say(err, E2BIG,
			       "more than %d Unix sockets of this machine would be in the view "
			       "(Hint: bind less of it)",
			       FACTS_SOCKETS_MAX);
	return r < 0 ? err_set(err, (int)-r, "cannot read /proc/net/unix") : 0;
}
