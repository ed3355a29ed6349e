/* SPDX-License-Identifier: MIT */
/* The order of staging: sources, transaction, one runtime after another, our programs, commit. */
#include "stage/stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/destination.h"
#include "base/exact.h"
#include "base/conf_file.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/walk.h"
#include "check/check.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/tree_layout.h"
#include "source/source.h"
#include "stage/beside.h"
#include "stage/boot.h"
#include "stage/build.h"
#include "stage/forgotten.h"
#include "stage/pyc.h"
#include "stage/skeleton.h"
#include "stage/transaction.h"
#include "stage/wanted.h"

enum { PEERS_MAX = 2 * STAGE_ARCHS_MAX, BUILT_MAX = STAGE_ARCHS_MAX * PYTHON_MINORS_MAX };

/* A Python that has been built, and its runtime. */
struct built {
	const struct arch *arch;
	char python[PATH_SIZE]; /* its folder; usr is in there */
	char usr[PATH_SIZE], clib[PATH_SIZE], info[PATH_SIZE];
	struct build_result result;
};

struct stage {
	const struct stage_request *request;
	struct transaction transaction;
	struct wanted *wanted;
	char rootfs[PATH_SIZE];
	char runtimes[PATH_SIZE]; /* looks like a tree, for those that compile */
	struct built built[BUILT_MAX];
	size_t n_built;
	char peer_paths[PEERS_MAX][PATH_SIZE];
	const char *peers[PEERS_MAX];
	size_t n_peers;
};

/* -- one runtime ---------------------------------------------------------------------------- */

/* The sources of one arch's Pythons. */
struct sources {
	struct source of[PYTHON_MINORS_MAX];
	struct python_minors pythons;
};

static void sources_free(struct sources *sources)
{
	for (size_t i = 0; i < PYTHON_MINORS_MAX; i++)
		source_free(&sources->of[i]);
}

#define SOURCES_CLEANUP __attribute__((cleanup(sources_free)))

/* Where packages are extracted. */
static int name_source(const struct stage *stage, const struct arch *arch, unsigned minor,
		       char ret[PATH_SIZE], struct err *err)
{
	return minor ? files_path(ret, err, "%s/source/%s/3.%u", stage->transaction.build,
				  arch->name, minor)
		     : files_path(ret, err, "%s/source/%s", stage->transaction.build, arch->name);
}

static int open_sources(struct stage *stage, size_t which, struct sources *ret, struct err *err)
{
	const struct arch *arch = stage->request->archs[which];
	char dir[PATH_SIZE];

	ret->pythons = *wanted_pythons(stage->wanted, which);
	for (size_t i = 0; i < ret->pythons.n; i++) {
		int r = name_source(stage, arch, ret->pythons.minor[i], dir, err);

		if (r < 0)
			return r;
		r = wanted_open(stage->wanted, which, i, dir, &ret->of[i], err);
		if (r < 0)
			return r;
	}
	return ret->pythons.n > 1 ? beside_order(ret->of, &ret->pythons, err) : 0;
}

static int add_peer(struct stage *stage, const char *usr, struct err *err)
{
	int r;

	if (stage->n_peers == PEERS_MAX || !exact_exists(usr))
		return 0;
	r = files_path(stage->peer_paths[stage->n_peers], err, "%s", usr);
	if (r < 0)
		return r;
	stage->peers[stage->n_peers] = stage->peer_paths[stage->n_peers];
	stage->n_peers++;
	return 0;
}

/* Runtimes that the tree has already. */
static int add_peers(struct stage *stage, struct err *err)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	char usr[PATH_SIZE];
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		r = files_path(usr, err, "%s/" TREE_USR_OF, stage->transaction.tree, table[i].name);
		if (r < 0)
			return r;
		r = add_peer(stage, usr, err);
		if (r < 0)
			return r;
	}
	return r;
}

/* The runtimes built so far as compilers, the one with this index first. */
static size_t list_compilers(const struct stage *stage, size_t first, struct pyc_runtime *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < stage->n_built; i++) {
		size_t at = (first + i) % stage->n_built;
		const struct built *built = &stage->built[at];

		ret[n++] = (struct pyc_runtime){ .arch = built->arch,
						 .minor = built->result.minor,
						 .tree = stage->runtimes,
						 .usr = built->usr,
						 .clib = built->clib,
						 .ldso = built->result.ldso };
	}
	return n;
}

static int compile(struct stage *stage, size_t which, const char *dir, const char *strip,
		   bool checked, struct err *err)
{
	struct pyc_runtime runtimes[BUILT_MAX];
	struct pyc_job job = { .dir = dir,
			       .strip = strip,
			       .work = stage->transaction.build,
			       .others = stage->request->from == STAGE_DIR ||
					 stage->request->from == STAGE_TAR,
			       .checked = checked,
			       .runtimes = runtimes };

	job.n_runtimes = list_compilers(stage, which, runtimes);
	/* which Python does not run was said of its own modules, before the packages' turn */
	return pyc_compile_or_warn(&job, checked ? NULL : stage->request->listener, err);
}

static int compile_stdlib(struct stage *stage, size_t which, struct err *err)
{
	struct built *built = &stage->built[which];
	char stdlib[PATH_SIZE], peer[PATH_SIZE];
	int r = files_path(stdlib, err, "%s/%s", built->usr, built->result.stdlib);

	if (r < 0)
		return r;
	for (size_t i = 0; i < stage->n_peers; i++) {
		r = files_path(peer, err, "%s/%s", stage->peers[i], built->result.stdlib);
		if (r < 0)
			return r;
		if (exact_exists(peer))
			r = pyc_share(stdlib, peer, built->result.minor, err);
		if (r < 0)
			return r;
	}
	return compile(stage, which, stdlib, built->python, false, err);
}

/* The same places as in a tree, so that it can be checked as one. */
static int name_places(const struct stage *stage, const struct arch *arch, struct built *ret,
		       struct err *err)
{
	const char *base = stage->transaction.build;
	int r = files_path(ret->python, err, "%s/runtimes/" TREE_PYTHON_OF, base, arch->name);

	if (r < 0)
		return r;
	r = files_path(ret->usr, err, "%s/usr", ret->python);
	if (r < 0)
		return r;
	r = files_path(ret->clib, err, "%s/runtimes/" TREE_CLIB_OF, base, arch->name);
	if (r < 0)
		return r;
	return files_path(ret->info, err, "%s/runtimes/" TREE_INFO_OF, base, arch->name);
}

static int settle(const struct stage *stage, const struct built *built,
		  const struct python_minors *pythons, struct err *err)
{
	const struct arch *arch = built->arch;
	int r = exact_settle(built->python, err);

	if (r < 0)
		return r;
	r = exact_settle(built->clib, err);
	if (r < 0)
		return r;
	r = exact_settle(built->info, err);
	if (r < 0)
		return r;
	if (pythons->n > 1)
		r = beside_prove(stage->runtimes, arch, pythons, err);
	if (r < 0)
		return r;
	r = closure_check(stage->runtimes, arch, err);
	/* A module that cannot be imported is no reason to stage nothing. */
	if (r < 0)
		return r;
	return check_warn(&(struct check_request){ .tree = stage->runtimes,
						   .archs = (const struct arch *[]){ arch, NULL },
						   .skip = CHECK_SKIP_LAYOUT | CHECK_SKIP_PROGRAMS |
							   CHECK_SKIP_SUMS },
			  stage->request->tree, stage->request->listener, err);
}

/* The rescue shell: the one that was named, or Debian's, for archs that can boot. */
static int add_rescue(const struct stage *stage, const struct arch *arch, unsigned minor,
		      const char *info, struct err *err)
{
	static const char *const places[] = { "usr/bin/busybox", "bin/busybox" };
	const struct stage_request *request = stage->request;
	char dir[PATH_SIZE], busybox[PATH_SIZE];
	struct stat st;
	int r = name_source(stage, arch, minor, dir, err);

	if (r < 0)
		return r;

	if (request->busybox)
		return stage_boot_add_rescue(request->busybox, arch, info, err);
	for (size_t i = 0; wanted_debian(request) && i < 2; i++) {
		r = files_path(busybox, err, "%s/%s", dir, places[i]);
		if (r < 0)
			return r;
		if (exact_stat(busybox, &st) == 0 && S_ISREG(st.st_mode))
			return stage_boot_add_rescue(busybox, arch, info, err);
	}
	return 0;
}

/* Builds number i of an arch's Pythons; all but the first beside that one. */
static int build_python(struct stage *stage, const struct arch *arch, struct sources *sources,
			size_t i, struct err *err)
{
	struct built *built = &stage->built[stage->n_built];
	const struct built *first = built - i;
	struct build_job job = { .source = &sources->of[i],
				 .usr = built->usr,
				 .clib = built->clib,
				 .info = built->info,
				 .minor = sources->pythons.minor[i],
				 .beside = i ? first->info : NULL,
				 .rootfs = stage->rootfs,
				 .peers = stage->peers,
				 .n_peers = stage->n_peers };
	int r = name_places(stage, arch, built, err);

	if (r < 0)
		return r;
	if (i)
		r = files_path(built->info, err, "%s/" TREE_INFO_PYTHON, first->info, job.minor);
	if (r < 0)
		return r;
	r = build_runtime(&job, &built->result, err);
	if (r < 0)
		return r;
	built->arch = arch;
	stage->n_built++;
	return 0;
}

static int build_pythons(struct stage *stage, size_t which, struct sources *sources,
			 struct err *err)
{
	const struct arch *arch = stage->request->archs[which];
	const struct built *first = &stage->built[stage->n_built];

	listener_step(stage->request->listener, "%s: copying", arch->name);
	for (size_t i = 0; i < sources->pythons.n; i++) {
		int r = build_python(stage, arch, sources, i, err);

		if (r < 0)
			return r;
	}
	return sources->pythons.n < 2
		       ? 0
		       : build_link(first->usr, "python3", wanted_first(stage->wanted, which), err);
}

static int stage_runtime(struct stage *stage, size_t which, struct err *err)
{
	const struct arch *arch = stage->request->archs[which];
	SOURCES_CLEANUP struct sources sources = { 0 };
	size_t first = stage->n_built;
	int r;

	forgotten_warn(stage->transaction.tree, stage->request->tree, arch,
		       stage->request->listener);
	r = open_sources(stage, which, &sources, err);
	if (r < 0)
		return r;
	r = build_pythons(stage, which, &sources, err);
	if (r < 0)
		return r;
	r = add_rescue(stage, arch, sources.pythons.minor[0], stage->built[first].info, err);
	if (r < 0)
		return r;
	listener_step(stage->request->listener, "%s: compiling Python files", arch->name);
	for (size_t i = first; i < stage->n_built; i++) {
		r = compile_stdlib(stage, i, err);
		if (r < 0)
			return r;
	}
	r = settle(stage, &stage->built[first], &sources.pythons, err);
	if (r < 0)
		return r;
	return add_peer(stage, stage->built[first].usr, err);
}

/* -- the part that all archs share --------------------------------------------------------- */

/* "key = value", of a key that has one. */
static void add_line(struct text *text, const char *key, const char *value)
{
	if (value[0])
		text_addf(text, "%s = %s\n", key, value);
}

/* What the tree says of itself: of a key that is not asked for, what it said before. */
static int write_conf(const struct stage *stage, const char *dir, struct err *err)
{
	const struct stage_request *request = stage->request;
	struct tree_conf conf;
	char path[PATH_SIZE], lines[64];
	struct text text;
	int r;

	if (!request->programs && !request->start)
		return 0;
	r = files_path(path, err, "%s/" TREE_CONF, dir);
	if (r < 0)
		return r;
	r = conf_file_read_tree(stage->transaction.tree, &conf, err);
	if (r < 0)
		return r;
	if (request->programs)
		conf.programs = request->programs;
	if (request->start)
		conf.start = request->start;
	text_init(&text, lines, sizeof(lines));
	add_line(&text, "programs", tree_conf_programs_name(conf.programs));
	add_line(&text, "start", tree_conf_start_name(conf.start));
	return exact_write(path, lines, strlen(lines), 0644, err);
}

static int build_tree(struct stage *stage, struct err *err)
{
	char dir[PATH_SIZE], packages[PATH_SIZE];
	int r = files_path(dir, err, "%s/tree", stage->transaction.build);

	listener_step(stage->request->listener, "laying out programs");
	if (r < 0)
		return r;
	r = files_path(packages, err, "%s/" TREE_SITE, dir);
	if (r < 0)
		return r;
	r = skeleton_stage(stage->rootfs, stage->transaction.tree, dir, err);
	if (r < 0)
		return r;
	r = write_conf(stage, dir, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < stage->request->n_archs; i++) {
		r = stage_boot_add_init(stage->request->archs[i], dir, err);
		if (r < 0)
			return r;
	}
	/* Once per minor: the second time the .pyc files of that minor are there. Checked, because
	 * these are files that people edit. */
	for (size_t i = 0; i < stage->n_built; i++) {
		r = compile(stage, i, packages, dir, true, err);
		if (r < 0)
			return r;
	}
	return exact_settle(dir, err);
}

/* etc/libc is what some trees call etc/clib. */
static int look_at_libc(struct stage *stage, struct err *err)
{
	size_t n, found = 0;
	const struct arch *table = arch_table(&n);
	char old[PATH_SIZE], link[PATH_SIZE], target[PATH_SIZE];
	struct stat st;
	int r = files_path(old, err, "%s/etc/libc", stage->transaction.tree);

	if (r < 0 || exact_stat(old, &st) < 0 || !S_ISDIR(st.st_mode))
		return r;
	for (size_t i = 0; i < n; i++) {
		r = files_path(old, err, "%s/etc/libc/%s", stage->transaction.tree, table[i].name);
		if (r < 0)
			return r;
		r = files_path(link, err, "%s/" TREE_CLIB_OF, stage->transaction.tree,
			       table[i].name);
		if (r < 0)
			return r;
		if (!exact_exists(old) || exact_exists(link))
			continue;
		found++;
		if (!stage->request->link_libc)
			continue;
		r = files_path(target, err, "../libc/%s", table[i].name);
		if (r < 0)
			return r;
		r = exact_mkdirs_for(link, err);
		if (r < 0)
			return r;
		r = exact_symlink(target, link, err);
		if (r < 0)
			return r;
	}
	if (found && !stage->request->link_libc)
		listener_warn(stage->request->listener,
			      "%s/etc/libc is not looked at, the folder is called etc/clib (Hint: "
			      "--link-libc makes links to what is there)",
			      stage->transaction.tree);
	return r;
}

/* -- all of it ------------------------------------------------------------------------------ */

/* A sandbox is made of a tree. */
static int make_runtimes(struct stage *stage, struct err *err)
{
	static const char *const folders[] = { "bin", "sbin", TREE_SITE };
	char dir[PATH_SIZE];
	int r = files_path(stage->runtimes, err, "%s/runtimes", stage->transaction.build);

	for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		r = files_path(dir, err, "%s/%s", stage->runtimes, folders[i]);
		if (r == 0)
			r = exact_mkdirs(dir, err);
	}
	return r;
}

static int build_all(struct stage *stage, struct err *err)
{
	char source[PATH_SIZE];
	int r = make_runtimes(stage, err);

	if (r < 0)
		return r;
	r = add_peers(stage, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < stage->request->n_archs; i++) {
		r = stage_runtime(stage, i, err);
		if (r < 0)
			return err_wrap(err, r, "%s", stage->request->archs[i]->name);
		/* what was extracted is not needed any more, and may be large */
		r = files_path(source, err, "%s/source", stage->transaction.build);
		if (r < 0)
			return r;
		r = exact_remove(source, err);
		if (r < 0)
			return r;
	}
	r = build_tree(stage, err);
	if (r < 0)
		return r;
	listener_step(stage->request->listener, "writing to disk");
	r = transaction_commit(&stage->transaction, err);
	if (r < 0)
		return r;
	return look_at_libc(stage, err);
}

static int run(struct stage *stage, struct err *err)
{
	const struct stage_request *request = stage->request;
	int r = skeleton_find_rootfs(request->rootfs, stage->rootfs, err);

	/* Whatever can be refused is refused before the tree is touched. */
	if (r < 0)
		return r;
	r = destination_check(request->tree, DESTINATION_TREE,
			      request->force ? DESTINATION_FORCE : 0, err);
	if (r < 0)
		return r;
	r = wanted_choose(request, &stage->wanted, err);
	if (r < 0)
		return r;
	r = transaction_open(&stage->transaction, request->tree,
			     request->force ? DESTINATION_FORCE : 0, err);
	if (r < 0)
		return r;
	return build_all(stage, err);
}

int stage_run(const struct stage_request *request, struct err *err)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	int r;

	if (!stage)
		return err_set(err, ENOMEM, "cannot stage");
	stage->request = request;
	transaction_init(&stage->transaction);
	r = run(stage, err);
	transaction_close(&stage->transaction);
	wanted_free(stage->wanted);
	free(stage);
	return r;
}
