/* SPDX-License-Identifier: MIT */
/* mounttime ROUNDS DIRECTORY: mounts a tmpfs on the directory and unmounts it, again and again, and
 * prints "mount" and "umount" with their times in nanoseconds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <time.h>

enum { ROUNDS_MAX = 100 * 1000 };

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail */
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void print(const char *name, const int64_t *times, long n)
{
	(void)fputs(name, stdout);
	for (long i = 0; i < n; i++)
		(void)printf(" %lld", (long long)times[i]);
	(void)putchar('\n');
}

int main(int argc, char **argv)
{
	static int64_t mounts[ROUNDS_MAX], umounts[ROUNDS_MAX];
	long rounds = argc == 3 ? atol(argv[1]) : 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		(void)fputs("Usage: mounttime ROUNDS DIRECTORY\n", stderr);
		return 2;
	}
	for (long i = 0; i < rounds; i++) {
		int64_t begin = now(), middle;

		if (mount("bench", argv[2], "tmpfs", 0, "size=64k") < 0) {
			perror("mount");
			return 2;
		}
		middle = now();
		if (umount(argv[2]) < 0) {
			perror("umount");
			return 2;
		}
		umounts[i] = now() - middle;
		mounts[i] = middle - begin;
	}
	print("mount", mounts, rounds);
	print("umount", umounts, rounds);
	return 0;
}
