/* SPDX-License-Identifier: MIT */
/* One library, as glibc's elf/dl-load.c (_dl_map_object, open_path, open_verify) and musl's
 * ldso/dynlink.c (load_library, path_open) look for it. */
#include "elf/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/ldcache.h"
#include "core/ldso.h"
#include "core/ldso_path.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/ldso.h"
#include "sys/fd.h"

/* The search for one library. */
struct search {
	struct elf_ldso *ldso;
	const char *name;
	struct elf_found *found;
};

/* What trying a place or a list of them comes to. */
enum tried {
	ENDED = -1, /* nothing, and what the list has left is not looked at */
	NOTHING,    /* go on */
	FOUND
};

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

/* What open() says without opening what must not be: a directory, a device. */
static enum tried refuse_other(struct search *search, int r)
{
	switch (r) {
	case -EINVAL:
		search->found->refused = "it is no regular file";
		return sysroot_find(search->ldso->root, search->found->path, search->found->real) <
				       0
			       ? NOTHING
			       : FOUND;
	case -ENOENT:
	case -EACCES:
		return NOTHING;
	case -ENOTDIR: /* 2.36 ends, 2.41 goes on */
		return !search->ldso->musl && search->ldso->build->legacy ? ENDED : NOTHING;
	case -ENAMETOOLONG:
		return search->ldso->musl ? NOTHING : ENDED;
	default:
		return ENDED;
	}
}

/* Opens the file at found->path and looks at its header. */
static enum tried try_file(struct search *search)
{
	struct elf_ldso *ldso = search->ldso;
	struct elf_found *found = search->found;
	uint8_t bytes[ELF_HEAD_READ];
	struct stat st;
	FD_CLEANUP int fd = sysroot_open(ldso->root, found->path, found->real);
	ssize_t n;

	found->refused = NULL;
	if (fd < 0)
		return refuse_other(search, fd);
	if (fstat(fd, &st) < 0)
		return ENDED;
	found->dev = st.st_dev;
	found->ino = st.st_ino;
	n = fd_read_at(fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		found->refused = "it cannot be read";
	else if (ldso_verify(bytes, (size_t)n, (uint64_t)st.st_size, ldso->arch, ldso->musl,
			     &found->refused) == LDSO_PASSES)
		return NOTHING;
	return FOUND;
}

/* Makes found->path of a directory or a path of n bytes, and the name if there is one: what is
 * relative begins in the working directory. False if it is too long. */
static bool make_path(struct search *search, const char *dir, size_t n, const char *name)
{
	const char *cwd = search->ldso->cwd ? search->ldso->cwd : "/";
	struct text text;

	text_init(&text, search->found->path, sizeof(search->found->path));
	if (!n || *dir != '/')
		text_addf(&text, "%s%s", cwd, str_ends(cwd, "/") || !n ? "" : "/");
	text_add_bytes(&text, dir, n);
	if (name && !str_ends(search->found->path, "/"))
		text_add(&text, "/");
	if (name)
		text_add(&text, name);
	return text_check(&text) == 0;
}

static bool is_there(const struct elf_ldso *ldso, const char *dir)
{
	char real[PATH_SIZE];
	struct stat st;

	return sysroot_find(ldso->root, dir, real) == 0 && stat(real, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* Of an absolute one it finds out that it is not there. */
static enum tried too_long(const char *dir)
{
	return *dir == '/' ? NOTHING : ENDED;
}

/* A directory as glibc's lists have it, and its subdirectories for this processor. */
static enum tried try_dir(struct search *search, const char *dir)
{
	char absolute[PATH_SIZE], sub[PATH_SIZE];
	enum tried tried = NOTHING;
	int r;

	if (!make_path(search, dir, strlen(dir), NULL))
		return too_long(dir);
	(void)str_copy(absolute, sizeof(absolute), search->found->path); /* as large */
	for (size_t i = 0; (r = elf_ldso_subdir(search->ldso, absolute, i, sub)) >= 0; i++) {
		if (r == 0)
			continue;
		tried = make_path(search, sub, strlen(sub), search->name) ? try_file(search)
									  : NOTHING;
		if (tried == FOUND)
			return tried;
	}
	/* a relative one always counts as there */
	if (tried == ENDED && *dir == '/' && !is_there(search->ldso, absolute))
		return NOTHING;
	return tried;
}

/* The directory of a file, without its last slash but for "/". */
static int get_origin(const char *path, char ret[PATH_SIZE])
{
	size_t n = (size_t)(path_base(path) - path);

	return str_copy_bytes(ret, PATH_SIZE, path, n > 1 ? n - 1 : n);
}

/* What the tokens stand for in a file that was found at path; origin is for one of them. */
static struct ldso_tokens get_tokens(const struct elf_ldso *ldso, const char *path,
				     char origin[PATH_SIZE])
{
	return (struct ldso_tokens){ .origin = get_origin(path, origin) < 0 ? NULL : origin,
				     .lib = *ldso->build->lib ? ldso->build->lib : NULL,
				     .platform = ldso->machine ? ldso->machine->platform : NULL,
				     .secure = ldso->secure };
}

/* A set-id program may look below its own directory only where no one else can put it. */
static bool is_trusted(const struct elf_ldso *ldso, const char *dir)
{
	const char *trusted = NULL;

	while ((trusted = elf_ldso_system_dir(ldso, trusted))) {
		if (str_starts(dir, trusted) && !strstr(dir, "/.."))
			return true;
	}
	return false;
}

/* One entry of a list, n bytes; an empty one is the working directory. */
static enum tried try_entry(struct search *search, const char *entry, size_t n,
			    const struct ldso_tokens *tokens, bool program)
{
	char dir[PATH_SIZE];
	int r = ldso_expand(entry, n, tokens, dir, sizeof(dir));

	if (r == -E2BIG)
		return too_long(dir);
	if (r < 0 || (n && !*dir))
		return NOTHING;
	if (tokens->secure && program && memchr(entry, '$', n) && !is_trusted(search->ldso, dir))
		return NOTHING;
	return try_dir(search, dir);
}

/* A list of directories; by is the file that it belongs to. */
static enum tried try_list(struct search *search, const char *dirs, const char *separators,
			   const struct elf_search_by *by)
{
	const struct elf_ldso *ldso = search->ldso;
	struct ldso_list list = { dirs, separators };
	char origin[PATH_SIZE];
	const struct ldso_tokens tokens = get_tokens(ldso, by->path, origin);
	enum tried tried = NOTHING;
	const char *entry;
	size_t n;

	if (!dirs || !*dirs)
		return NOTHING;
	while (tried == NOTHING && ldso_list_next(&list, &entry, &n))
		tried = try_entry(search, entry, n, &tokens, !by->parent);
	return tried;
}

static const struct elf_search_by *program_of(const struct elf_search_by *by)
{
	while (by->parent)
		by = by->parent;
	return by;
}

/* DT_RPATH is also for what that needs in turn. Where there is DT_RUNPATH, ld.so forgets it. */
static enum tried try_rpaths(struct search *search, const struct elf_search_by *by)
{
	if (by->file->runpath)
		return NOTHING;
	for (; by; by = by->parent) {
		if (!by->file->runpath &&
		    try_list(search, by->file->rpath, LDSO_SEP_RPATH, by) == FOUND)
			return FOUND;
	}
	return NOTHING;
}

static enum tried try_cache(struct search *search, bool no_defaults)
{
	static const char *const none[] = { NULL };
	struct elf_ldso *ldso = search->ldso;
	const struct ldso_machine *machine = ldso->machine;
	const struct ldcache_wanted wanted = {
		.name = search->name,
		.flags = ldso->arch->ldcache,
		.hwcaps = machine ? machine->hwcaps : none,
		.legacy = machine && ldso->build->legacy ? machine->legacy : 0,
	};
	const char *path = ldso->cache_size ? ldcache_find((const uint8_t *)ldso->cache,
							   ldso->cache_size, &wanted)
					    : NULL;
	const char *dir = NULL;

	if (!path)
		return NOTHING;
	while (no_defaults && (dir = elf_ldso_system_dir(ldso, dir))) {
		if (str_starts(path, dir))
			return NOTHING;
	}
	return make_path(search, path, strlen(path), NULL) ? try_file(search) : NOTHING;
}

static enum tried try_defaults(struct search *search)
{
	enum tried tried = NOTHING;
	const char *dir = NULL;

	while (tried == NOTHING && (dir = elf_ldso_system_dir(search->ldso, dir)))
		tried = try_dir(search, dir);
	return tried;
}

int elf_search_expand(const struct elf_ldso *ldso, const char *name, const char *by,
		      char ret[PATH_SIZE])
{
	char origin[PATH_SIZE];
	const struct ldso_tokens tokens = get_tokens(ldso, by, origin);

	return ldso_expand(name, strlen(name), &tokens, ret, PATH_SIZE);
}

/* A name with a slash is a path, in which tokens count too. */
static enum tried try_path(struct search *search, const struct elf_search_by *by)
{
	char path[PATH_SIZE];
	const char *name = search->name;

	if (!search->ldso->musl) {
		if (elf_search_expand(search->ldso, name, by->path, path) < 0)
			return NOTHING;
		name = path;
	}
	return make_path(search, name, strlen(name), NULL) ? try_file(search) : NOTHING;
}

static enum tried find_glibc(struct search *search, const struct elf_search_by *by)
{
	const struct elf_ldso *ldso = search->ldso;
	bool no_defaults = by->file->no_defaults;

	if (try_rpaths(search, by) == FOUND)
		return FOUND;
	if (!ldso->secure &&
	    try_list(search, ldso->library_path, LDSO_SEP_ENVIRONMENT, program_of(by)) == FOUND)
		return FOUND;
	if (try_list(search, by->file->runpath, LDSO_SEP_RPATH, by) == FOUND ||
	    try_cache(search, no_defaults) == FOUND)
		return FOUND;
	return no_defaults ? NOTHING : try_defaults(search);
}

/* -- musl -----------------------------------------------------------------------------------------
 */

enum { MUSL_PATH_MAX = 2 * 255 + 1 /* it does not try longer ones: char buf[2*NAME_MAX+2] */ };

static enum tried try_musl_list(struct search *search, const char *dirs)
{
	struct ldso_list list = { dirs, LDSO_SEP_MUSL };
	enum tried tried = NOTHING;
	const char *dir;
	size_t n;

	while (tried == NOTHING && ldso_list_next_word(&list, &dir, &n)) {
		if (n + 1 + strlen(search->name) <= MUSL_PATH_MAX &&
		    make_path(search, dir, n, search->name))
			tried = try_file(search);
	}
	return tried;
}

/* What musl's list stands for: itself where it has no tokens. Freed by the caller; NULL if it is
 * given up. */
static char *expand_musl(const char *list, const char *origin)
{
	size_t size = strlen(list) + 1, tokens = 0;
	char *dirs;

	for (const char *s = list; (s = strchr(s, '$')); s++)
		tokens++;
	size += tokens * strlen(origin);
	dirs = malloc(size);
	if (dirs && ldso_expand_musl(list, origin, dirs, size) == 0)
		return dirs;
	free(dirs);
	return NULL;
}

/* It makes no difference between DT_RPATH and DT_RUNPATH: both are inherited. */
static enum tried try_musl_rpaths(struct search *search, const struct elf_search_by *by)
{
	for (; by; by = by->parent) {
		const char *list = by->file->runpath ? by->file->runpath : by->file->rpath;
		char origin[PATH_SIZE];
		ARRAY_FREE char *dirs = NULL;
		enum tried tried;

		if (!list || get_origin(by->path, origin) < 0 ||
		    (search->ldso->secure && !by->parent && strchr(list, '$')))
			continue;
		dirs = expand_musl(list, origin);
		if (!dirs)
			continue;
		tried = try_musl_list(search, dirs);
		if (tried != NOTHING)
			return tried;
	}
	return NOTHING;
}

static enum tried find_musl(struct search *search, const struct elf_search_by *by)
{
	const struct elf_ldso *ldso = search->ldso;
	enum tried tried = NOTHING;

	if (!ldso->secure && ldso->library_path)
		tried = try_musl_list(search, ldso->library_path);
	if (tried == NOTHING)
		tried = try_musl_rpaths(search, by);
	if (tried == NOTHING)
		tried = try_musl_list(search, ldso->musl_path ? ldso->musl_path
							      : "/lib:/usr/local/lib:/usr/lib");
	return tried;
}

int elf_search_find(struct elf_ldso *ldso, const char *name, const struct elf_search_by *by,
		    struct elf_found *ret)
{
	struct search search = { .ldso = ldso, .name = name, .found = ret };
	enum tried tried;

	ret->refused = NULL;
	if (strchr(name, '/'))
		tried = try_path(&search, by);
	else
		tried = ldso->musl ? find_musl(&search, by) : find_glibc(&search, by);
	return tried == FOUND;
}
