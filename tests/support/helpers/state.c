/* SPDX-License-Identifier: MIT */
/* state VERB[=VALUE]... -- PROGRAM [ARG...]: puts this process into a state, verb by verb, and
 * executes the program. Starts from default dispositions, no blocked signal and an empty
 * environment, whoever called it. The verbs stand in the table at the end. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "state_rights.h"

enum { VARIABLES_MAX = 64 };

/* How the program is executed. */
static struct {
	const char *path, *name;
	char *env[VARIABLES_MAX];
	size_t n_env;
	int by_descriptor, no_arguments;
} call;

static void die(const char *what)
{
	(void)fprintf(stderr, "state: %s: %s\n", what, strerror(errno));
	_exit(124);
}

static int do_umask(const char *value)
{
	(void)umask((mode_t)number(value));
	return 0;
}

/* A directory that is there no more. */
static int do_deleted(const char *value)
{
	if (mkdir(value, 0755) < 0 || chdir(value) < 0)
		return -1;
	return rmdir(value);
}

/* A directory on a file system that is mounted no more. */
static int do_unreachable(const char *value)
{
	if (mkdir(value, 0755) < 0 || mount("gone", value, "tmpfs", 0, "mode=0755") < 0 ||
	    chdir(value) < 0)
		return -1;
	return umount2(value, MNT_DETACH);
}

/* A directory that something was mounted on later. */
static int do_covered(const char *value)
{
	if (mkdir(value, 0755) < 0 || chdir(value) < 0)
		return -1;
	return mount("cover", value, "tmpfs", 0, "mode=0755");
}

/* Nothing but a directory is left at this place, for this process. */
static int do_hide(const char *value)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("hidden", value, "tmpfs", 0, "mode=0755");
}

static int do_block(const char *value)
{
	uint64_t mask = strtoull(value, NULL, 0);

	return (int)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

static int do_ignore(const char *value)
{
	uint64_t mask = strtoull(value, NULL, 0);

	for (int i = 1; i < 65; i++) {
		if (mask >> (i - 1) & 1)
			(void)signal(i, SIG_IGN);
	}
	return 0;
}

static int do_raise(const char *value)
{
	return raise((int)number(value));
}

static int do_kill(const char *value)
{
	return kill(getpid(), (int)number(value));
}

static int do_close(const char *value)
{
	return close((int)number(value));
}

static int do_cloexec(const char *value)
{
	return fcntl((int)number(value), F_SETFD, FD_CLOEXEC);
}

/* open=FD,FLAGS,PATH */
static int do_open(const char *value)
{
	unsigned long word[2];
	const char *path = strrchr(value, ',');
	int fd;

	numbers(value, word, 2);
	fd = path ? open(path + 1, (int)word[1] | O_CREAT * !(word[1] & O_DIRECTORY), 0666) : -1;
	if (fd < 0 || fd == (int)word[0])
		return fd;
	if (dup2(fd, (int)word[0]) < 0)
		return -1;
	return close(fd);
}

static int do_seek(const char *value)
{
	unsigned long word[2];

	numbers(value, word, 2);
	return lseek((int)word[0], (off_t)word[1], SEEK_SET) < 0 ? -1 : 0;
}

static int do_flock(const char *value)
{
	return flock((int)number(value), LOCK_EX);
}

/* limit=RESOURCE,SOFT,HARD; -1 is none */
static int do_limit(const char *value)
{
	unsigned long word[WORDS_MAX];
	struct rlimit limit;

	numbers(value, word, WORDS_MAX);
	limit = (struct rlimit){ word[1], word[2] };
	return setrlimit((int)word[0], &limit);
}

static int do_nice(const char *value)
{
	return setpriority(PRIO_PROCESS, 0, (int)number(value));
}

static int do_policy(const char *value)
{
	struct sched_param param = { 0 };

	return (int)syscall(SYS_sched_setscheduler, 0, (int)number(value), &param);
}

static int do_cpu(const char *value)
{
	unsigned long mask = number(value);

	return (int)syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
}

static int do_ioprio(const char *value)
{
	return (int)syscall(SYS_ioprio_set, 1, 0, number(value));
}

static int do_personality(const char *value)
{
	return personality(number(value)) < 0 ? -1 : 0;
}

/* prctl=OPTION,ARGUMENT[,ARGUMENT] */
static int do_prctl(const char *value)
{
	unsigned long word[WORDS_MAX] = { 0 };
	int n = 1 + (strchr(value, ',') != NULL) + (strchr(value, ',') != strrchr(value, ','));

	numbers(value, word, n);
	return prctl((int)word[0], word[1], word[2], 0UL, 0UL);
}

static int do_setsid(const char *value)
{
	(void)value;
	return setsid() < 0 ? -1 : 0;
}

static int do_setpgid(const char *value)
{
	(void)value;
	return setpgid(0, 0);
}

/* The terminal that a descriptor is becomes the controlling one, and 0, 1, 2. */
static int do_tty(const char *value)
{
	int fd = (int)number(value);

	if (setsid() < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	return dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 ? -1 : close(fd);
}

static int do_oom(const char *value)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return -1;
	return close(fd);
}

static int do_timer(const char *value)
{
	struct itimerval timer = { .it_value = { .tv_sec = (time_t)number(value) } };

	return setitimer(ITIMER_REAL, &timer, NULL);
}

/* Another process that has the same root and working directory, as long as this one lives. */
static int do_sharefs(const char *value)
{
	long child = syscall(SYS_clone, CLONE_FS | SIGCHLD, 0, 0, 0, 0);

	(void)value;
	if (child)
		return child < 0 ? -1 : 0;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < 256; i++)
		(void)close(i);
	for (;;)
		(void)pause();
}

static int do_env(const char *value)
{
	if (call.n_env + 1 == VARIABLES_MAX)
		return -1;
	call.env[call.n_env++] = strdup(value);
	return 0;
}

static int do_path(const char *value)
{
	call.path = value;
	return 0;
}

static int do_name(const char *value)
{
	call.name = value;
	return 0;
}

static int do_noargs(const char *value)
{
	(void)value;
	call.no_arguments = 1;
	return 0;
}

static int do_byfd(const char *value)
{
	call.by_descriptor = (int)number(value);
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(const char *value);
} verbs[] = {
	{ "uid", do_uid },	   { "gid", do_gid },
	{ "groups", do_groups },   { "umask", do_umask },
	{ "cwd", chdir },	   { "deleted", do_deleted },
	{ "covered", do_covered }, { "unreachable", do_unreachable },
	{ "block", do_block },	   { "ignore", do_ignore },
	{ "raise", do_raise },	   { "kill", do_kill },
	{ "close", do_close },	   { "cloexec", do_cloexec },
	{ "open", do_open },	   { "seek", do_seek },
	{ "flock", do_flock },	   { "limit", do_limit },
	{ "nice", do_nice },	   { "policy", do_policy },
	{ "cpu", do_cpu },	   { "ioprio", do_ioprio },
	{ "prctl", do_prctl },	   { "personality", do_personality },
	{ "setsid", do_setsid },   { "setpgid", do_setpgid },
	{ "tty", do_tty },	   { "caps", do_caps },
	{ "ambient", do_ambient }, { "unbound", do_unbound },
	{ "oom", do_oom },	   { "timer", do_timer },
	{ "seccomp", do_seccomp }, { "keyring", do_keyring },
	{ "sharefs", do_sharefs }, { "env", do_env },
	{ "path", do_path },	   { "name", do_name },
	{ "noargs", do_noargs },   { "byfd", do_byfd },
	{ "hide", do_hide },
};

static void perform(const char *word)
{
	size_t n = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strlen(verbs[i].name) != n || strncmp(word, verbs[i].name, n) != 0)
			continue;
		errno = 0;
		if (verbs[i].run(word + n + (word[n] == '=')) < 0)
			die(word);
		return;
	}
	die("unknown verb");
}

int main(int argc, char **argv)
{
	static char *none[1];
	int at = 1;

	for (int i = 1; i < 65; i++)
		(void)signal(i, SIG_DFL);
	(void)do_block("0");
	for (; at < argc && strcmp(argv[at], "--") != 0; at++)
		perform(argv[at]);
	if (at + 1 >= argc)
		die("no program");
	argv += at + 1;
	if (!call.path)
		call.path = argv[0];
	if (call.name)
		argv[0] = (char *)call.name;
	if (call.no_arguments)
		argv = none;
	if (call.by_descriptor)
		(void)syscall(SYS_execveat, call.by_descriptor, "", argv, call.env, AT_EMPTY_PATH);
	else
		(void)execve(call.path, argv, call.env);
	die(call.path);
}
