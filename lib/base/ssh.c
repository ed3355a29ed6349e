/* SPDX-License-Identifier: MIT */
/* Starts a shell by ssh, and speaks with it over one socket for both directions. */
#include "base/ssh.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"

/* What ends the output of a step; the status follows. */
#define END "busypy-step-ended "

enum { CHUNK = 4096, OUTPUT_MAX = 1024 * 1024 };

const char *ssh_program(void)
{
	const char *program = getenv("BUSYPY_SSH");

	return program && *program ? program : "ssh";
}

char *ssh_quote(const char *text)
{
	size_t quotes = 0, used = 0;
	char *quoted;

	for (const char *s = text; *s; s++)
		quotes += *s == '\'';
	quoted = malloc(strlen(text) + 3 * quotes + 3);
	if (!quoted)
		return NULL;
	quoted[used++] = '\'';
	for (const char *s = text; *s; s++) {
		if (*s == '\'') {
			memcpy(quoted + used, "'\\''", 4);
			used += 4;
		} else {
			quoted[used++] = *s;
		}
	}
	quoted[used++] = '\'';
	quoted[used] = '\0';
	return quoted;
}

static int send_all(const struct ssh *ssh, const char *text, struct err *err)
{
	size_t n = strlen(text);

	while (n) {
		ssize_t sent = send(ssh->fd, text, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return err_say(err, EIO, "%s: the connection ended", ssh->host);
		text += sent;
		n -= (size_t)sent;
	}
	return 0;
}

int ssh_open(struct ssh *ssh, const char *host, const char *script, struct err *err)
{
	int pair[2];

	if (host[0] == '-' || !host[0])
		return err_say(err, EINVAL, "'%s' is no host", host);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, errno, "cannot connect to %s", host);
	ssh->host = host;
	ssh->fd = pair[0];
	ssh->pid = fork();
	if (ssh->pid == 0) {
		if (dup2(pair[1], 0) >= 0 && dup2(pair[1], 1) >= 0)
			(void)execlp(ssh_program(), ssh_program(), host, "exec sh -s",
				     (char *)NULL);
		(void)fprintf(stderr, "busypy: cannot run %s: %s\n", ssh_program(),
			      strerror(errno));
		_exit(127);
	}
	(void)close(pair[1]);
	if (ssh->pid < 0)
		return err_set(err, errno, "cannot run %s", ssh_program());
	return send_all(ssh, script, err);
}

/* Reads until the line that ends a step; *ret_text is all before it. The step's status, or -errno.
 */
static int receive(const struct ssh *ssh, char **ret_text, struct err *err)
{
	FILES_FREE char *text = NULL;
	char *end = NULL;
	size_t used = 0, room = 0;
	bool done;

	while (!end || !strchr(end, '\n')) {
		ssize_t n;

		if (used + CHUNK > OUTPUT_MAX || array_reserve(&text, &room, used + CHUNK, 1) < 0)
			return err_set(err, E2BIG, "%s: cannot read its answer", ssh->host);
		n = recv(ssh->fd, text + used, room - used - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_say(err, EIO, "%s: the connection ended", ssh->host);
		used += (size_t)n;
		text[used] = '\0';
		end = str_starts(text, END) ? text : strstr(text, "\n" END);
	}
	end += *end == '\n';
	done = end[strlen(END)] == '0';
	*end = '\0';
	*ret_text = text;
	text = NULL;
	return done ? 0 : 1;
}

int ssh_do(struct ssh *ssh, const char *step, char **ret_output, struct err *err)
{
	FILES_FREE char *text = NULL;
	int r = send_all(ssh, step, err);

	if (r < 0)
		return r;
	r = send_all(ssh, "\nprintf '\\n" END "%d\\n' $?\n", err);
	if (r < 0)
		return r;
	r = receive(ssh, &text, err);
	if (r < 0)
		return r;
	if (r > 0) {
		const char *line = text + strspn(text, "\n");

		return err_say(err, EIO, "%s: %.*s", ssh->host, (int)strcspn(line, "\n"),
			       *line ? line : "a step failed without a reason");
	}
	if (ret_output) {
		*ret_output = text;
		text = NULL;
	}
	return 0;
}

void ssh_close(struct ssh *ssh)
{
	fd_close(&ssh->fd);
	ssh->fd = -1;
	if (ssh->pid > 0)
		(void)waitpid(ssh->pid, NULL, 0); /* its reason was said by now */
	ssh->pid = 0;
}
