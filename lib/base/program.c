/* SPDX-License-Identifier: MIT */
/* Keeps what a program says in memory files: without pipes nothing can block. */
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

enum { COMPLAINT_READ = 64 * 1024 };

extern char **environ;

/* The caller's environment without what would change a helper's words or a Python's behaviour. */
static char **make_environment(const char *const *extra)
{
	static const char *const dropped[] = { "LC_", "LANG", "PYTHON", "LD_", "APT_CONFIG=" };
	size_t n = 0, n_extra = 0, used = 0;
	char **env;

	while (environ && environ[n])
		n++;
	while (extra && extra[n_extra])
		n_extra++;
	env = calloc(n + n_extra + 2, sizeof(*env));
	if (!env)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		bool keep = true;

		for (size_t j = 0; j < sizeof(dropped) / sizeof(dropped[0]); j++)
			keep = keep && !str_starts(environ[i], dropped[j]);
		if (keep)
			env[used++] = environ[i];
	}
	env[used++] = (char *)"LC_ALL=C";
	for (size_t i = 0; i < n_extra; i++)
		env[used++] = (char *)extra[i]; /* posix_spawn's type; never written to */
	return env;
}

static int spawn(const struct program *program, int out, int complaints, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	char **env = make_environment(program->env);
	int r = env ? posix_spawn_file_actions_init(&actions) : ENOMEM;

	if (r) {
		free(env);
		return -r;
	}
	r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!r)
		r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!r)
		r = posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
	if (!r && program->dir)
		r = posix_spawn_file_actions_addchdir_np(&actions, program->dir);
	if (!r)
		r = posix_spawnp(ret_pid, program->argv[0], &actions, NULL,
				 (char *const *)program->argv, env);
	(void)posix_spawn_file_actions_destroy(&actions); /* always 0 in glibc and musl */
	free(env);
	return -r;
}

/* The last line of text that is not empty, without its end. */
static void last_line(const char *text, size_t n, char *ret, size_t size)
{
	size_t start;

	while (n && strchr("\n\r\t ", text[n - 1]))
		n--;
	for (start = n; start && text[start - 1] != '\n'; start--)
		;
	if (n - start >= size)
		n = start + size - 1;
	(void)str_copy_bytes(ret, size, text + start, n - start); /* cut to fit above */
}

/* The rest of the first line that begins with start. */
static bool find_line(const char *text, size_t n, const char *start, char *ret, size_t size)
{
	size_t m = strlen(start);

	for (size_t i = 0; i < n;) {
		const char *end = memchr(text + i, '\n', n - i);
		size_t length = end ? (size_t)(end - (text + i)) : n - i;

		if (length > m && memcmp(text + i, start, m) == 0) {
			last_line(text + i + m, length - m, ret, size);
			return true;
		}
		i += length + 1;
	}
	return false;
}

static int read_complaint(int fd, const char *start, char *ret)
{
	FILES_FREE char *text = malloc(COMPLAINT_READ);
	off_t end = lseek(fd, 0, SEEK_END);
	ssize_t n;

	if (!text || end < 0)
		return -ENOMEM;
	n = fd_read_at(fd, text, COMPLAINT_READ, end > COMPLAINT_READ ? end - COMPLAINT_READ : 0);
	if (n < 0)
		return (int)n;
	if (!start || !find_line(text, (size_t)n, start, ret, ERR_TEXT_MAX))
		last_line(text, (size_t)n, ret, ERR_TEXT_MAX);
	return 0;
}

static int read_output(int fd, size_t max, char **ret)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text;
	ssize_t n;

	if (size < 0)
		return -errno;
	if ((size_t)size > max)
		return -E2BIG;
	text = malloc((size_t)size + 1);
	if (!text)
		return -ENOMEM;
	n = fd_read_at(fd, text, (size_t)size, 0);
	if (n < 0) {
		free(text);
		return (int)n;
	}
	text[n] = '\0';
	*ret = text;
	return 0;
}

static int wait_for(pid_t pid, const char *name, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_set(err, errno, "cannot wait for %s", name);
	}
	if (WIFSIGNALED(status))
		return err_say(err, EIO, "%s was killed by signal %d (%s)", name, WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

int program_run(const struct program *program, char **ret_output, char *ret_complaint,
		struct err *err)
{
	FD_CLEANUP int out = program->output_max ? memfd_create("stdout", MFD_CLOEXEC)
						 : open("/dev/null", O_WRONLY | O_CLOEXEC);
	FD_CLEANUP int complaints = memfd_create("stderr", MFD_CLOEXEC);
	const char *name = path_base(program->argv[0]);
	pid_t pid;
	int r, status;

	if (out < 0 || complaints < 0)
		return err_set(err, errno, "cannot run %s", name);
	r = spawn(program, out, complaints, &pid);
	if (r < 0)
		return err_set(err, -r, "cannot run %s", name);
	status = wait_for(pid, name, err);
	if (status < 0)
		return status;
	r = read_complaint(complaints, program->complaint, ret_complaint);
	if (r == 0 && program->output_max)
		r = read_output(out, program->output_max, ret_output);
	return r < 0 ? err_set(err, -r, "cannot read what %s says", name) : status;
}

int program_do(const struct program *program, char **ret_output, const char *what, struct err *err)
{
	char complaint[ERR_TEXT_MAX];
	int status = program_run(program, ret_output, complaint, err);

	if (status < 0)
		return err_wrap(err, status, "%s", what);
	if (status > 0 && complaint[0])
		return err_say(err, EIO, "%s: %s", what, complaint);
	if (status > 0)
		return err_say(err, EIO, "%s: %s ended with status %d", what,
			       path_base(program->argv[0]), status);
	return 0;
}

int program_exists(const char *program)
{
	const char *dirs = getenv("PATH");
	char path[PATH_SIZE];
	int r;

	while (dirs && (r = path_next(&dirs, program, path, sizeof(path))) != 0) {
		if (r > 0 && access(path, X_OK) == 0)
			return 1;
	}
	return 0;
}
