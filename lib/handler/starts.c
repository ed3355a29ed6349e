/* SPDX-License-Identifier: MIT */
/* Asks lib/start for images of each tree's Python, as the loader starts it. */
#include "handler/starts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/locale_conf.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/runtime_layout.h"
#include "core/start_baked.h"
#include "core/start_judge.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "handler/executed.h"
#include "handler/generation.h"
#include "handler/policy.h"
#include "start/make.h"
#include "start/provide.h"
#include "start/store.h"
#include "sys/apart.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/probe.h"
#include "sys/tree.h"

enum { KEYS_MAX = 256, FILE_MAX = 4096, BOOT_MAX = 64 };

/* -- what must stay ------------------------------------------------------------------------- */

/* Keys that are named by a contract, or of which a process executes the restorer. */
struct kept {
	char keys[KEYS_MAX][START_KEY_SIZE];
	size_t n;
	bool all; /* there are more */
};

static void keep(struct kept *kept, const char *key)
{
	if (kept->n == KEYS_MAX)
		kept->all = true;
	else if (str_copy(kept->keys[kept->n], START_KEY_SIZE, key) == 0)
		kept->n++;
}

/* START_ROOT/KEY/python3. */
static bool key_of(const char *restorer, char ret[START_KEY_SIZE])
{
	const char *from = restorer + sizeof(START_ROOT);

	return path_below(restorer, START_ROOT) &&
	       str_copy_bytes(ret, START_KEY_SIZE, from, strcspn(from, "/")) == 0;
}

static void keep_restorer(struct kept *kept, const char *restorer)
{
	char key[START_KEY_SIZE];

	if (key_of(restorer, key))
		keep(kept, key);
}

static void keep_named(const struct contract *contract, void *ctx)
{
	for (size_t i = 0; i < contract->n_trees; i++)
		keep_restorer(ctx, contract->trees[i].restorer);
}

static bool stays(const char *key, void *ctx)
{
	const struct kept *kept = ctx;

	for (size_t i = 0; i < kept->n; i++) {
		if (str_eq(kept->keys[i], key))
			return true;
	}
	return kept->all;
}

/* Of all folders of the store, those whose restorer is executed. */
struct using
{
	char keys[KEYS_MAX][START_KEY_SIZE];
	struct executed files[KEYS_MAX];
	size_t n;
};

static int add_using(const struct folder *folder, const char *key, struct err *err, void *ctx)
{
	struct using *using = ctx;
	char path[PATH_SIZE];

	(void)err;
	if (using->n == KEYS_MAX ||
	    path_join(path, sizeof(path), folder->path, START_RESTORER) < 0 ||
	    !executed_of(path, &using->files[using->n]))
		return 0;					    /* unfinished */
	(void)str_copy(using->keys[using->n], START_KEY_SIZE, key); /* as large */
	using->n++;
	return 0;
}

static int find_using(const struct start_store *store, struct using *ret, struct err *err)
{
	int r = start_store_each(store, add_using, ret, err);

	return r < 0 ? r : executed_find(ret->files, ret->n, err);
}

static int find_kept(const struct start_store *store, struct kept *ret, struct err *err)
{
	ARRAY_FREE struct using *using = calloc(1, sizeof(*using));
	int r = using ? generation_each(keep_named, ret, err)
		      : err_set(err, ENOMEM, "cannot list images");

	if (r == 0)
		r = find_using(store, using, err);
	for (size_t i = 0; r >= 0 && i < using->n; i++) {
		if (using->files[i].used)
			keep(ret, using->keys[i]);
	}
	if (r >= 0 && using->n == KEYS_MAX)
		ret->all = true;
	return r < 0 ? r : 0;
}

int starts_unused_drop(struct err *err)
{
	START_STORE_CLEANUP struct start_store *store = NULL;
	ARRAY_FREE struct kept *kept = calloc(1, sizeof(*kept));
	int r = kept ? start_store_find(&store, err) : err_set(err, ENOMEM, "cannot list images");

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = find_kept(store, kept, err);
	if (r < 0)
		return r;
	r = start_store_shrink(store, 0, &(struct start_store_keep){ stays, kept }, err);
	return r < 0 ? r : 0;
}

/* -- making --------------------------------------------------------------------------------- */

/* The machine's locale, by the file that this distribution has; "" if none says it. */
static void machine_locale(char ret[START_LOCALE_SIZE])
{
	static const char *const files[] = { "/etc/locale.conf", "/etc/default/locale" };
	char text[FILE_MAX];

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (fd_read_file(AT_FDCWD, files[i], text, sizeof(text)) > 0 &&
		    locale_conf_lang(text, ret, START_LOCALE_SIZE) == 0)
			return;
	}
	ret[0] = '\0';
}

/* What most starts on this machine are: by its locale, and by C.UTF-8. */
static size_t first_kinds(const struct conf *conf, const char *locale, unsigned ret[2])
{
	unsigned flags = conf->user_site ? 0 : START_NO_USER_SITE;
	size_t n = 0;

	ret[n++] = START_LOCALE_UTF8 | flags;
	if (!locale[0] || str_eq(locale, "C") || str_eq(locale, "POSIX"))
		ret[n++] = START_LOCALE_C | flags;
	else if (!str_eq(locale, "C.UTF-8"))
		ret[n++] = START_LOCALE_MACHINE | flags;
	return n;
}

static int read_boot(char ret[BOOT_MAX], struct err *err)
{
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", ret, BOOT_MAX);

	return n < 0 ? err_set(err, (int)-n, "cannot read /proc/sys/kernel/random/boot_id") : 0;
}

static int check_arch(const struct contract_tree *tree, struct err *err)
{
	if (!str_eq(tree->arch, "x86_64") && !str_eq(tree->arch, "aarch64"))
		return err_say(err, ENOTSUP, "there are no images for %s", tree->arch);
	return str_eq(tree->arch, arch_native()->name)
		       ? 0
		       : err_say(err, ENOTSUP, "%s is not this machine's arch", tree->arch);
}

struct making {
	const struct conf *conf;
	const struct contract *contract;
	struct kept *kept;
	char boot[BOOT_MAX], locale[START_LOCALE_SIZE];
};

/* A tree's Python, as the loader starts it. */
struct described {
	struct start_python python;
	char program[RUNTIME_PROGRAM_MAX];
};

static int describe(const struct making *making, const struct contract_tree *tree,
		    struct described *ret, struct err *err)
{
	bool beside = tree->flags & CONTRACT_TREE_HOST;
	int r = check_arch(tree, err);

	if (r < 0)
		return r;
	r = beside ? runtime_layout_program(tree->word, ENV_PYTHON, ret->program,
					    sizeof(ret->program))
		   : str_copy(ret->program, sizeof(ret->program), ENV_PYTHON);
	ret->python = (struct start_python){ .view = beside ? NULL : tree->namespace_path,
					     .view_ino = tree->namespace_ino,
					     .program = ret->program,
					     .interpreter = ret->program,
					     .id = tree->versions ? tree->id : "",
					     .locale = making->locale };
	return r < 0 ? err_set(err, -r, "%s", tree->path) : 0;
}

/* -- how the loader finds it ---------------------------------------------------------------- */

struct looking {
	const struct contract_tree *tree;
	struct contract_file *ret; /* shared with the child */
};

static int look_at_root(struct err *err, void *ctx)
{
	const struct looking *looking = ctx;
	FD_CLEANUP int template_fd =
		ns_open_template(looking->tree->namespace_path, looking->tree->namespace_ino, err);
	int entered, r = template_fd;

	if (r >= 0)
		r = ns_enter(template_fd, 1, &entered, err);
	if (r < 0)
		return r;
	r = probe_file("/", looking->ret);
	return r < 0 ? err_set(err, -r, "cannot look at a view's /") : 0;
}

/* Scripts that a script starts in the tree's view know it by its "/". */
static int note_view(struct contract_tree *tree, struct err *err)
{
	struct contract_file *root = mmap(NULL, sizeof(*root), PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct looking looking = { tree, root };
	int r;

	if (root == MAP_FAILED)
		return err_set(err, errno, "cannot look at a view's /");
	r = apart_do(look_at_root, &looking, err);
	tree->view_dev = root->dev;
	tree->view_ino = root->ino;
	(void)munmap(root, sizeof(*root));
	return r;
}

static int note_names(struct contract_tree *tree, struct err *err)
{
	struct python_minors pythons;

	tree_pythons(tree->path, arch_by_name(tree->arch), &pythons);
	if (pythons.n)
		(void)snprintf(tree->minor, sizeof(tree->minor), ".%u", pythons.minor[0]);
	return tree->flags & CONTRACT_TREE_HOST ? 0 : note_view(tree, err);
}

static int provide(const struct making *making, struct contract_tree *tree, struct err *err)
{
	const struct contract_file *file =
		tree->flags & CONTRACT_TREE_HOST ? &tree->runtime : &tree->program;
	char restorer[PATH_SIZE];
	struct described described;
	const struct start_key key = { tree->path, tree->arch, described.program, making->boot,
				       file->dev,  file->ino,  file->changed,	  clock_ms() };
	unsigned kinds[2];
	const struct start_store_keep kept = { stays, making->kept };
	const struct start_request_of request = {
		.python = &described.python,
		.key = &key,
		.word = tree->word,
		.kinds = kinds,
		.n_kinds = first_kinds(making->conf, making->locale, kinds),
		.space = making->conf->start_space,
		.keep = &kept,
	};
	int r = describe(making, tree, &described, err);

	if (r == 0)
		r = start_provide(&request, restorer, err);
	if (r == 0)
		r = note_names(tree, err);
	if (r == 0)
		r = str_copy(tree->restorer, sizeof(tree->restorer), restorer);
	if (r == 0)
		keep_restorer(making->kept, tree->restorer);
	return r;
}

static void note(struct contract_tree *tree, const struct err *why)
{
	size_t n = strlen(why->text), most = sizeof(tree->plainly) - 1;

	(void)str_copy_bytes(tree->plainly, sizeof(tree->plainly), why->text, n < most ? n : most);
}

static int provide_or_note(const struct making *making, struct contract_tree *tree, struct err *err)
{
	struct err why = { 0 };
	int r;

	tree->restorer[0] = tree->plainly[0] = tree->minor[0] = '\0';
	tree->view_dev = tree->view_ino = 0;
	r = provide(making, tree, &why);
	if (r == 0)
		return 0;
	if (tree->start == START_IMAGE)
		return err_say(err, -r, "no image of the Python of %s (start = image): %s",
			       tree->path, why.text);
	tree->restorer[0] = '\0';
	note(tree, &why);
	return 0;
}

static bool wants(const struct contract_tree *tree)
{
	return tree->start == START_AUTO || tree->start == START_IMAGE;
}

/* It was told why before, or has what it needs still. */
static bool has(const struct contract_tree *tree)
{
	return tree->plainly[0] || (tree->restorer[0] && starts_stand(tree));
}

static int begin(struct making *making, struct err *err)
{
	START_STORE_CLEANUP struct start_store *store = NULL;
	int r = read_boot(making->boot, err);

	machine_locale(making->locale);
	if (r == 0)
		r = start_store_open(START_STORE_ENABLED, &store, err);
	return r < 0 ? r : find_kept(store, making->kept, err);
}

int starts_provide(const struct conf *conf, struct contract *contract, struct err *err)
{
	ARRAY_FREE struct kept *kept = calloc(1, sizeof(*kept));
	struct making making = { .conf = conf, .contract = contract, .kept = kept };
	struct err why = { 0 };
	bool begun = false;
	int r = kept ? 0 : err_set(err, ENOMEM, "cannot make images");

	for (size_t i = 0; r == 0 && i < contract->n_trees; i++) {
		struct contract_tree *tree = &contract->trees[i];

		if (!wants(tree) || has(tree))
			continue;
		if (!begun)
			(void)begin(&making, &why); /* making one fails for the same reason */
		begun = true;
		r = provide_or_note(&making, tree, err);
	}
	return r;
}

static const struct contract_tree *find(const struct contract *contract, const char *restorer)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (str_eq(contract->trees[i].restorer, restorer))
			return &contract->trees[i];
	}
	return NULL;
}

static int add_kind(struct making *making, struct contract *contract, const char *restorer,
		    unsigned kind, struct err *err)
{
	const struct start_store_keep kept = { stays, making->kept };
	const struct contract_tree *tree;
	struct described described;
	char key[START_KEY_SIZE];
	int r = policy_live_contract(contract, err);

	if (r < 0)
		return r;
	tree = r ? find(contract, restorer) : NULL;
	if (!tree || !key_of(restorer, key))
		return err_say(err, ENOENT, "its tree is not enabled any more");
	r = begin(making, err);
	if (r == 0)
		r = describe(making, tree, &described, err);
	return r < 0 ? r
		     : start_provide_kind(&described.python, key, kind,
					  making->conf->start_space / 2, &kept, err);
}

int starts_add_kind(const struct conf *conf, const char *restorer, unsigned kind, struct err *err)
{
	ARRAY_FREE struct contract *contract = malloc(sizeof(*contract));
	ARRAY_FREE struct kept *kept = calloc(1, sizeof(*kept));
	struct making making = { .conf = conf, .contract = contract, .kept = kept };

	if (!contract || !kept)
		return err_set(err, ENOMEM, "cannot make images");
	return add_kind(&making, contract, restorer, kind, err);
}

bool starts_stand(const struct contract_tree *tree)
{
	return !tree->restorer[0] || access(tree->restorer, X_OK) == 0;
}

/* -- users ---------------------------------------------------------------------------------- */

struct visiting {
	const struct using *using;
	int (*each)(const char *tree, const char *word, struct err *err, void *ctx);
	void *ctx;
};

static bool is_used(const struct using *using, const char *key)
{
	for (size_t i = 0; i < using->n; i++) {
		if (using->files[i].used && str_eq(using->keys[i], key))
			return true;
	}
	return false;
}

static int visit(const struct folder *folder, const char *key, struct err *err, void *ctx)
{
	const struct visiting *visiting = ctx;
	ARRAY_FREE char *about = NULL;
	char *word, *end;
	size_t n;

	if (!is_used(visiting->using, key) ||
	    folder_read(folder, START_ABOUT, PATH_SIZE + 16, &about, &n, NULL) < 0)
		return 0; /* unfinished */
	word = strchr(about, '\n');
	end = word ? strchr(word + 1, '\n') : NULL;
	if (!end)
		return 0;
	*word++ = *end = '\0';
	return visiting->each(about, word, err, visiting->ctx);
}

int starts_each_used(int (*each)(const char *tree, const char *word, struct err *err, void *ctx),
		     void *ctx, struct err *err)
{
	START_STORE_CLEANUP struct start_store *store = NULL;
	ARRAY_FREE struct using *using = calloc(1, sizeof(*using));
	struct visiting visiting = { using, each, ctx };
	int r = using ? start_store_find(&store, err) : err_set(err, ENOMEM, "cannot list images");

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = find_using(store, using, err);
	return r < 0 ? r : start_store_each(store, visit, &visiting, err);
}
