/* SPDX-License-Identifier: MIT */
/* execs UID GID <REQUESTS >ANSWERS: performs thousands of execve(2) as that user and tells what
 * became of each: the errno, or the exit status with what the program wrote on descriptors 3 (its
 * report, see dump.c) and 2.
 * A request: struct request, then NUL-terminated strings: path, arguments, variables.
 * An answer: struct answer, then the bytes of both descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT = 3, WORDS_MAX = 4096 };

struct request {
	uint32_t size; /* of the strings */
	uint16_t argc, envc;
	uint32_t ignored; /* bit n: signal n+1 is ignored */
};

struct answer {
	int32_t error, status;
	uint32_t report, said; /* sizes */
};

static void die(const char *what)
{
	(void)printf("execs: %s: %s\n", what, strerror(errno));
	exit(125);
}

static int as_number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

/* Files in memory as descriptors 2 and 3, nothing on 0, and nothing else open in a child. */
static FILE *prepare_descriptors(void)
{
	int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 60);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int said = memfd_create("stderr", MFD_CLOEXEC);
	int report = memfd_create("report", MFD_CLOEXEC);

	if (answers < 0 || null < 0 || said < 0 || report < 0)
		die("descriptors");
	if (report == REPORT) {
		(void)fcntl(report, F_SETFD, 0);
	} else if (dup2(report, REPORT) < 0) {
		die("dup2");
	}
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(said, STDERR_FILENO);
	return fdopen(answers, "w");
}

static void default_signals(void)
{
	for (int i = 1; i < 32; i++)
		(void)signal(i, SIG_DFL);
}

static int split(char *text, uint32_t size, int n, char **list)
{
	char *end = text + size;

	if (n >= WORDS_MAX)
		die("too many words");
	for (int i = 0; i < n; i++) {
		list[i] = text;
		text += strlen(text) + 1;
		if (text > end)
			die("request");
	}
	list[n] = NULL;
	return (int)(text - (end - size));
}

/* In a child that shares memory: only what is safe there. */
static void run(const char *path, char **argv, char **envp, uint32_t ignored, volatile int *error)
{
	for (int i = 0; i < 32; i++) {
		if (ignored >> i & 1)
			(void)signal(i + 1, SIG_IGN);
	}
	(void)execve(path, argv, envp);
	*error = errno;
	_exit(125);
}

static void copy(int fd, size_t n, FILE *to)
{
	char buf[4096];

	for (size_t at = 0; at < n;) {
		ssize_t r = pread(fd, buf, sizeof(buf), (off_t)at);

		if (r <= 0 || fwrite(buf, 1, (size_t)r, to) != (size_t)r)
			die("copy");
		at += (size_t)r;
	}
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		die("rewind");
}

static uint32_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint32_t)st.st_size : 0;
}

static void answer(const struct request *request, char *strings, FILE *to)
{
	static char *argv[WORDS_MAX], *envp[WORDS_MAX];
	char *path = strings;
	uint32_t used = (uint32_t)strlen(path) + 1;
	struct answer result = { 0 };
	volatile int error = 0;
	pid_t child;

	used += (uint32_t)split(strings + used, request->size - used, request->argc, argv);
	(void)split(strings + used, request->size - used, request->envc, envp);
	child = vfork();
	if (child == 0)
		run(path, argv, envp, request->ignored, &error);
	if (child < 0 || waitpid(child, &result.status, 0) < 0)
		die("child");
	result.error = error;
	result.report = size_of(REPORT);
	result.said = size_of(STDERR_FILENO);
	if (fwrite(&result, sizeof(result), 1, to) != 1)
		die("write");
	copy(REPORT, result.report, to);
	copy(STDERR_FILENO, result.said, to);
}

int main(int argc, char **argv)
{
	struct request request;
	char *strings = malloc(1 << 20);
	FILE *in = fdopen(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 50), "r"), *out;

	if (argc != 3 || !strings || !in)
		die("usage");
	if (setgroups(0, NULL) < 0 || setgid((gid_t)as_number(argv[2])) < 0 ||
	    setuid((uid_t)as_number(argv[1])) < 0)
		die("user");
	out = prepare_descriptors();
	default_signals();
	while (fread(&request, sizeof(request), 1, in) == 1) {
		if (request.size > 1 << 20 || fread(strings, 1, request.size, in) != request.size)
			die("read");
		answer(&request, strings, out);
	}
	return fclose(out) == 0 ? 0 : 125;
}
