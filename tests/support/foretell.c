/* SPDX-License-Identifier: MIT */
/* busypy-full as it is, but that it does what many calls ask: linked with --wrap=main (ld(1)). Each
 * is a child in a root, a directory, an environment and a user of its own, so that what is foretold
 * in an environment does not befall the one that foretells. For tests/cli/explain/ldso.
 *
 * Standard input is texts that end with a NUL: "explain" or "exec", the root, the directory, the
 * user's number, NAME=VALUE ..., an empty one, the arguments, an empty one. On standard output each
 * has a line "STATUS BYTES", and so many bytes: all that it said. */
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/str.h"

enum { WORDS = 256, ANSWER = 256 * 1024, SECONDS = 120, BROKEN = 99 };

struct request {
	char *words[WORDS]; /* NULL for the two that are empty */
	size_t n;
	char **environment, **arguments;
};

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

/* False at the end of the input. */
static bool read_request(struct request *request)
{
	size_t empty = 0;

	for (request->n = 0; empty < 2 && request->n < WORDS; request->n++) {
		char **word = &request->words[request->n];
		size_t size = 0;

		*word = NULL;
		if (getdelim(word, &size, '\0', stdin) < 0)
			return false;
		if (**word || request->n < 4)
			continue;
		free(*word);
		*word = NULL;
		if (!empty++)
			request->arguments = request->words + request->n + 1;
	}
	request->environment = request->words + 4;
	return empty == 2;
}

static void free_request(struct request *request)
{
	for (size_t i = 0; i < request->n; i++)
		free(request->words[i]);
}

static _Noreturn void answer(const struct request *request, int channel)
{
	const unsigned user = (unsigned)atoi(request->words[3]);
	int n = 0;

	if (dup2(channel, STDOUT_FILENO) < 0 || dup2(channel, STDERR_FILENO) < 0 ||
	    chroot(request->words[1]) < 0 || chdir(request->words[2]) < 0 ||
	    (user && (setgroups(0, NULL) < 0 || setgid(user) < 0 || setuid(user) < 0))) {
		perror("foretell");
		_exit(BROKEN);
	}
	(void)alarm(SECONDS); /* whatever happens */
	while (request->arguments[n])
		n++;
	if (str_eq(request->words[0], "exec")) {
		(void)execve(request->arguments[0], request->arguments, request->environment);
		perror("foretell: exec");
		_exit(BROKEN);
	}
	environ = request->environment;
	exit(__real_main(n, request->arguments));
}

/* Reads all that the child says; it may end before. */
static size_t read_answer(int channel, char *dst)
{
	size_t n = 0;
	ssize_t r;

	while ((r = read(channel, dst + n, ANSWER - n)) > 0 || (r < 0 && errno == EINTR))
		n += r > 0 ? (size_t)r : 0;
	return n;
}

int __wrap_main(int argc, char **argv)
{
	static char text[ANSWER];
	struct request request = { 0 };

	(void)argc;
	(void)argv;
	while (read_request(&request)) {
		int channel[2], status;
		pid_t child;
		size_t n;

		if (pipe(channel) < 0 || (child = fork()) < 0)
			return 1;
		if (child == 0) {
			(void)close(channel[0]);
			answer(&request, channel[1]);
		}
		(void)close(channel[1]);
		n = read_answer(channel[0], text);
		(void)close(channel[0]);
		if (waitpid(child, &status, 0) < 0)
			return 1;
		(void)printf("%d %zu\n",
			     WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), n);
		(void)fwrite(text, 1, n, stdout);
		(void)fflush(stdout);
		free_request(&request);
	}
	return 0;
}
/* NOLINTEND(bugprone-reserved-identifier) */
