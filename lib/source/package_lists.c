/* SPDX-License-Identifier: MIT */
/* Reads apt's compressed lists whole; of a name that several have, the newest version counts, as it
 * does for apt. */
#include "source/package_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/array.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/deb_version.h"
#include "core/err.h"
#include "core/package_index.h"
#include "core/path_size.h"
#include "core/runtime_packages.h"
#include "core/str.h"
#include "source/apt.h"
#include "sys/fd.h"

enum { LISTS_MAX = 8, LIST_BYTES_MAX = 512 * 1024 * 1024 };

struct package_lists {
	const struct apt *apt;
	const struct arch *arch;
	char *texts[LISTS_MAX];
	size_t n_texts;
	struct index_package *packages; /* by name, the newest of a name first */
	size_t n, room;
};

/* -- reading -------------------------------------------------------------------------------- */

static int read_list(struct package_lists *lists, const char *path, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct err why = { 0 };
	struct stat st;
	const char *at;
	size_t n;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "%s", path);
	if (st.st_size == 0)
		return 0; /* an arch without packages */
	if (lists->n_texts == LISTS_MAX)
		return err_set(err, E2BIG, "too many lists of packages");
	r = archive_read_fd(fd, LIST_BYTES_MAX, &lists->texts[lists->n_texts], &n, &why);
	if (r < 0)
		return err_say(err, -r, "cannot read %s: %s", path, why.text);
	at = lists->texts[lists->n_texts++];
	for (const char *end = at + n;;) {
		r = array_reserve(&lists->packages, &lists->room, lists->n + 1,
				  sizeof(*lists->packages));
		if (r < 0)
			return err_set(err, -r, "cannot list packages");
		if (!package_index_next(&at, end, &lists->packages[lists->n]))
			return 0;
		lists->n++;
	}
}

static int compare_names(const struct index_text *a, const struct index_text *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int difference = memcmp(a->bytes, b->bytes, n);

	if (difference)
		return difference;
	return (a->n > b->n) - (a->n < b->n);
}

static int compare(const void *left, const void *right)
{
	const struct index_package *a = left, *b = right;
	int difference = compare_names(&a->name, &b->name);

	return difference ? difference
			  : deb_version_compare(b->version.bytes, b->version.n, a->version.bytes,
						a->version.n);
}

/* "ARCH PATH" lines, of which those of one arch, or of all archs, are wanted. */
static int read_lists(struct package_lists *lists, const char *files, struct err *err)
{
	for (const char *line = files; *line;) {
		size_t length = strcspn(line, "\n"), n = strcspn(line, " \n");
		char path[PATH_SIZE], arch[32];
		int r;

		if (str_copy_bytes(arch, sizeof(arch), line, n) == 0 && n < length &&
		    (str_eq(arch, lists->arch->debian) || str_eq(arch, "all"))) {
			r = str_copy_bytes(path, sizeof(path), line + n + 1, length - n - 1);
			if (r < 0)
				return err_set(err, -r, "%.64s...", line);
			r = read_list(lists, path, err);
			if (r < 0)
				return r;
		}
		line += length + (line[length] == '\n');
	}
	return 0;
}

static int open_lists(struct package_lists *lists, struct err *err)
{
	FILES_FREE char *files = NULL;
	int r = apt_lists(lists->apt, &files, err);

	if (r < 0)
		return r;
	r = read_lists(lists, files, err);
	if (r < 0)
		return r;
	if (!lists->n)
		return err_say(err, ENOENT, "debian:%s has no packages for %s", lists->apt->suite,
			       lists->arch->name);
	qsort(lists->packages, lists->n, sizeof(*lists->packages), compare);
	return 0;
}

int package_lists_open(const struct apt *apt, const struct arch *arch, struct package_lists **ret,
		       struct err *err)
{
	struct package_lists *lists = calloc(1, sizeof(*lists));
	int r;

	if (!lists)
		return err_set(err, ENOMEM, "cannot list packages");
	lists->apt = apt;
	lists->arch = arch;
	r = open_lists(lists, err);
	if (r < 0) {
		package_lists_close(lists);
		return r;
	}
	*ret = lists;
	return 0;
}

void package_lists_close(struct package_lists *lists)
{
	if (!lists)
		return;
	for (size_t i = 0; i < lists->n_texts; i++)
		free(lists->texts[i]);
	free(lists->packages);
	free(lists);
}

/* -- asking --------------------------------------------------------------------------------- */

static bool find(const char *name, struct index_package *ret, void *ctx)
{
	const struct package_lists *lists = ctx;
	const struct index_text wanted = { name, strlen(name) };
	size_t low = 0, high = lists->n;

	while (low < high) { /* the first that is not before it */
		size_t middle = low + (high - low) / 2;

		if (compare_names(&lists->packages[middle].name, &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == lists->n || !index_text_is(&lists->packages[low].name, name))
		return false;
	*ret = lists->packages[low];
	return true;
}

/* The next minor above that one that the suite has; 0 if there is none. */
static unsigned next_minor(struct package_lists *lists, unsigned after)
{
	unsigned next = 0;

	for (size_t i = 0; i < lists->n; i++) {
		const struct index_text *name = &lists->packages[i].name;
		unsigned minor = runtime_packages_minor(name->bytes, name->n);

		if (minor > after && (!next || minor < next))
			next = minor;
	}
	return next;
}

static int say_minors(struct package_lists *lists, unsigned wanted, struct err *err)
{
	const char *suite = lists->apt->suite, *arch = lists->arch->name;
	char has[128];
	struct text text;

	text_init(&text, has, sizeof(has));
	for (unsigned minor = next_minor(lists, 0); minor; minor = next_minor(lists, minor))
		text_addf(&text, "%s3.%u", text.used ? ", " : "", minor);
	if (!text.used)
		return err_say(err, ENOENT, "debian:%s has no Python 3 for %s", suite, arch);
	return err_say(err, ENOENT, "debian:%s has no Python 3.%u for %s (Hint: it has %s)", suite,
		       wanted, arch, has);
}

int package_lists_check_minor(struct package_lists *lists, unsigned minor, struct err *err)
{
	struct index_package package;
	char name[32];
	struct text text;

	text_init(&text, name, sizeof(name));
	text_addf(&text, "python3.%u-minimal", minor);
	return find(name, &package, lists) ? 0 : say_minors(lists, minor, err);
}

/* Debian's own, or without such a word the newest. */
static unsigned default_minor(struct package_lists *lists)
{
	unsigned minor = runtime_packages_default(find, lists), next;

	if (minor)
		return minor;
	while ((next = next_minor(lists, minor)))
		minor = next;
	return minor;
}

static int list_runtime(struct package_lists *lists, unsigned minor, struct runtime_packages *ret,
			struct err *err)
{
	int r = runtime_packages_list(minor, lists->arch->debian, find, lists, ret);

	if (r == -ENOENT)
		return err_say(err, ENOENT,
			       "debian:%s has no package %s for %s, which a runtime needs",
			       lists->apt->suite, ret->missing, lists->arch->name);
	return r < 0 ? err_set(err, -r, "cannot list packages") : 0;
}

int package_lists_libc(struct package_lists *lists, struct runtime_packages *ret, struct err *err)
{
	return list_runtime(lists, 0, ret, err);
}

int package_lists_runtime(struct package_lists *lists, unsigned *minor,
			  struct runtime_packages *ret, struct err *err)
{
	int r;

	if (!*minor)
		*minor = default_minor(lists);
	r = *minor ? package_lists_check_minor(lists, *minor, err) : say_minors(lists, 0, err);
	return r < 0 ? r : list_runtime(lists, *minor, ret, err);
}
