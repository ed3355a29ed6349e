/* SPDX-License-Identifier: MIT */
/* initprobe TAG [ARG...]: appends one line to /log that says how it was started: what an inittab's
 * entry finds. initprobe -e TAG: its environment, sorted. initprobe -o N: leaves N orphans that end
 * at once, says when all have been made. initprobe -z: how long, in ms, the oldest zombie of this
 * PID namespace has been one, sampled until no child process of PID 1 is left but this one. */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char line[65536];
static size_t used;

static void __attribute__((format(printf, 1, 2))) add(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + used, sizeof(line) - used, format, args);
	va_end(args);

	if (n > 0 && used + (size_t)n < sizeof(line))
		used += (size_t)n;
}

static void flush(void)
{
	int fd = open("/log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	add("%s", "\n");
	if (fd < 0 || write(fd, line, used) != (ssize_t)used)
		_exit(99);
	(void)close(fd);
}

static void add_status(const char *key)
{
	char row[256];
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(row, sizeof(row), status)) {
		if (strncmp(row, key, strlen(key)) == 0) {
			row[strcspn(row, "\n")] = '\0';
			add(" %s%s", key, row + strlen(key) + 1);
		}
	}
	if (status)
		(void)fclose(status);
}

static void add_descriptors(void)
{
	for (int fd = 0; fd < 32; fd++) {
		char link[64], target[256];
		ssize_t n;

		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (strncmp(target, "pipe:", 5) == 0)
			target[4] = '\0';
		add(" %d=%s,%x", fd, target, fcntl(fd, F_GETFL) & O_NONBLOCK);
	}
}

static void add_terminal(void)
{
	struct termios tty;

	if (tcgetattr(0, &tty) == 0)
		add(" termios=%x,%x,%x,%x,%d,%d,%d", tty.c_iflag, tty.c_oflag, tty.c_cflag,
		    tty.c_lflag, tty.c_cc[VINTR], tty.c_cc[VERASE], tty.c_cc[VEOF]);
}

static void describe(int argc, char **argv)
{
	struct rlimit core;
	char text[4200];
	mode_t mask = umask(0);
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	FILE *stat_file = fopen("/proc/self/stat", "re");
	int tty_nr = 0;

	add("%s", argv[argc > 1 ? 1 : 0]);
	for (int i = 0; i < argc; i++)
		add(" [%s]", argv[i]);
	add(" leader=%d group=%d parent=%d umask=%o", getsid(0) == getpid(), getpgrp() == getpid(),
	    getppid(), mask);
	if (stat_file && fscanf(stat_file, "%*d %*s %*c %*d %*d %*d %d", &tty_nr) == 1)
		add(" ctty=%s", tty_nr ? "yes" : "no");
	if (stat_file)
		(void)fclose(stat_file);
	if (tty >= 0)
		(void)close(tty);
	if (getcwd(text, sizeof(text)))
		add(" cwd=%s", text);
	(void)getrlimit(RLIMIT_CORE, &core);
	add(" core=%s", core.rlim_cur == RLIM_INFINITY ? "unlimited" : "limited");
	add_status("SigBlk:");
	add_status("SigIgn:");
	add_descriptors();
	add_terminal();
	flush();
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void environment(const char *tag)
{
	size_t n = 0;

	while (environ[n])
		n++;
	qsort(environ, n, sizeof(*environ), compare);
	add("%s", tag);
	for (size_t i = 0; i < n; i++)
		add(" %s", environ[i]);
	flush();
}

/* A child forks a grandchild and ends first: PID 1 gets the grandchild. */
static void orphans(long n)
{
	for (long i = 0; i < n; i += 500) {
		pid_t child = fork();

		if (child == 0) {
			for (long j = i; j < n && j < i + 500; j++) {
				if (fork() == 0)
					_exit(0);
			}
			_exit(0);
		}
		if (child > 0)
			(void)waitpid(child, NULL, 0);
	}
	add("%s", "orphans made");
	flush();
}

static long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* First sight of each zombie, by pid: enough for any pid_max that a test meets. */
static long first_seen[4 * 1024 * 1024];

static int is_zombie(const char *pid)
{
	char path[64], row[512], *end;
	int fd;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, row, sizeof(row) - 1);
	if (fd >= 0)
		(void)close(fd);
	if (n <= 0)
		return 0;
	row[n] = '\0';
	end = strrchr(row, ')');
	return end && end[2] == 'Z' && strtol(end + 3, NULL, 10) == 1;
}

static void watch_zombies(void)
{
	long oldest = 0;

	while (access("/stop", F_OK) < 0) {
		DIR *proc = opendir("/proc");
		struct dirent *entry;

		while (proc && (entry = readdir(proc))) {
			long pid = strtol(entry->d_name, NULL, 10);

			if (pid <= 1 || pid >= 4 * 1024 * 1024)
				continue;
			if (!is_zombie(entry->d_name)) {
				first_seen[pid] = 0;
				continue;
			}
			if (!first_seen[pid])
				first_seen[pid] = now_ms();
			if (now_ms() - first_seen[pid] > oldest)
				oldest = now_ms() - first_seen[pid];
		}
		if (proc)
			(void)closedir(proc);
	}
	add("oldest zombie %ld ms", oldest);
	flush();
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "-e") == 0)
		environment(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "-o") == 0)
		orphans(strtol(argv[2], NULL, 10));
	else if (argc == 2 && strcmp(argv[1], "-z") == 0)
		watch_zombies();
	else
		describe(argc, argv);
	return 0;
}
