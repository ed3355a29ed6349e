/* SPDX-License-Identifier: MIT */
/* fuzzenter SECONDS SEED ENTER TREE TEMPLATE: as root of a throw-away machine, calls enter as an
 * ordinary user with arguments, environment, limits and descriptors that a seed makes up, until the
 * time is over. Each call must end by a sentence and status 125, 126 or 127, or by a witness
 * (witness.c) in a view, without any capability; never by a signal that was not asked for.
 * Prints TAP. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/path_size.h"

enum {
	WORDS_MAX = 12,
	OUTPUT_MAX = 4096,
	USER = 1000,
	REFUSED = 99,
	LONG_WORD = 70000,
	HANG_MS = 10000
};
enum { FIRST_FD = 3, TEMPLATE_FD = 8, LAST_FD = 16 };

struct call {
	char words[WORDS_MAX][512]; /* argv */
	size_t n;
	int death_signal; /* that the words ask for */
	unsigned closed;  /* descriptors 0 to 2 that are closed by the caller or by enter */
	bool small;	  /* a limit that an interpreter itself may not survive */
};

struct seen {
	int status;
	bool hung;
	char out[OUTPUT_MAX], err[OUTPUT_MAX];
};

static uint64_t state;
static char long_word[LONG_WORD];

/* xorshift64* */
static uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static unsigned below(unsigned n)
{
	return (unsigned)(next() >> 33) % n;
}

static void die(const char *what)
{
	(void)fprintf(stderr, "fuzzenter: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* The second word: mostly as the loader writes it, often spoiled. */
static void make_handoff(struct call *call, char *dst, size_t size)
{
	static const unsigned long long stacks[] = { 8 << 20, UINT64_MAX, 1 << 20, 1, 0, 64 << 20 };
	static const unsigned long personas[] = { 0, 0x40000, 8, 0x0400000, 0xffffffff, 0x20000 };
	unsigned long long stack = stacks[below(6)];
	int parent = below(4) ? (int)getpid() : (int)below(70000);

	call->closed |= below(4) ? 0 : below(8);
	(void)snprintf(dst, size, "%u,%d,%d,%u,%lu,%llu", below(2) ? FIRST_FD : below(LAST_FD + 2),
		       parent, below(3) ? 0 : (int)below(70), call->closed & 7, personas[below(6)],
		       stack);
	if (below(4))
		return;
	for (unsigned i = below(6) + 1; i > 0; i--)
		dst[below((unsigned)strlen(dst))] =
			(char)(below(3) ? ",0123456789-"[below(12)] : (char)(below(255) + 1));
}

/* The third number of the second word, however it came to stand there. */
static int death_signal_of(const char *word)
{
	for (int i = 0; i < 2 && word; i++) {
		word = strchr(word, ',');
		word = word ? word + 1 : NULL;
	}
	return word ? (int)strtol(word, NULL, 10) : 0;
}

/* The last one. */
static unsigned long long stack_of(const char *word)
{
	const char *comma = strrchr(word, ',');

	return strtoull(comma ? comma + 1 : word, NULL, 10);
}

static void make_words(struct call *call, const char *tree)
{
	static const char *const paths[] = {
		"bin/tool", "bin/chain", "bin/none", "bin", "", "bin/x"
	};
	unsigned n = below(20) ? 3 + below(WORDS_MAX - 3) : below(3);

	call->n = n;
	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = 0, length = below(40); j < length; j++)
			call->words[i][j] = (char)(below(255) + 1);
	}
	if (n > 1)
		make_handoff(call, call->words[1], sizeof(call->words[1]));
	call->death_signal = n > 1 ? death_signal_of(call->words[1]) : 0;
	call->small = n > 1 && stack_of(call->words[1]) < 256 << 10;
	if (n > 2 && below(3))
		(void)snprintf(call->words[2], sizeof(call->words[2]), "%s/%s", tree,
			       paths[below(6)]);
	else if (n > 2 && below(2))
		(void)snprintf(call->words[2], sizeof(call->words[2]), "/dev/fd/%u", below(20));
}

static void limit(int which, unsigned long long value)
{
	struct rlimit both = { value, value };

	(void)setrlimit(which, &both); /* whatever comes of it is a caller, too */
}

static void make_limits(struct call *call)
{
	static const int none[] = { RLIMIT_CORE, RLIMIT_SIGPENDING, RLIMIT_MEMLOCK };

	/* At least three descriptors, which the C library asks after, to begin with. */
	if (below(4) == 0)
		limit(RLIMIT_NOFILE, 3 + below(30));
	if (below(4) == 0)
		limit(RLIMIT_FSIZE, below(2) ? 0 : 1);
	if (below(8) == 0)
		limit(RLIMIT_NPROC, below(3));
	for (size_t i = 0; i < 3; i++) {
		if (below(8) == 0)
			limit(none[i], 0);
	}
	if (below(8) == 0) {
		limit(RLIMIT_STACK, 200 << 10);
		call->small = true;
	}
	if (below(8) == 0)
		(void)signal(SIGPIPE, SIG_IGN);
	if (below(8) == 0)
		(void)umask(0777);
	if (below(8) == 0)
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (below(6) == 0) {
		sigset_t all;

		(void)sigfillset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
		if (below(2))
			(void)raise(SIGTERM);
	}
}

static char **make_environment(char **list, size_t max)
{
	static char *const pieces[] = { "LD_PRELOAD=/tmp/evil.so",
					"LD_LIBRARY_PATH=/tmp",
					"PYTHONHOME=/tmp",
					"PATH=",
					"PYTHONNOUSERSITE=",
					"=",
					"no equals sign",
					"LD_AUDIT=/tmp/evil.so",
					"MALLOC_PERTURB_=1",
					"GCONV_PATH=/tmp",
					"TMPDIR=/run/busypy.handler",
					"LOCPATH=/" };
	size_t n = below(20) ? below(12) : max - 1;

	for (size_t i = 0; i < n; i++)
		list[i] = below(50) ? pieces[below(12)] : long_word;
	list[n] = NULL;
	return list;
}

/* Becomes the user and calls enter; does not return. */
static void caller(struct call *call, const char *enter, const int out[2], const int err[2])
{
	static char *environment[4000];
	char *argv[WORDS_MAX + 1];
	char **envp = make_environment(environment, 4000);

	for (size_t i = 0; i <= call->n; i++)
		argv[i] = i < call->n ? call->words[i] : NULL;
	if (call->n > 3 && below(20) == 0)
		argv[call->n - 1] = long_word;
	if (dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0 || setgroups(0, NULL) < 0 ||
	    setresgid(USER, USER, USER) < 0 || setresuid(USER, USER, USER) < 0)
		_exit(REFUSED);
	for (int fd = 0; fd <= 2; fd++) {
		if (below(12) == 0)
			(void)close(fd);
	}
	make_limits(call);
	(void)execve(enter, argv, envp);
	_exit(REFUSED);
}

/* Reads what has come; false at the end. */
static bool read_some(int fd, char *dst, size_t *used)
{
	char rest[512];
	bool room = *used < OUTPUT_MAX - 1;
	ssize_t n =
		read(fd, room ? dst + *used : rest, room ? OUTPUT_MAX - 1 - *used : sizeof(rest));

	if (n > 0 && room)
		*used += (size_t)n;
	dst[*used] = '\0';
	return n > 0;
}

/* Ends a process that has stopped itself, by a signal that it was told to send, or that hangs. */
static bool end_stuck(pid_t pid, unsigned waited_ms)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
		return kill(pid, SIGKILL) == 0;
	return waited_ms > HANG_MS && kill(pid, SIGKILL) == 0;
}

static void listen_to(pid_t pid, int out, int err, struct seen *seen)
{
	struct pollfd fds[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };
	size_t used[2] = { 0 };
	unsigned waited = 0;

	seen->out[0] = seen->err[0] = '\0';
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, 20) == 0)
			seen->hung |= end_stuck(pid, waited += 20) && waited > HANG_MS;
		for (int i = 0; i < 2; i++) {
			if (fds[i].fd >= 0 && fds[i].revents &&
			    !read_some(fds[i].fd, i ? seen->err : seen->out, &used[i]))
				fds[i].fd = -1;
		}
	}
	(void)close(out);
	(void)close(err);
}

static void perform(struct call *call, const char *enter, struct seen *seen)
{
	int out[2], err[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		caller(call, enter, out, err);
	(void)close(out[1]);
	(void)close(err[1]);
	seen->hung = false;
	listen_to(pid, out[0], err[0], seen);
	/* it may stop itself with its output closed */
	if (waitpid(pid, &seen->status, WUNTRACED) < 0)
		die("waitpid");
	if (WIFSTOPPED(seen->status) &&
	    (kill(pid, SIGKILL) < 0 || waitpid(pid, &seen->status, 0) < 0))
		die("waitpid");
}

/* What a witness says, unless its stdout was closed. */
static bool sound_witness(const struct seen *seen, const char *template)
{
	return !seen->out[0] ||
	       (strstr(seen->out, " view=1 uid=1000 euid=1000 gid=1000 ") &&
		strstr(seen->out,
		       " prm=0000000000000000 eff=0000000000000000 amb=0000000000000000 ") &&
		strstr(seen->out, " nnp=1 ") && !strstr(seen->out, template));
}

static bool one_sentence(const char *text)
{
	const char *newline = strchr(text, '\n');

	/* the path, which may hold anything, stands in it */
	return !text[0] || (strncmp(text, "busypy: ", 8) == 0 && newline);
}

static bool allowed(const struct call *call, const struct seen *seen, const char *template)
{
	int status = WEXITSTATUS(seen->status);

	if (seen->hung)
		return false;
	if (WIFSIGNALED(seen->status))
		return WTERMSIG(seen->status) == call->death_signal ||
		       (call->death_signal >= SIGSTOP && call->death_signal <= SIGTTOU) ||
		       (call->small &&
			(WTERMSIG(seen->status) == SIGSEGV || WTERMSIG(seen->status) == SIGKILL));
	if (status == REFUSED)
		return !seen->out[0];
	if (status == 0)
		return sound_witness(seen, template);
	return status >= 125 && status <= 127 && !seen->out[0] && one_sentence(seen->err);
}

/* What a caller may have open: the script, other files, and the template itself. */
static void open_all(const char *tree, const char *template)
{
	static const char *const below_tree[] = { "bin/tool", "bin/chain", "bin/none",
						  "bin/binary" };
	static const char *const others[] = { "/etc/passwd", "/", "/dev/null",
					      "/proc/self/status" };
	char path[PATH_SIZE];
	int fd = FIRST_FD, pipes[2];

	for (; fd <= LAST_FD; fd++)
		(void)close(fd);
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", tree, below_tree[i]);
		if (open(path, O_RDONLY) < 0)
			die(path);
	}
	if (open(tree, O_RDONLY) < 0 || open(template, O_RDONLY) != TEMPLATE_FD)
		die("open");
	for (size_t i = 0; i < 4; i++) {
		if (open(others[i], O_RDONLY) < 0)
			die(others[i]);
	}
	(void)snprintf(path, sizeof(path), "%s/bin/tool", tree);
	if (open(path, O_PATH) < 0 || pipe(pipes) < 0)
		die("open");
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail */
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void show(const struct call *call, const struct seen *seen)
{
	(void)printf("# status %#x stdout '%.300s' stderr '%.300s'\n", (unsigned)seen->status,
		     seen->out, seen->err);
	for (size_t i = 0; i < call->n; i++)
		(void)printf("# word %zu: %.200s\n", i, call->words[i]);
}

int main(int argc, char **argv)
{
	unsigned calls = 0, bad = 0, ran = 0, refused = 0, said = 0;
	static struct call call;
	static struct seen seen;
	char template[64];
	struct stat st;
	double end;

	if (argc != 6)
		return 125;
	end = now() + strtod(argv[1], NULL);
	state = strtoull(argv[2], NULL, 10);
	memset(long_word, 'x', sizeof(long_word) - 1);
	open_all(argv[4], argv[5]);
	if (stat(argv[5], &st) < 0)
		die(argv[5]);
	(void)snprintf(template, sizeof(template), " mntns=%llu ", (unsigned long long)st.st_ino);
	while (now() < end) {
		memset(&call, 0, sizeof(call));
		next();
		make_words(&call, argv[4]);
		perform(&call, argv[3], &seen);
		calls++;
		ran += seen.out[0] != '\0';
		refused += WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == REFUSED;
		said += seen.err[0] != '\0';
		if (!allowed(&call, &seen, template) && bad++ < 5)
			show(&call, &seen);
	}
	(void)printf(
		"# seed %s: %u calls, %u ran a script, %u sentences, %u refused by the kernel\n",
		argv[2], calls, ran, said, refused);
	(void)printf("%sok 1 - enter gives no caller a capability, a crash or silence\n",
		     bad ? "not " : "");
	(void)printf("%sok 2 - some calls ran a script and some were told why not\n",
		     ran > 20 && said > 100 ? "" : "not ");
	return bad || ran <= 20 || said <= 100;
}
