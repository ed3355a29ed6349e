/* SPDX-License-Identifier: MIT */
/* Builds the prefix of one tree and arch: reads interpreter and ld.so, changes them in memory,
 * writes them below the caller's directory. Links lead into the tree: what a version has stays. */
#include "handler/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/ldso.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/runtime_layout.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/ldso.h"
#include "handler/bake.h"
#include "handler/runtime_base.h"
#include "handler/runtime_libraries.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/programs.h"
#include "sys/tree.h"

/* RUNTIME_PROGRAM below usr, as a tree has it, too. */
#define PROGRAM_IN_USR (&RUNTIME_PROGRAM[sizeof("usr/") - 1])

enum {
	FILE_MAX = 256 * 1024 * 1024, /* an interpreter with all in it; bytes */
	INTERP_MAX = 64,	      /* RUNTIME_ROOT/BASE.b/ld.so and the NUL */
	CLIB_DEPTH = 3,		      /* of etc/clib/ARCH in a tree */
	USR_DEPTH = 4,		      /* of etc/python/ARCH/usr */
	WORD_ATTEMPTS = 16,
	/* One more whenever the interpreter's file or its names change: what stands for an older
	   BusyPy keeps its place, since contracts that are in force know its file. */
	LAYOUT = 2,
};

/* One whole file in memory. */
struct file {
	char path[PATH_SIZE]; /* for sentences */
	uint8_t *bytes;
	size_t n;
	uint8_t sum[SHA256_SIZE]; /* of the bytes as they were read: they are changed */
};

/* Everything of one building. */
struct work {
	const struct runtime_request *request;
	char usr_path[PATH_SIZE], clib_path[PATH_SIZE];
	int usr, clib;		      /* directories of the tree */
	struct python_minors pythons; /* that the tree has */
	/* The interpreters, python3's first: their own names, python3.X, and what they are. */
	struct interpreter {
		char name[NAME_MAX + 1];
		struct file file;
	} interpreters[PYTHON_MINORS_MAX];
	size_t n_interpreters;
	struct file ldso;
	char word[RUNTIME_WORD_SIZE], base_word[RUNTIME_WORD_SIZE];
	char key[SHA256_HEX_SIZE]; /* of the base */
	int base;		   /* its directory */
};

static void work_free(struct work *work)
{
	for (size_t i = 0; i < work->n_interpreters; i++)
		free(work->interpreters[i].file.bytes);
	free(work->ldso.bytes);
	fd_close(&work->usr);
	fd_close(&work->clib);
	fd_close(&work->base);
}

#define WORK_CLEANUP __attribute__((cleanup(work_free)))

/* -- what the tree has ------------------------------------------------------------------------ */

/* A folder of the tree that has one for each arch: its path, and open. */
static int open_folder(const struct work *work, const char *folder, const char *end, int *ret,
		       char ret_path[PATH_SIZE], struct err *err)
{
	struct text text;
	int fd;

	text_init(&text, ret_path, PATH_SIZE);
	text_addf(&text, "%s/%s/%s%s", work->request->tree, folder, work->request->arch->name, end);
	if (text_check(&text) < 0)
		return err_set(err, ENAMETOOLONG, "%s/%s", work->request->tree, folder);
	fd = below_open_root(ret_path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return err_set(err, -fd, "cannot open %s", ret_path);
	*ret = fd;
	return 0;
}

/* Reads a regular file below dir, with `more` bytes of room behind it. */
static int read_file(int dir, const char *dir_path, const char *name, size_t more, struct file *ret,
		     struct err *err)
{
	FD_CLEANUP int fd = below_open_file(dir, name);
	struct sha256 sha;
	struct stat st;
	ssize_t n;

	if (path_join(ret->path, sizeof(ret->path), dir_path, name) < 0)
		return err_set(err, ENAMETOOLONG, "%s/%s", dir_path, name);
	if (fd < 0)
		return err_set(err, -fd, "cannot open %s", ret->path);
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", ret->path);
	if (st.st_size > FILE_MAX)
		return err_set(err, EFBIG, "cannot read %s", ret->path);
	ret->bytes = malloc((size_t)st.st_size + more);
	if (!ret->bytes)
		return err_set(err, ENOMEM, "cannot read %s", ret->path);
	n = fd_read_all(fd, ret->bytes, (size_t)st.st_size);
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", ret->path);
	ret->n = (size_t)n;
	sha256_init(&sha);
	sha256_add(&sha, ret->bytes, ret->n);
	sha256_end(&sha, ret->sum);
	return 0;
}

/* One interpreter of the tree, by its name in bin. */
static int read_interpreter(struct work *work, const char *name, struct err *err)
{
	struct interpreter *interpreter = &work->interpreters[work->n_interpreters++];
	char at[NAME_MAX + 8];
	struct text text;

	if (str_copy(interpreter->name, sizeof(interpreter->name), name) < 0)
		return err_set(err, ENAMETOOLONG, "%s/bin/%s", work->usr_path, name);
	text_init(&text, at, sizeof(at));
	text_addf(&text, "bin/%s", interpreter->name);
	return read_file(work->usr, work->usr_path, at, INTERP_MAX, &interpreter->file, err);
}

/* The one that usr/bin/python3 leads to, which is in the same folder, and those beside it. */
static int read_interpreters(struct work *work, struct err *err)
{
	char name[PATH_SIZE];
	int r = below_readlink(work->usr, PROGRAM_IN_USR, name, sizeof(name));

	if (r == -EINVAL)
		r = str_copy(name, sizeof(name), path_base(RUNTIME_PROGRAM));
	if (r < 0)
		return err_set(err, -r, "cannot find %s/%s", work->usr_path, PROGRAM_IN_USR);
	if (strchr(name, '/') || strlen(name) > NAME_MAX)
		return err_say(err, EINVAL, "%s/bin/python3 leads out of its folder: %s",
			       work->usr_path, name);
	r = read_interpreter(work, name, err);
	tree_pythons(work->request->tree, work->request->arch, &work->pythons);
	for (size_t i = 1; r == 0 && i < work->pythons.n; i++) {
		(void)snprintf(name, sizeof(name), "python3.%u", work->pythons.minor[i]); /* fits */
		r = read_interpreter(work, name, err);
	}
	return r;
}

/* The name of the ld.so that the interpreter was linked for; NULL if it has none. */
static const char *ldso_name(const struct work *work)
{
	const struct file *file = &work->interpreters[0].file;
	struct elf_head head;
	uint64_t at, size;

	if (elf_head_parse(file->bytes, file->n, &head) < 0 ||
	    !elf_head_fits(&head, work->request->arch) || head.phoff > file->n ||
	    elf_head_interp(&head, file->bytes + head.phoff, file->n - head.phoff, &at, &size) !=
		    1 ||
	    at > file->n || size > file->n - at || file->bytes[at + size - 1])
		return NULL;
	return path_base((const char *)file->bytes + at);
}

static int read_tree(struct work *work, struct err *err)
{
	const char *arch = work->request->arch->name, *name;
	int r = open_folder(work, TREE_PYTHON, "/usr", &work->usr, work->usr_path, err);

	if (r >= 0)
		r = open_folder(work, TREE_CLIB, "", &work->clib, work->clib_path, err);
	if (r >= 0)
		r = read_interpreters(work, err);
	if (r < 0)
		return r;
	name = ldso_name(work);
	if (!name)
		return err_say(err, ENOEXEC, "%s is no program of %s with an ld.so",
			       work->interpreters[0].file.path, arch);
	if (elf_ldso_is_musl(name))
		return err_say(err, EOPNOTSUPP,
			       "%s is for musl, whose ld.so cannot be kept from the host's "
			       "libraries (Hint: programs = tree)",
			       work->interpreters[0].file.path);
	return read_file(work->clib, work->clib_path, name, 0, &work->ldso, err);
}

/* -- what becomes of it ----------------------------------------------------------------------- */

static void add_interpreters(const struct work *work, struct sha256 *sha)
{
	for (size_t i = 0; i < work->n_interpreters; i++)
		sha256_add(sha, work->interpreters[i].file.sum, SHA256_SIZE);
}

/* What versions have in common that run the same bytes: of an export those of each library, too,
 * since they are found in the first version. A version whose libraries find others elsewhere in it
 * has files of its own; so has a tree that is no version, which may change in place. */
static int make_key(struct work *work, struct err *err)
{
	const struct runtime_request *request = work->request;
	const char *id = export_layout_id(request->tree);
	struct sha256 sha;
	int shared = 0;

	sha256_init(&sha);
	sha256_add(&sha, request->arch->name, strlen(request->arch->name) + 1);
	add_interpreters(work, &sha);
	sha256_add(&sha, work->ldso.sum, SHA256_SIZE);
	if (id) {
		sha256_add(&sha, request->tree, (size_t)(id - request->tree));
		shared = runtime_libraries_sum(work->clib, work->clib_path, &sha, err);
		if (shared < 0)
			return shared;
	}
	if (!shared)
		sha256_add(&sha, request->tree, strlen(request->tree) + 1);
	sha256_end_hex(&sha, work->key);
	return 0;
}

static void make_word(struct work *work, uint8_t attempt)
{
	const struct runtime_request *request = work->request;
	uint8_t sum[SHA256_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, &(uint8_t){ LAYOUT }, 1);
	sha256_add(&sha, request->tree, strlen(request->tree) + 1);
	sha256_add(&sha, request->arch->name, strlen(request->arch->name) + 1);
	add_interpreters(work, &sha);
	sha256_add(&sha, work->ldso.sum, SHA256_SIZE);
	if (attempt)
		sha256_add(&sha, &attempt, sizeof(attempt));
	sha256_end(&sha, sum);
	runtime_base_word(sum, work->word);
}

/* True if a runtime of this word stands that is another tree's. */
static bool is_taken(const char *word, const char *tree)
{
	char link[64], other[PATH_SIZE];

	return runtime_layout_path(word, RUNTIME_TREE, link, sizeof(link)) == 0 &&
	       fd_read_link(AT_FDCWD, link, other, sizeof(other)) == 0 && !str_eq(other, tree);
}

/* Two trees may have the same word, of which there are two millions: the later one takes the next
 * that is free, since in the other's place it would end what runs there. */
static int choose_word(struct work *work, struct err *err)
{
	const char *tree = work->request->tree;

	for (uint8_t attempt = 0; attempt < WORD_ATTEMPTS; attempt++) {
		make_word(work, attempt);
		if (!is_taken(work->word, tree))
			return 0;
	}
	return err_say(err, EEXIST, "no free name for the runtime of %s below " RUNTIME_ROOT, tree);
}

static int change_interpreter(const struct work *work, struct file *file, struct err *err)
{
	char interp[INTERP_MAX];
	struct text text;
	int r;

	text_init(&text, interp, sizeof(interp));
	text_addf(&text, RUNTIME_ROOT "/%s" RUNTIME_BASE_END "/" RUNTIME_LDSO, work->base_word);
	r = elf_head_set_interp(file->bytes, file->n, interp, &file->n);
	return r < 0 ? err_set(err, -r, "cannot give %s another ld.so", file->path) : 0;
}

static int change_interpreters(struct work *work, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < work->n_interpreters; i++)
		r = change_interpreter(work, &work->interpreters[i].file, err);
	return r;
}

static int change_ldso(struct work *work, struct err *err)
{
	char cache[sizeof(LDSO_CACHE)];
	struct text text;
	int r;

	text_init(&text, cache, sizeof(cache));
	text_addf(&text, RUNTIME_ROOT "/%s", work->base_word); /* fits exactly */
	r = ldso_confine((char *)work->ldso.bytes, work->ldso.n, cache, err);
	if (r < 0)
		return err_wrap(err, r, "cannot keep %s from the host's libraries",
				work->ldso.path);
	return 0;
}

/* Modules that are no runtime's: etc/python has those that are built for an arch, but nobody keeps
 * a tree from having them in site-package. */
static int check_packages(const struct work *work, struct err *err)
{
	FD_CLEANUP int dir = -1;
	char path[PATH_SIZE];

	if (path_join(path, sizeof(path), work->request->tree, TREE_SITE) < 0)
		return err_set(err, ENAMETOOLONG, "%s/" TREE_SITE, work->request->tree);
	dir = below_open_root(path, O_RDONLY | O_DIRECTORY);
	if (dir == -ENOENT)
		return 0;
	if (dir < 0)
		return err_set(err, -dir, "cannot open %s", path);
	return runtime_libraries_check(
		&(struct runtime_checked){ .dir = dir, .path = path, .depth = 1 }, err);
}

static int check_all(const struct work *work, struct err *err)
{
	const struct runtime_checked clib = { .dir = work->clib,
					      .path = work->clib_path,
					      .depth = CLIB_DEPTH,
					      .ldso = path_base(work->ldso.path) },
				     usr = { .dir = work->usr,
					     .path = work->usr_path,
					     .depth = USR_DEPTH };
	int r = runtime_libraries_check(&clib, err);

	if (r >= 0)
		r = runtime_libraries_check(&usr, err);
	return r < 0 ? r : check_packages(work, err);
}

/* No interpreter, library or module may look elsewhere by itself. Where ld.so does not search /lib
 * by itself, staging has all files say so, which a view needs. */
static int check_libraries(const struct work *work, struct err *err)
{
	int r = check_all(work, err);

	if (r != -EPERM || ldso_searches_lib((const char *)work->ldso.bytes, work->ldso.n))
		return r;
	return err_say(
		err, EPERM,
		"%s does not search /lib by itself, so that the files of %s name it, and "
		"there it is the host's (Hint: 'busypy stage --from debian' stages a runtime "
		"whose files do not, or programs = tree)",
		work->ldso.path, work->usr_path);
}

/* -- what is written -------------------------------------------------------------------------- */

static int write_link(const struct work *work, const char *target, const char *name,
		      struct err *err)
{
	int r = below_symlink(target, work->request->dir, name);

	return r < 0 ? err_set(err, -r, "cannot make a runtime's %s", name) : 0;
}

/* python3 there is the one by that name in every version that shares the base. */
static const char *name_in_base(const struct work *work, size_t i)
{
	return i ? work->interpreters[i].name : path_base(RUNTIME_PROGRAM);
}

/* The large files, which may stand already. The link to them comes first: it keeps them. */
static int write_base(struct work *work, struct err *err)
{
	const struct file *ldso = &work->ldso;
	char target[32];
	struct text text;
	int r;

	text_init(&text, target, sizeof(target));
	text_addf(&text, "../%s" RUNTIME_BASE_END, work->base_word);
	r = write_link(work, target, RUNTIME_BASE, err);
	if (r < 0)
		return r;
	work->base = runtime_base_open(work->base_word, work->key, err);
	if (work->base < 0)
		return work->base;
	for (size_t i = 0; r >= 0 && i < work->n_interpreters; i++)
		r = runtime_base_put(work->base, name_in_base(work, i), 0755,
				     work->interpreters[i].file.bytes, work->interpreters[i].file.n,
				     err);
	if (r >= 0)
		r = runtime_base_put(work->base, RUNTIME_LDSO, 0755, ldso->bytes, ldso->n, err);
	return r < 0 ? r
		     : runtime_base_finish(work->base, work->base_word, work->request->tree,
					   work->request->arch, work->clib, err);
}

/* Names for them at the prefix: an interpreter finds its library by the name that it is started
 * by, without following links. */
static int write_names(const struct work *work, struct err *err)
{
	static const char *const names[] = { RUNTIME_LDSO, RUNTIME_CACHE };
	const char *program = work->interpreters[0].name;
	char name[NAME_MAX + 16], target[32];
	struct text text;
	int r = 0;

	for (size_t i = 0; i < work->n_interpreters; i++) {
		text_init(&text, name, sizeof(name));
		text_addf(&text, "usr/bin/%s", work->interpreters[i].name);
		if (linkat(work->base, name_in_base(work, i), work->request->dir, name, 0) < 0)
			return err_set(err, errno, "cannot write a runtime's %s", name);
	}
	if (!str_eq(program, path_base(RUNTIME_PROGRAM)))
		r = write_link(work, program, RUNTIME_PROGRAM, err);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && r >= 0; i++) {
		text_init(&text, target, sizeof(target));
		text_addf(&text, RUNTIME_BASE "/%s", names[i]);
		r = write_link(work, target, names[i], err);
	}
	return r;
}

/* What a script's children by sys.executable do without, as the script itself by the loader. */
static int leave_user_site_out(char *bytes, size_t n, const char *path, struct err *err)
{
	static const char said[] = RUNTIME_USER_SITE RUNTIME_USER_SITE_YES;
	char *at = memmem(bytes, n, said, sizeof(said) - 1);

	if (!at)
		return err_say(err, EINVAL, "%s is of another BusyPy", path);
	memcpy(at + sizeof(RUNTIME_USER_SITE) - 1, RUNTIME_USER_SITE_NO,
	       sizeof(RUNTIME_USER_SITE_NO) - 1);
	return 0;
}

/* What sys.executable names: this machine's program, whatever the arch of the interpreter. */
static int write_starters(const struct work *work, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	char path[PATH_SIZE];
	size_t n = 0;
	int r = programs_find("beside", path, sizeof(path), err);

	if (r >= 0)
		r = files_read(path, &bytes, &n, err);
	if (r >= 0 && !work->request->user_site)
		r = leave_user_site_out(bytes, n, path, err);
	if (r < 0)
		return r;
	r = bake_file(work->request->dir, RUNTIME_STARTER, RUNTIME_STARTER, 0755, bytes, n, err);
	for (size_t i = 1; r >= 0 && i < work->n_interpreters; i++) {
		(void)snprintf(path, sizeof(path), RUNTIME_STARTER_OF,
			       work->pythons.minor[i]); /* fits */
		r = bake_file(work->request->dir, path, path, 0755, bytes, n, err);
	}
	return r;
}

/* Whatever the tree's usr has but bin. */
static int write_links(const struct work *work, struct err *err)
{
	char name[NAME_MAX + 8], target[2 * PATH_SIZE];
	const char *entry;
	struct dirs dirs;
	int r;

	dirs_begin(&dirs, work->usr);
	while ((r = dirs_next(&dirs, &entry)) > 0) {
		struct text text;

		if (str_eq(entry, "bin"))
			continue;
		text_init(&text, name, sizeof(name));
		text_addf(&text, "usr/%s", entry);
		text_init(&text, target, sizeof(target));
		text_addf(&text, "%s/%s", work->usr_path, entry);
		r = write_link(work, target, name, err);
		if (r < 0)
			return r;
	}
	return r < 0 ? err_set(err, -r, "cannot list %s", work->usr_path) : 0;
}

static int write_folders(const struct work *work, struct err *err)
{
	static const char *const folders[] = { "usr", "usr/bin" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		FD_CLEANUP int fd = below_mkdir(work->request->dir, folders[i], 0755);

		if (fd < 0)
			return err_set(err, -fd, "cannot make a runtime's %s", folders[i]);
	}
	return 0;
}

static int write_runtime(struct work *work, struct err *err)
{
	int r = write_folders(work, err);

	if (r >= 0)
		r = write_base(work, err);
	if (r >= 0)
		r = write_names(work, err);
	if (r >= 0)
		r = write_starters(work, err);
	if (r >= 0)
		r = write_links(work, err);
	return r < 0 ? r : write_link(work, work->request->tree, RUNTIME_TREE, err);
}

int runtime_build(const struct runtime_request *request, struct runtime_result *ret,
		  struct err *err)
{
	WORK_CLEANUP struct work work = { .request = request, .usr = -1, .clib = -1, .base = -1 };
	int r = read_tree(&work, err);

	if (r < 0)
		return r;
	r = choose_word(&work, err);
	if (r >= 0)
		r = make_key(&work, err);
	if (r >= 0)
		r = runtime_base_choose(work.key, work.base_word, err);
	if (r >= 0)
		r = check_libraries(&work, err);
	if (r >= 0)
		r = change_ldso(&work, err);
	if (r >= 0)
		r = change_interpreters(&work, err);
	if (r >= 0)
		r = write_runtime(&work, err);
	if (r < 0)
		return r;
	memcpy(ret->word, work.word, sizeof(work.word));
	return 0;
}
