/* SPDX-License-Identifier: MIT */
/* Tells the resolver of the tree's runtimes, and takes the wheels that it found. */
#include "add/requirements.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/pythons.h"
#include "add/wheel.h"
#include "add/work.h"
#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/tempdir.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/lock_line.h"
#include "core/path_size.h"
#include "core/requirement.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "resolve/resolve.h"
#include "stage/runtime_info.h"
#include "sys/fd.h"

enum { VERSION_SIZE = 32, LOCK_MAX = 64 * 1024 * 1024 };

bool add_is_requirement(const struct add_request *request, const char *word)
{
	struct requirement requirement;

	if (request->flags & (ADD_INDEX | ADD_RENEW))
		return true;
	/* a file is looked for but once: another may be there the second time */
	if (requirement_parse(word, strlen(word), &requirement) < 0)
		return false;
	return (requirement.extras.n || requirement.set.n || requirement.url.n ||
		requirement.marker.n) &&
	       !files_exist(word);
}

bool add_requirements_any(const struct add_request *request)
{
	if (request->flags & (ADD_LOCKED | ADD_RENEW))
		return true;
	for (size_t i = 0; i < request->n_words; i++) {
		if (add_is_requirement(request, request->words[i]))
			return true;
	}
	return request->wants_files;
}

/* -- the runtimes, as targets --------------------------------------------------------------- */

struct targets {
	struct resolve_target targets[ADD_RUNTIMES_MAX];
	char python[ADD_RUNTIMES_MAX][VERSION_SIZE], libc[ADD_RUNTIMES_MAX][VERSION_SIZE];
	size_t n;
};

static int name_libc(const struct runtime_info *info, char *dst, struct err *err)
{
	static const char *const kinds[] = { "glibc", "musl" };
	char what[VERSION_SIZE], version[VERSION_SIZE];
	struct text text;
	unsigned major, minor;

	text_init(&text, dst, VERSION_SIZE);
	if (!info->ldso[0]) {
		text_add(&text, "static-0.0");
		return 0;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		(void)snprintf(what, sizeof(what), "libc %s", kinds[i]);
		if (!runtime_info_version(info, what, version, sizeof(version)) ||
		    sscanf(version, "%u.%u", &major, &minor) != 2)
			continue;
		text_addf(&text, "%s-%u.%u", kinds[i], major, minor);
		return text_check(&text);
	}
	return err_say(err, EINVAL,
		       "%s/versions does not tell the version of the C library (Hint: stage this "
		       "runtime again)",
		       info->records);
}

static int add_target(struct targets *targets, const struct runtime_info *info, struct err *err)
{
	char *python = targets->python[targets->n], *libc = targets->libc[targets->n];
	int r = name_libc(info, libc, err);

	if (r < 0)
		return r;
	if (!runtime_info_version(info, "python", python, VERSION_SIZE))
		(void)snprintf(python, VERSION_SIZE, "3.%u", info->minor);
	targets->targets[targets->n++] = (struct resolve_target){ .name = info->arch->name,
								  .machine = info->arch->uname,
								  .python = python,
								  .libc = libc };
	return 0;
}

static int make_targets(const struct add *add, struct targets *targets, struct err *err)
{
	for (size_t i = 0; i < add->n_runtimes; i++) {
		int r = add->runtimes[i].wanted ? add_target(targets, add->runtimes[i].info, err)
						: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* -- the answer ----------------------------------------------------------------------------- */

static int note_wheel(struct add *add, const struct lock_line *file, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE], sum[65];
	uint64_t size;
	int r;

	if (strchr(file->name, '/'))
		return err_say(err, EINVAL, "the resolver names a wheel '%s'", file->name);
	r = files_path(path, err, "%s/%s", add->resolved->dir, file->name);
	if (r < 0)
		return r;
	r = exact_sum(path, sum, &size, err);
	if (r < 0)
		return r;
	if (!str_eq(sum, file->sum))
		return err_say(err, EINVAL, "%s changed after its sum was taken", path);
	fd = exact_open(path, O_RDONLY);
	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", path);
	return add_wheel_note(add, &fd, file->name, err);
}

/* The lines of the lock, of which files with targets were fetched. */
static int take_lock(struct add *add, const char *lock, struct err *err)
{
	FILES_FREE char *text = strdup(lock);
	char *next;

	if (!text)
		return err_set(err, ENOMEM, "cannot read the lock");
	for (char *line = text; line && *line; line = next) {
		struct lock_line parsed;
		int r;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		r = lock_line_parse(line, &parsed, err);
		if (r < 0)
			return err_wrap(err, r, "the resolver's lock");
		if (r == 0 || parsed.word != LOCK_FILE || str_eq(parsed.targets, "-"))
			continue;
		r = note_wheel(add, &parsed, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_answer(struct add *add, struct err *err)
{
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/requirements.lock", add->resolved->dir);

	if (r < 0)
		return r;
	r = exact_read(path, &add->lock, &n, err);
	if (r < 0)
		return r;
	if (n > LOCK_MAX || strlen(add->lock) != n)
		return err_say(err, EINVAL, "the resolver's lock is unsound");
	return take_lock(add, add->lock, err);
}

/* -- what is asked --------------------------------------------------------------------------- */

/* The request's words that are requirements, and the resolver's options. */
struct wishes {
	const char **words, **options;
	size_t n_words, n_options, room_options;
	char standing[PATH_SIZE]; /* the tree's lock */
};

static int add_option(struct wishes *wishes, const char *option)
{
	int r = array_reserve(&wishes->options, &wishes->room_options, wishes->n_options + 1,
			      sizeof(*wishes->options));

	if (r < 0)
		return r;
	wishes->options[wishes->n_options++] = option;
	return 0;
}

/* What stands in the tree stays, if it fits, but for what is to be renewed; or it is all there is.
 */
static int use_lock(const struct add_request *request, struct wishes *wishes)
{
	int r = add_option(wishes, request->flags & ADD_LOCKED ? "--requirement" : "--prefer");

	if (r == 0)
		r = add_option(wishes, wishes->standing);
	if (!(request->flags & ADD_RENEW))
		return r;
	for (size_t i = 0; r == 0 && i < request->n_words; i++) {
		r = add_option(wishes, "--upgrade");
		if (r == 0)
			r = add_option(wishes, request->words[i]);
	}
	return r == 0 && !request->n_words ? add_option(wishes, "--upgrade-all") : r;
}

static int make_options(const struct add *add, struct wishes *wishes, struct err *err)
{
	const struct add_request *request = add->request;
	int r = files_path(wishes->standing, err, "%s/" TREE_LOCK, add->tree);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < request->n_options; i++)
		r = add_option(wishes, request->options[i]);
	if (r == 0 && exact_exists(wishes->standing))
		r = use_lock(request, wishes);
	else if (r == 0 && (request->flags & (ADD_LOCKED | ADD_RENEW)))
		return err_say(err, ENOENT,
			       "%s has no " TREE_LOCK ": nothing was resolved for it yet (Hint: "
			       "'busypy add -r FILE %s' does)",
			       add->tree, request->tree);
	return r < 0 ? err_set(err, ENOMEM, "cannot read requirements") : 0;
}

static int make_wishes(const struct add *add, struct wishes *wishes, struct err *err)
{
	const struct add_request *request = add->request;

	wishes->words = calloc(request->n_words + 1, sizeof(*wishes->words));
	if (!wishes->words)
		return err_set(err, ENOMEM, "cannot read requirements");
	for (size_t i = 0; i < request->n_words && !(request->flags & ADD_RENEW); i++) {
		if (add_is_requirement(request, request->words[i]))
			wishes->words[wishes->n_words++] = request->words[i];
	}
	return make_options(add, wishes, err);
}

static int note_lacks(struct add_items *items, const struct resolve_answer *answer)
{
	if (array_reserve(&items->lacks, &items->room_lacks, answer->n_lacks,
			  sizeof(*items->lacks)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < answer->n_lacks; i++) {
		const struct resolve_lack *lack = &answer->lacks[i];
		struct add_lack copy = { .name = strdup(lack->name),
					 .arch = strdup(lack->target),
					 .version = strdup(lack->version) };

		items->lacks[items->n_lacks++] = copy; /* freed with items in any case */
		if (!copy.name || !copy.arch || !copy.version)
			return -ENOMEM;
	}
	return 0;
}

static int resolve(struct add *add, const struct wishes *wishes, const struct targets *targets,
		   struct err *err)
{
	struct resolve_answer answer = { 0 };
	int r = tempdir_make(add->resolved, err);

	if (r < 0)
		return r;
	r = resolve_run(&(struct resolve_request){ .targets = targets->targets,
						   .n_targets = targets->n,
						   .options = wishes->options,
						   .n_options = wishes->n_options,
						   .words = wishes->words,
						   .n_words = wishes->n_words,
						   .to = add->resolved->dir,
						   .listener = add->request->listener },
			&answer, err);
	if (note_lacks(add->items, &answer) < 0)
		r = err_set(err, ENOMEM, "cannot list what archs lack");
	resolve_answer_free(&answer);
	return r < 0 ? r : take_answer(add, err);
}

int add_requirements(struct add *add, struct err *err)
{
	struct targets targets = { 0 };
	struct wishes wishes = { 0 };
	int r = make_targets(add, &targets, err);

	if (r < 0)
		return r;
	add_pythons_tell_unresolved(add);
	r = make_wishes(add, &wishes, err);
	if (r == 0)
		r = resolve(add, &wishes, &targets, err);
	free(wishes.words);
	free(wishes.options);
	return r;
}

void add_requirements_close(struct add *add)
{
	free(add->lock);
	tempdir_drop(add->resolved);
}
