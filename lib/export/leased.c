/* SPDX-License-Identifier: MIT */
/* The first line is "clock BOOT_ID UPTIME TIME"; then follows one for each version, "ID SECONDS".
 * A new file takes the old one's place. */
#include "export/leased.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/nfs_export.h"
#include "core/str.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/export.h"
#include "sys/below.h"
#include "sys/fd.h"

#define NAME ".leased"
#define FRESH NAME ".new"

enum {
	LINE_MAX_SIZE = VERSION_ID_SIZE + 24,
	HEAD_MAX_SIZE = LEASED_BOOT_SIZE + 64,
	FILE_MAX_SIZE = 64 * 1024 * 1024,
	DRIFT = 300, /* seconds by which two clocks may part before one of them was set */
};

/* -- time ------------------------------------------------------------------------------------ */

static void find_now(struct leased *ret)
{
	char boot[LEASED_BOOT_SIZE];
	struct timespec up = { 0 };
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, sizeof(boot));

	if (n > 0)
		boot[strcspn(boot, " \n")] = '\0';
	(void)str_copy(ret->boot, sizeof(ret->boot), n > 0 && boot[0] ? boot : "-"); /* fits */
	(void)clock_gettime(CLOCK_BOOTTIME, &up); /* cannot fail */
	ret->uptime = (uint64_t)up.tv_sec;
	ret->clock = (int64_t)time(NULL);
	ret->now = ret->latest = ret->clock;
}

/* How much time has passed since it was written, as far as that is certain; then it is told from
 * when on a lease is too old, and from when on it cannot have been written. */
static uint64_t go_on(struct leased *leased, const struct leased *then, uint64_t lease_age)
{
	int64_t by_clock = leased->clock - then->clock, most = (int64_t)(lease_age / 2);
	uint64_t passed;

	if (!str_eq(leased->boot, "-") && str_eq(leased->boot, then->boot) &&
	    leased->uptime >= then->uptime)
		passed = leased->uptime - then->uptime;
	else if (by_clock <= 0)
		passed = 0;
	else
		passed = (uint64_t)(by_clock < most ? by_clock : most);
	if (by_clock > (int64_t)passed + DRIFT)
		leased->now = then->clock + (int64_t)passed;
	if (by_clock < (int64_t)passed)
		leased->latest = then->clock + (int64_t)passed;
	return passed;
}

/* -- reading --------------------------------------------------------------------------------- */

/* The first line, terminated. */
static int take_clock(char *line, struct leased *ret)
{
	char *rest = line, *word = strsep(&rest, " ");
	uint64_t clock;

	if (!str_eq(word, "clock") || !rest)
		return -EINVAL;
	word = strsep(&rest, " ");
	if (!rest || str_copy(ret->boot, sizeof(ret->boot), word) < 0)
		return -EINVAL;
	word = strsep(&rest, " ");
	if (!rest || str_to_u64(word, 10, &ret->uptime) < 0 || str_to_u64(rest, 10, &clock) < 0 ||
	    ret->uptime > UINT32_MAX || clock > INT64_MAX / 2)
		return -EINVAL;
	ret->clock = (int64_t)clock;
	return 0;
}

/* Another line, terminated. */
static int take_line(char *line, const struct version_record *versions, size_t n, uint64_t *idle)
{
	char *blank = strchr(line, ' ');
	uint64_t seconds;

	if (!blank || str_to_u64(blank + 1, 10, &seconds) < 0 || seconds == LEASED_NEVER)
		return -EINVAL;
	*blank = '\0';
	for (size_t i = 0; i < n; i++) {
		if (str_eq(versions[i].id, line))
			idle[i] = seconds;
	}
	return 0;
}

static int parse(char *bytes, const struct version_record *versions, size_t n, struct leased *then,
		 uint64_t *idle)
{
	bool first = true;

	for (char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
		int r;

		*end = '\0';
		r = first ? take_clock(line, then) : take_line(line, versions, n, idle);
		if (r < 0)
			return r;
		first = false;
	}
	return first ? -EINVAL : 0;
}

int leased_read(const struct export_dir *dir, const struct version_record *versions, size_t n,
		uint64_t lease_age, struct leased *ret, struct err *err)
{
	const struct folder *root = export_root(dir);
	FILES_FREE char *bytes = NULL;
	struct leased then;
	uint64_t passed;
	size_t size;
	int r;

	find_now(ret);
	for (size_t i = 0; i < n; i++)
		ret->idle[i] = LEASED_NEVER;
	if (!folder_has(root, NAME))
		return 0;
	r = folder_read(root, NAME, FILE_MAX_SIZE, &bytes, &size, err);
	if (r < 0)
		return r;
	if (parse(bytes, versions, n, &then, ret->idle) < 0)
		return err_say(err, EINVAL, "%s/" NAME ": cannot be understood (Hint: rm it)",
			       root->path);
	passed = go_on(ret, &then, lease_age);
	for (size_t i = 0; i < n; i++) {
		if (ret->idle[i] < LEASED_NEVER - 1 - passed)
			ret->idle[i] += passed;
	}
	return 0;
}

/* -- writing --------------------------------------------------------------------------------- */

/* On disk before it has its name: else a power cut may leave it empty. */
static int write_fresh(const struct folder *root, const char *bytes, size_t n)
{
	FD_CLEANUP int fd = below_create(root->fd, FRESH, 0600);
	int r = fd < 0 ? fd : fd_write_all(fd, bytes, n);

	if (r < 0)
		return r;
	return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

static int replace(const struct folder *root, const struct text *text, struct err *err)
{
	int r = folder_remove(root, FRESH, err);

	if (r < 0)
		return r;
	r = write_fresh(root, text->data, text->used);
	if (r < 0) {
		(void)folder_remove(root, FRESH, NULL); /* the next one does it */
		return err_set(err, -r, "cannot write %s/" FRESH, root->path);
	}
	r = below_rename(root->fd, FRESH, root->fd, NAME, 0);
	return r < 0 ? err_set(err, -r, "cannot rename %s/" FRESH, root->path) : 0;
}

int leased_write(const struct export_dir *dir, const struct version_record *versions, size_t n,
		 const struct leased *leased, struct err *err)
{
	const struct folder *root = export_root(dir);
	const size_t size = n * LINE_MAX_SIZE + HEAD_MAX_SIZE;
	ARRAY_FREE char *bytes = malloc(size);
	struct text text;
	int r;

	if (!bytes)
		return err_set(err, ENOMEM, "cannot remember leases");
	if (!folder_has(root, NFS_EXPORT_LEASES))
		return folder_remove(root, NAME, err);
	text_init(&text, bytes, size);
	text_addf(&text, "clock %s %llu %lld\n", leased->boot, (unsigned long long)leased->uptime,
		  (long long)(leased->clock > 0 ? leased->clock : 0));
	for (size_t i = 0; i < n; i++) {
		if (leased->idle[i] != LEASED_NEVER)
			text_addf(&text, "%s %llu\n", versions[i].id,
				  (unsigned long long)leased->idle[i]);
	}
	r = replace(root, &text, err);
	return r < 0 ? r : export_sync(root, err);
}
