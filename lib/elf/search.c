/* SPDX-License-Identifier: MIT */
/* ld.so(8)'s search: DT_RPATH or DT_RUNPATH of who needs it, then the default directories. */
#include "elf/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/ldcache.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "sys/fd.h"

/* The search for one library. */
struct search {
	const struct sysroot *root;
	const struct arch *arch;
	const char *name;
	char path[PATH_SIZE]; /* where it was found, inside the sysroot */
	char real[PATH_SIZE];
	struct stat st;
};

void elf_libraries_free(struct elf_libraries *set)
{
	for (size_t i = 0; i < set->n_libs; i++) {
		free(set->libs[i].name);
		free(set->libs[i].path);
		free(set->libs[i].real);
	}
	free(set->libs);
	memset(set, 0, sizeof(*set));
}

bool elf_search_is_musl(const char *ldso)
{
	return str_starts(path_base(ldso), "ld-musl-");
}

/* ldso/dynlink.c, load_library(). */
bool elf_search_in_musl(const char *name)
{
	static const char *const own[] = { "libc.",  "libpthread.", "librt.",  "libm.",
					   "libdl.", "libutil.",    "libxnet." };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (str_starts(name, own[i]))
			return true;
	}
	return false;
}

/* True if search->path is a library for this arch by its header; one for another is passed over, as
 * ld.so does. Whatever else is wrong with it, ld.so takes it. */
static bool suits(struct search *search)
{
	uint8_t bytes[ELF_HEAD_READ];
	struct elf_head head;
	FD_CLEANUP int fd = -1;
	ssize_t n;

	fd = sysroot_open(search->root, search->path, search->real);
	if (fd < 0 || fstat(fd, &search->st) < 0)
		return false;
	n = fd_read_at(fd, bytes, sizeof(bytes), 0);
	return n >= 0 && elf_head_parse(bytes, (size_t)n, &head) == 0 &&
	       elf_head_fits(&head, search->arch);
}

static bool try_dir(struct search *search, const char *dir)
{
	return path_join(search->path, sizeof(search->path), dir, search->name) == 0 &&
	       suits(search);
}

/* Replaces a leading $ORIGIN or ${ORIGIN}; other tokens ($LIB, $PLATFORM) are not known here. */
static int expand(const char *dir, size_t n, const char *by, char *dst, size_t size)
{
	static const char *const tokens[] = { "$ORIGIN", "${ORIGIN}" };
	struct text text;

	text_init(&text, dst, size);
	for (size_t i = 0; i < 2; i++) {
		size_t m = strlen(tokens[i]);

		if (n < m || memcmp(dir, tokens[i], m) != 0)
			continue;
		text_add_bytes(&text, by, strlen(by) - strlen(path_base(by)));
		dir += m;
		n -= m;
		break;
	}
	text_add_bytes(&text, dir, n);
	return text_check(&text);
}

/* dirs is a list as RUNPATH has it; by is the path of the file that has it. */
static bool try_list(struct search *search, const char *dirs, const char *by)
{
	char dir[PATH_SIZE];

	for (const char *s = dirs; s && *s;) {
		size_t n = strcspn(s, ":");

		if (expand(s, n, by, dir, sizeof(dir)) == 0 && dir[0] == '/' &&
		    try_dir(search, dir))
			return true;
		s += n + (s[n] == ':');
	}
	return false;
}

static bool try_cache(struct search *search)
{
	const struct sysroot *root = search->root;
	const char *path;
	size_t at = 0;

	while (root->cache_size &&
	       (path = ldcache_next(root->cache, root->cache_size, search->name, &at))) {
		if (str_copy(search->path, sizeof(search->path), path) == 0 && suits(search))
			return true;
	}
	return false;
}

static bool try_defaults(struct search *search)
{
	static const char *const dirs[] = { "/lib/%s",	"/usr/lib/%s", "/lib",
					    "/usr/lib", "/lib64",      "/usr/lib64" };
	char dir[PATH_SIZE];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct text text;
		const char *mark = strstr(dirs[i], "%s");

		text_init(&text, dir, sizeof(dir));
		text_add_bytes(&text, dirs[i], mark ? (size_t)(mark - dirs[i]) : strlen(dirs[i]));
		if (mark)
			text_add(&text, search->arch->triplet);
		if (try_dir(search, dir))
			return true;
	}
	return false;
}

static bool known(const struct elf_libraries *set, const char *name)
{
	for (size_t i = 0; i < set->n_libs; i++) {
		if (str_eq(set->libs[i].name, name))
			return true;
	}
	return false;
}

static int append(struct elf_libraries *set, const struct search *search, struct err *err)
{
	struct elf_library *lib;

	if (array_reserve(&set->libs, &set->room, set->n_libs + 1, sizeof(*set->libs)) < 0)
		return err_set(err, ENOMEM, "cannot list the libraries");
	lib = &set->libs[set->n_libs];
	lib->name = strdup(search->name);
	lib->path = strdup(search->path);
	lib->real = strdup(search->real);
	lib->dev = search->st.st_dev;
	lib->ino = search->st.st_ino;
	set->n_libs++; /* counted at once: elf_libraries_free takes NULLs */
	if (!lib->name || !lib->path || !lib->real)
		return err_set(err, ENOMEM, "cannot list the libraries");
	return 0;
}

/* DT_RPATH is also for what that needs in turn, unless it has a RUNPATH. musl makes no difference
 * between the two: both are inherited. */
static bool try_inherited(struct search *search, const struct elf_search_by *by, bool musl)
{
	for (; by; by = by->parent) {
		const char *dirs =
			by->file->runpath ? (musl ? by->file->runpath : NULL) : by->file->rpath;

		if (try_list(search, dirs, by->path))
			return true;
	}
	return false;
}

/* A name with a slash is a path. */
static bool try_path(struct search *search)
{
	const char *cwd = search->root->cwd;
	int r = search->name[0] == '/' || !cwd
			? str_copy(search->path, sizeof(search->path), search->name)
			: path_join(search->path, sizeof(search->path), cwd, search->name);

	return r == 0 && suits(search);
}

static bool find(struct search *search, const struct elf_search_by *by, bool musl)
{
	const char *from_environment = search->root->library_path;

	if (strchr(search->name, '/'))
		return try_path(search);
	if (musl)
		return try_list(search, from_environment, "") || try_inherited(search, by, true) ||
		       try_defaults(search);
	return (!by->file->runpath && try_inherited(search, by, false)) ||
	       try_list(search, from_environment, "") ||
	       try_list(search, by->file->runpath, by->path) || try_cache(search) ||
	       try_defaults(search);
}

bool elf_search_find(const struct sysroot *root, const struct arch *arch, const char *name,
		     const struct elf_search_by *by, bool musl, char *ret_path)
{
	struct search search = { .root = root, .arch = arch, .name = name };

	return find(&search, by, musl) && str_copy(ret_path, PATH_SIZE, search.path) == 0;
}

/* The same in the sysroots below, each with all its directories. */
static bool find_below(struct search *search, const struct elf_search_by *by, bool musl)
{
	for (; search->root; search->root = search->root->below) {
		if (find(search, by, musl))
			return true;
	}
	return false;
}

/* Adds what the one file needs itself; path is canonical. */
static int add_needed(const struct sysroot *root, const struct arch *arch,
		      const struct elf_dynamic *file, const char *path, bool musl,
		      struct elf_libraries *set, struct err *err)
{
	for (size_t i = 0; i < file->n_needed; i++) {
		struct search search = { .root = root, .arch = arch, .name = file->needed[i] };
		int r;

		if (known(set, search.name) || (musl && elf_search_in_musl(search.name)))
			continue;
		if (!find_below(&search, &(struct elf_search_by){ .file = file, .path = path },
				musl))
			return err_say(err, ENOENT, "%s, which %s needs, is missing", search.name,
				       path);
		r = append(set, &search, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_open(const struct sysroot *root, const struct arch *arch, int fd, const char *real,
		    const char *path, bool musl, struct elf_libraries *set, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	int r = elf_dynamic_read_open(fd, real, &file, err);

	return r < 0 ? r : add_needed(root, arch, &file, path, musl, set, err);
}

/* The same of a path in the sysroot or one below it. found: what it was, or NULL. */
static int add_direct(const struct sysroot *root, const struct arch *arch, const char *path,
		      const struct elf_library *found, bool musl, struct elf_libraries *set,
		      struct err *err)
{
	char real[PATH_SIZE], canonical[PATH_SIZE];
	const struct sysroot *in = root;
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r = sysroot_canonical(in, path, canonical);

	while (r < 0 && in->below) {
		in = in->below;
		r = sysroot_canonical(in, path, canonical);
	}
	if (r < 0)
		return err_set(err, -r, "cannot find %s", path);
	fd = sysroot_open(in, canonical, real);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, fd < 0 ? -fd : errno, "cannot open %s", path);
	if (found && (st.st_dev != found->dev || st.st_ino != found->ino))
		return err_say(err, EAGAIN, "%s has changed while it was looked at", real);
	return add_open(root, arch, fd, real, canonical, musl, set, err);
}

/* The list is its own queue: what is appended is visited in turn. */
static int add_queued(const struct sysroot *root, const struct arch *arch, size_t next, bool musl,
		      struct elf_libraries *set, struct err *err)
{
	int r = 0;

	for (; r == 0 && next < set->n_libs; next++) {
		const struct elf_library lib = set->libs[next]; /* the list may move */

		r = add_direct(root, arch, lib.path, &lib, musl, set, err);
	}
	return r;
}

int elf_search_add(const struct sysroot *root, const struct arch *arch, const char *path, bool musl,
		   struct elf_libraries *set, struct err *err)
{
	size_t next = set->n_libs;
	int r = add_direct(root, arch, path, NULL, musl, set, err);

	return r < 0 ? r : add_queued(root, arch, next, musl, set, err);
}

int elf_search_add_open(const struct sysroot *root, const struct arch *arch, int fd,
			const char *path, bool musl, struct elf_libraries *set, struct err *err)
{
	size_t next = set->n_libs;
	int r = add_open(root, arch, fd, path, path, musl, set, err);

	return r < 0 ? r : add_queued(root, arch, next, musl, set, err);
}

int elf_search_add_name(const struct sysroot *root, const struct arch *arch, const char *name,
			struct elf_libraries *set, struct err *err)
{
	struct search search = { .root = root, .arch = arch, .name = name };
	int r;

	if (known(set, name))
		return 1;
	if (!try_defaults(&search))
		return 0;
	r = append(set, &search, err);
	return r < 0 ? r : 1;
}
