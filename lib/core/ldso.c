/* SPDX-License-Identifier: MIT */
/* What an ld.so was built to search. glibc, elf/dl-load.c (system_dirs) and elf/dl-cache.c,
 * elf/rtld.c (the two paths). */
#include "core/ldso.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"

#define PRELOAD "/etc/ld.so.preload"

/* The kernel's own: it has no libraries, no one can put one there, and looking has no effect, as
 * opening a device would have. No longer than the shortest directory, "/lib/". */
#define NOWHERE "/sys/"

static const char *const redirected[] = { LDSO_CACHE, PRELOAD };

/* The next place at or after *from where a whole NUL-terminated string s ends; NULL if none. The
 * start is left open: a linker may merge "/x/etc/ld.so.cache" and its tail. */
static char *next(char *bytes, size_t n, const char *from, const char *s)
{
	size_t done = (size_t)(from - bytes);

	return memmem(bytes + done, n - done, s, strlen(s) + 1);
}

size_t ldso_redirect(char *bytes, size_t n)
{
	size_t changed = 0;

	for (size_t i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
		char *at = next(bytes, n, bytes, redirected[i]);

		for (; at; at = next(bytes, n, at, redirected[i])) {
			memcpy(at, "/lib", 4);
			changed++;
		}
	}
	return changed;
}

size_t ldso_restore(char *bytes, size_t n)
{
	char moved[32];
	size_t changed = 0;

	for (size_t i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
		char *at;

		memcpy(moved, redirected[i], strlen(redirected[i]) + 1);
		memcpy(moved, "/lib", 4);
		for (at = next(bytes, n, bytes, moved); at; at = next(bytes, n, at, moved)) {
			memcpy(at, "/etc", 4);
			changed++;
		}
	}
	return changed;
}

bool ldso_reads_etc(const char *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
		if (memmem(bytes, n, redirected[i], strlen(redirected[i]) + 1))
			return true;
	}
	return false;
}

/* "... stable release version 2.36." */
bool ldso_release(const char *bytes, size_t n, char *dst, size_t size)
{
	static const char mark[] = "release version ";
	const char *at = memmem(bytes, n, mark, sizeof(mark) - 1), *end = bytes + n;
	size_t length = 0;
	unsigned dots = 0;

	if (!at)
		return false;
	at += sizeof(mark) - 1;
	for (; at + length < end; length++) {
		if (at[length] == '.' && dots++)
			break; /* the sentence's */
		if (at[length] != '.' && (at[length] < '0' || at[length] > '9'))
			break;
	}
	return length > 0 && str_copy_bytes(dst, size, at, length) == 0;
}

bool ldso_searches_lib(const char *bytes, size_t n)
{
	static const char lib[] = "\0/lib/", lib64[] = "\0/lib64/";

	/* with the NULs on both sides: other paths end so too */
	return memmem(bytes, n, lib, sizeof(lib)) || memmem(bytes, n, lib64, sizeof(lib64));
}

/* Puts `new` wherever the whole string `old`, or what ldso_redirect makes of it, stands. */
static size_t replace(char *bytes, size_t n, const char *old, const char *new)
{
	char moved[32];
	size_t changed = 0;

	(void)str_copy(moved, sizeof(moved), old); /* one of ours, short */
	for (int i = 0; i < 2; i++) {
		char *at = next(bytes, n, bytes, moved);

		for (; at; at = next(bytes, n, at + 1, moved)) {
			memcpy(at, new, strlen(moved));
			changed++;
		}
		memcpy(moved, "/lib", 4);
	}
	return changed;
}

static bool in_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("/_-.+", c));
}

/* The bytes of "/.../" and its NUL; 0 if no directory begins here. */
static size_t dir_at(const char *bytes, size_t n)
{
	size_t size = 0;

	while (size < n && in_path(bytes[size]))
		size++;
	if (size == n || bytes[size] || size < strlen(NOWHERE) || bytes[size - 1] != '/')
		return 0;
	return bytes[0] == '/' ? size + 1 : 0;
}

/* The bytes of a list of directories; 0 if none begins here. glibc, Makerules, SYSTEM_DIRS: every
 * one ends with a slash, and the first that we know is below /lib or /usr/lib. */
static size_t list_at(const char *bytes, size_t n)
{
	static const char lib[] = "/lib", usr[] = "/usr/lib";
	size_t size = 0, dir;

	if ((n < strlen(lib) || memcmp(bytes, lib, strlen(lib)) != 0) &&
	    (n < strlen(usr) || memcmp(bytes, usr, strlen(usr)) != 0))
		return 0;
	while ((dir = dir_at(bytes + size, n - size)))
		size += dir;
	return size;
}

/* What is known of the lists in a file. */
struct lists {
	const char *first; /* NULL if there is none */
	size_t size;	   /* bytes of each */
	size_t n;
	bool differ;
	bool cut; /* so far each follows a byte that may belong to a directory before it */
};

static struct lists find_lists(const char *bytes, size_t n)
{
	struct lists lists = { .cut = true };

	for (size_t at = 0; at < n; at++) {
		size_t size = bytes[at] == '/' ? list_at(bytes + at, n - at) : 0;

		if (!size)
			continue;
		if (!lists.n++) {
			lists.first = bytes + at;
			lists.size = size;
		}
		lists.differ |= size != lists.size || memcmp(lists.first, bytes + at, size) != 0;
		lists.cut &= at && in_path(bytes[at - 1]);
		at += size - 1;
	}
	return lists;
}

static bool has(const char *bytes, size_t n, const char *s)
{
	return memmem(bytes, n, s, strlen(s));
}

/* The one of the two names of a file that is in there: "/etc/..." or what ldso_redirect makes of
 * it. */
static const char *name_of(const char *bytes, size_t n, const char *etc, const char *lib)
{
	if (memmem(bytes, n, etc, strlen(etc) + 1))
		return etc;
	return memmem(bytes, n, lib, strlen(lib) + 1) ? lib : NULL;
}

/* DL_DST_LIB in glibc's elf/Makefile is the first directory, without slashes; with Debian's
 * multiarch too. */
static void take_lib(struct ldso_build *build)
{
	size_t n = strlen(build->dirs);

	if (n < 2 || str_copy_bytes(build->lib, sizeof(build->lib), build->dirs + 1, n - 2) < 0)
		build->lib[0] = '\0';
}

bool ldso_build_read(const char *bytes, size_t n, struct ldso_build *ret)
{
	struct ldso_build build = { 0 };
	struct lists lists = find_lists(bytes, n);

	if (!lists.n || lists.cut || lists.size > sizeof(build.dirs))
		return false;
	memcpy(build.dirs, lists.first, lists.size);
	build.dirs_size = lists.size;
	take_lib(&build);
	build.cache = name_of(bytes, n, LDSO_CACHE, "/lib/ld.so.cache");
	build.preload = name_of(bytes, n, PRELOAD, "/lib/ld.so.preload");
	build.hwcaps = has(bytes, n, "glibc-hwcaps");
	build.legacy = !build.hwcaps || has(bytes, n, "Legacy HWCAP subdirectories");
	build.aborts = has(bytes, n, "_dl_name_match_p (version->filename, map)");
	*ret = build;
	return true;
}

/* Overwrites a list, each directory with one of its length. */
static void hide_list(char *list, size_t size)
{
	for (char *dir = list; dir < list + size; dir += strlen(dir) + 1) {
		memset(dir, '/', strlen(dir));
		memcpy(dir, NOWHERE, strlen(NOWHERE));
	}
}

/* One for searching, one for telling (--list-diagnostics). */
enum { LISTS = 2 };

static int hide_lists(char *bytes, size_t n, struct err *err)
{
	struct lists lists = find_lists(bytes, n);
	char list[512];

	if (lists.n != LISTS || lists.differ || lists.cut || lists.size > sizeof(list))
		return err_say(err, EINVAL, "it has %zu lists of directories%s instead of %d alike",
			       lists.n, lists.cut && lists.n ? " that begin elsewhere" : "", LISTS);
	memcpy(list, lists.first, lists.size);
	for (char *at = bytes; (at = memmem(at, (size_t)(bytes + n - at), list, lists.size));)
		hide_list(at, lists.size);
	return 0;
}

int ldso_confine(char *bytes, size_t n, const char *cache, struct err *err)
{
	size_t caches, preloads;

	if (strlen(cache) != strlen(LDSO_CACHE))
		return err_say(err, EINVAL, "%s is not as long as " LDSO_CACHE, cache);
	caches = replace(bytes, n, LDSO_CACHE, cache);
	preloads = replace(bytes, n, PRELOAD, NOWHERE "ld.so.preload");
	if (caches != 1 || preloads != 1)
		return err_say(err, EINVAL,
			       "it names its cache %zu times and its preload list %zu times "
			       "instead of once",
			       caches, preloads);
	return hide_lists(bytes, n, err);
}
