/* SPDX-License-Identifier: MIT */
/* Builds generations below /run/busypy.handler, and removes them. */
#include "handler/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "handler/bake.h"
#include "handler/executed.h"
#include "handler/fingerprint.h"
#include "handler/runtimes.h"
#include "handler/template_plan.h"
#include "sys/chain.h"
#include "sys/dirs.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/mount_api.h"
#include "sys/probe.h"
#include "sys/programs.h"
#include "sys/template.h"

/* linux/mount.h and sys/mount.h; they clash in glibc 2.36, and these never change. */
enum { ATTR_NODEV = 4, PROPAGATE_UNBINDABLE = 1 << 17 };

/* An exec is through the loader in less than a millisecond; a process that its user has stopped
 * there keeps a generation that was replaced no longer than this. */
enum { IN_USE_MAX_MS = 5 * 60 * 1000 };

void generation_path(unsigned generation, const char *name, char dst[GENERATION_PATH_MAX])
{
	(void)snprintf(dst, GENERATION_PATH_MAX, GENERATION_ROOT "/g%u%s%s", generation,
		       name[0] ? "/" : "", name);
}

static bool root_is_ours(void)
{
	struct place here, above;

	return probe_place(AT_FDCWD, GENERATION_ROOT, &here, NULL) == 0 &&
	       probe_place(AT_FDCWD, GENERATION_ROOT "/..", &above, NULL) == 0 &&
	       here.mount_id != above.mount_id;
}

static int attach_root(int mount, int target)
{
	int r = mount_attach(mount, target);

	if (r < 0)
		return r;
	return mount_attributes(mount, 0, PROPAGATE_UNBINDABLE, false);
}

int generation_root_make(bool *ret_made, struct err *err)
{
	FD_CLEANUP int mount = -1;
	FD_CLEANUP int target = -1;
	int r;

	*ret_made = false;
	if (root_is_ours())
		return 0;
	if (mkdir(GENERATION_ROOT, 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot create " GENERATION_ROOT);
	target = open(GENERATION_ROOT, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return err_set(err, errno, "cannot open " GENERATION_ROOT);
	/* Its own file system because /run is noexec, and because enter needs suid. */
	mount = mount_new("tmpfs", "busypy", "mode=0755,size=16m", ATTR_NODEV);
	r = mount < 0 ? mount : attach_root(mount, target);
	if (r < 0)
		return err_set(err, -r, "cannot mount a tmpfs on " GENERATION_ROOT);
	*ret_made = true;
	return 0;
}

int generation_root_drop(struct err *err)
{
	int r = root_is_ours() ? mount_detach(AT_FDCWD, GENERATION_ROOT) : 0;

	if (r < 0)
		return err_set(err, -r, "cannot unmount " GENERATION_ROOT);
	if (rmdir(GENERATION_ROOT) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove " GENERATION_ROOT);
	return 0;
}

static int compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

int generation_list(unsigned ret[GENERATION_MAX], struct err *err)
{
	FD_CLEANUP int fd = open(GENERATION_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirs dirs;
	const char *name;
	uint64_t number;
	int n = 0, r;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "cannot list " GENERATION_ROOT);
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (name[0] == 'g' && str_to_u64(name + 1, 10, &number) == 0 &&
		    number < UINT32_MAX && n < GENERATION_MAX)
			ret[n++] = (unsigned)number;
	}
	if (r < 0)
		return err_set(err, -r, "cannot list " GENERATION_ROOT);
	qsort(ret, (size_t)n, sizeof(*ret), compare);
	return n;
}

int generation_read(unsigned generation, struct contract *ret, struct err *err)
{
	char path[GENERATION_PATH_MAX];

	generation_path(generation, "loader", path);
	return bake_read(path, ret, err);
}

int generation_each(void (*each)(const struct contract *contract, void *ctx), void *ctx,
		    struct err *err)
{
	ARRAY_FREE struct contract *contract =
		malloc(sizeof(*contract)); /* too large for a stack */
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, err);

	if (!contract)
		return err_set(err, ENOMEM, "cannot read contracts");
	for (int i = 0; i < n; i++) {
		if (generation_read(generations[i], contract, NULL) == 0)
			each(contract, ctx);
	}
	return n < 0 ? n : 0;
}

static int make_template(const struct conf *conf, struct contract_tree *tree, const char *pin,
			 struct err *err)
{
	ARRAY_FREE struct plan *plan = malloc(sizeof(*plan)); /* too large for a stack */
	int r;

	if (!plan)
		return err_set(err, ENOMEM, "cannot compose a view");
	r = template_plan(conf, tree->path, tree->arch, plan, err);
	if (r < 0)
		return r;
	r = template_pin(plan, pin, &tree->namespace_ino, err);
	if (r < 0)
		return r;
	return str_copy(tree->namespace_path, sizeof(tree->namespace_path), pin);
}

/* The template of an older generation, where nothing has changed: no path of the tree is touched,
 * so that a server that does not answer holds nobody up. */
static int keep_template(struct contract_tree *tree, const char *pin, struct err *err)
{
	int r = template_share(tree->namespace_path, pin, err);

	if (r < 0)
		return r;
	return str_copy(tree->namespace_path, sizeof(tree->namespace_path), pin);
}

static int make_templates(const struct conf *conf, unsigned generation, struct contract *contract,
			  struct err *err)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		struct contract_tree *tree = &contract->trees[i];
		char name[32], pin[GENERATION_PATH_MAX];
		int r;

		(void)snprintf(name, sizeof(name), "view%zu", i);
		generation_path(generation, name, pin);
		r = tree->namespace_ino ? keep_template(tree, pin, err)
					: make_template(conf, tree, pin, err);
		if (r < 0)
			return err_wrap(err, r, "view of %s", tree->path);
	}
	return 0;
}

/* The loader need not read a file that it knows to be a program. One that cannot be looked at now
 * is simply not known. */
static void know_program(const char *dir, const char *program, struct contract_file *ret)
{
	char path[PATH_SIZE];

	memset(ret, 0, sizeof(*ret));
	if (snprintf(path, sizeof(path), "%s%s", dir, program) < (int)sizeof(path) &&
	    chain_is_program(path))
		(void)probe_file(path, ret);
}

static int fill_contract(const struct conf *conf, unsigned generation, struct contract *contract,
			 struct err *err)
{
	struct place root;
	bool unique;
	int r = probe_place(AT_FDCWD, "/", &root, &unique);

	if (r < 0)
		return err_set(err, -r, "cannot look at /");
	memcpy(contract->magic, CONTRACT_MAGIC_A, 8);
	memcpy(contract->magic + 8, CONTRACT_MAGIC_B, 8);
	contract->size = sizeof(*contract);
	contract->version = CONTRACT_VERSION;
	contract->generation = generation;
	contract->flags = CONTRACT_ENABLED | (conf->shared ? CONTRACT_SHARED : 0) |
			  (conf->user_site ? CONTRACT_USER_SITE : 0) |
			  (unique ? CONTRACT_UNIQUE_MOUNT_ID : 0);
	contract->root_mount_id = root.mount_id;
	contract->root_dev = root.dev;
	contract->root_ino = root.ino;
	generation_path(generation, "enter", contract->enter);
	know_program("", conf->interpreters[0], &contract->program);
	if (conf_by_env(conf))
		know_program("", ENV_PROGRAM, &contract->env);
	for (size_t i = 0; i < contract->n_trees; i++) {
		struct contract_tree *tree = &contract->trees[i];
		char runtime[PATH_SIZE];

		if (tree->namespace_ino) /* known already */
			continue;
		(void)snprintf(runtime, sizeof(runtime), "%s/" TREE_PYTHON_OF, tree->path,
			       tree->arch);
		know_program(runtime, conf->interpreters[0], &tree->program);
	}
	return 0;
}

static int bake(const struct contract *contract, const char *name, bool capabilities,
		struct err *err)
{
	char program[PATH_SIZE], path[GENERATION_PATH_MAX];
	int r = programs_find(name, program, sizeof(program), err);

	if (r < 0)
		return r;
	generation_path(contract->generation, name, path);
	return bake_program(program, contract, path, capabilities, err);
}

static int write_fingerprint(unsigned generation, const char *fingerprint, struct err *err)
{
	char path[GENERATION_PATH_MAX];

	generation_path(generation, "basis", path);
	return files_write(path, fingerprint, strlen(fingerprint), 0644, err);
}

/* By the clock that nobody sets: /run does not outlive it either. */
static int write_since(unsigned generation, struct err *err)
{
	char path[GENERATION_PATH_MAX], number[32];
	int n = snprintf(number, sizeof(number), "%llu\n", (unsigned long long)clock_ms());

	generation_path(generation, "since", path);
	return files_write(path, number, (size_t)n, 0644, err);
}

/* What entries follow from, besides the configuration: the service asks no tree for it. */
static int write_pythons(unsigned generation, const struct python_minors *several, struct err *err)
{
	char path[GENERATION_PATH_MAX], words[PYTHON_MINORS_TEXT];
	struct text text;

	if (!several->n)
		return 0;
	text_init(&text, words, sizeof(words));
	for (size_t i = 0; i < several->n; i++)
		text_addf(&text, "%s3.%u", i ? "," : "", several->minor[i]); /* fits */
	generation_path(generation, "pythons", path);
	return files_write(path, words, strlen(words), 0644, err);
}

void generation_pythons(unsigned generation, struct python_minors *ret)
{
	char path[GENERATION_PATH_MAX], words[PYTHON_MINORS_TEXT];

	generation_path(generation, "pythons", path);
	*ret = (struct python_minors){ 0 };
	if (fd_read_file(AT_FDCWD, path, words, sizeof(words)) > 0)
		(void)python_minors_parse(words, ret, NULL);
}

bool generation_is_from(unsigned generation, const char *fingerprint)
{
	char path[GENERATION_PATH_MAX], was[FINGERPRINT_SIZE];

	generation_path(generation, "basis", path);
	return fd_read_file(AT_FDCWD, path, was, sizeof(was)) > 0 && str_eq(was, fingerprint);
}

/* They were made before the lock was taken, perhaps. */
static int check_runtimes(const struct contract *contract, struct err *err)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (!runtimes_stand(&contract->trees[i]))
			return err_say(err, EAGAIN, "the runtime of %s has gone meanwhile",
				       contract->trees[i].path);
	}
	return 0;
}

/* In the generation's folder. */
static int make_files(const struct conf *conf, unsigned generation,
		      const struct python_minors *several, struct contract *contract,
		      struct err *err)
{
	char fingerprint[FINGERPRINT_SIZE];
	int r = fingerprint_now(conf, fingerprint, err);

	if (r < 0)
		return r;
	r = write_fingerprint(generation, fingerprint, err);
	if (r < 0)
		return r;
	r = fill_contract(conf, generation, contract, err);
	if (r < 0)
		return r;
	r = write_pythons(generation, several, err);
	if (r < 0)
		return r;
	r = check_runtimes(contract, err);
	if (r < 0)
		return r;
	return make_templates(conf, generation, contract, err);
}

int generation_complete(unsigned generation, const struct contract *contract, struct err *err)
{
	int r = bake(contract, "enter", true, err);

	if (r < 0)
		return r;
	r = write_since(generation, err);
	if (r < 0)
		return r;
	/* last: a generation with a loader is a complete one */
	return bake(contract, "loader", false, err);
}

int generation_make(const struct conf *conf, unsigned generation,
		    const struct python_minors *several, struct contract *contract, struct err *err)
{
	char dir[GENERATION_PATH_MAX];
	int r;

	generation_path(generation, "", dir);
	if (mkdir(dir, 0755) < 0 || chmod(dir, 0755) < 0)
		return err_set(err, errno, "cannot create %s", dir);
	r = make_files(conf, generation, several, contract, err);
	if (r < 0)
		(void)generation_drop(generation, NULL); /* the reason is in err */
	return r;
}

int generation_drop(unsigned generation, struct err *err)
{
	char dir[GENERATION_PATH_MAX], path[GENERATION_PATH_MAX];
	FD_CLEANUP int fd = -1;
	struct dirs dirs;
	const char *name;

	generation_path(generation, "", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "cannot open %s", dir);
	dirs_begin(&dirs, fd);
	while (dirs_next(&dirs, &name) > 0) {
		int r;

		generation_path(generation, name, path);
		r = template_unpin(path, err);
		if (r < 0)
			return r;
	}
	if (rmdir(dir) < 0)
		return err_set(err, errno, "cannot remove %s", dir);
	return 0;
}

int generation_in_use(unsigned generation, struct err *err)
{
	static const char *const names[] = { "loader", "enter" };
	struct executed files[2];
	char path[GENERATION_PATH_MAX];
	size_t n = 0;
	int r;

	for (size_t i = 0; i < 2; i++) {
		generation_path(generation, names[i], path);
		n += executed_of(path, &files[n]);
	}
	r = executed_find(files, n, err);
	return r < 0 ? r : r > 0;
}

static bool is_complete(unsigned generation)
{
	char path[GENERATION_PATH_MAX];

	generation_path(generation, "loader", path);
	return access(path, F_OK) == 0;
}

static bool older_than(unsigned generation, unsigned ms)
{
	char path[GENERATION_PATH_MAX], number[32];
	uint64_t since, now = clock_ms();

	generation_path(generation, "since", path);
	if (fd_read_file(AT_FDCWD, path, number, sizeof(number)) <= 0)
		return true; /* an enabling that was killed */
	number[strcspn(number, "\n")] = '\0';
	return str_to_u64(number, 10, &since) < 0 || since > now || now - since >= ms;
}

int generation_drop_older(unsigned ms)
{
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, NULL), left = 0;

	for (int i = 0; i < n - 1; i++) {
		/* an enabling that was killed has replaced nothing */
		bool waited = is_complete(generations[i + 1]) &&
			      older_than(generations[i + 1], IN_USE_MAX_MS);

		if (!older_than(generations[i + 1], ms) ||
		    (!waited && generation_in_use(generations[i], NULL) != 0) ||
		    generation_drop(generations[i], NULL) < 0)
			left++;
	}
	return left;
}
