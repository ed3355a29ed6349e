/* SPDX-License-Identifier: MIT */
/* busypy stage: puts a runtime (Python and C library) into a tree. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/listener.h"
#include "base/table.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "handler/renew.h"
#include "source/lockfile.h"
#include "source/tarball.h"
#include "stage/python3.h"
#include "stage/stage.h"
#include "stage/wanted.h"
#include "commands.h"
#include "debian_options.h"
#include "listen.h"
#include "options.h"
#include "say.h"
#include "stage_list.h"

static const char *const me = "stage";

static const char help[] =
	"Usage: busypy stage [OPTION...] TREE\n"
	"       busypy stage --default 3.X [--arch A[,B...]] TREE\n"
	"       busypy stage --list [--json] TREE\n"
	"Puts a runtime (Python and C library) into TREE, which is created if it is missing.\n"
	"\n"
	"  -f, --from host            this machine's own Python (default)\n"
	"      --from debian[:SUITE]  Debian's packages, through apt\n"
	"      --from DIR             a Buildroot target folder or any other sysroot\n"
	"      --from tar:FILE        an archive laid out as python-build-standalone's; "
	"repeatable,\n"
	"                             one for each arch\n"
	"      --libc debian[:SUITE]|host|DIR  where the C library of such a Python is from\n"
	"      --python 3.X[,3.Y...]  which Pythons there shall be, side by side\n"
	"      --default 3.X          which of them python3 is; alone: changes nothing else\n"
	"  -a, --arch A[,B...]|all    for which machines (default: this one)\n"
	"      --locked FILE          exactly the packages of an earlier list (debian)\n"
	"      --mirror URL           where apt looks for packages (debian)\n"
	"      --keyring FILE         the keys of an archive that is not Debian's (debian)\n"
	"      --allow-expired        take lists that are no longer valid (debian)\n"
	"      --cache DIR            where packages are kept (debian)\n"
	"      --busybox FILE         static busybox for the rescue shell of a booted machine\n"
	"      --rootfs DIR           BusyPy's own programs, if not where they are installed\n"
	"      --programs tree|host   whose programs its scripts find on a full distribution\n"
	"      --start HOW            how their Python starts: plain, auto or image\n"
	"      --link-libc            make links in etc/clib to what etc/libc has\n"
	"      --force                write into a TREE that is not empty and is no tree\n"
	"  -l, --list                 print the files that each runtime was made from\n"
	"  -J, --json                 print that as JSON\n"
	"  -c, --config FILE          configuration, for the mirror\n"
	"  -h, --help                 print this\n";

/* What the command line says besides the request itself. */
struct options {
	const char *from, *libc, *archs, *config, *mirror, *keyring, *programs, *python, *first,
		*start;
	struct python_minors pythons;
	struct tarball tarballs[STAGE_ARCHS_MAX]; /* in the order of the request's archs */
	size_t n_tarballs;
	bool list, json;
};

static void add_arch(struct stage_request *request, const struct arch *arch)
{
	for (size_t i = 0; i < request->n_archs; i++) {
		if (request->archs[i] == arch)
			return;
	}
	request->archs[request->n_archs++] = arch;
}

/* All archs, this machine's own first: it compiles the Python files for the rest. */
static void add_all(struct stage_request *request)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	add_arch(request, arch_native());
	for (size_t i = 0; i < n; i++)
		add_arch(request, &table[i]);
}

static int parse_archs(struct stage_request *request, const char *words, struct err *err)
{
	struct arch_list list = { 0 };
	int r = arch_list_add(&list, words, err);

	if (r < 0)
		return r;
	if (list.all)
		add_all(request);
	for (size_t i = 0; i < list.n; i++)
		add_arch(request, list.archs[i]);
	return 0;
}

static int parse_from(struct stage_request *request, const char *word, struct err *err)
{
	struct stat st;

	if (str_eq(word, "host")) {
		request->from = STAGE_HOST;
		return 0;
	}
	if (debian_options_from(word, &request->suite)) {
		request->from = STAGE_DEBIAN;
		return 0;
	}
	if (stat(word, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_say(err, ENOENT,
			       "--from %s: no such directory (Hint: there are host, debian, "
			       "debian:SUITE and DIR)",
			       word);
	request->from = STAGE_DIR;
	request->dir = word;
	return 0;
}

static int take_from(const struct option_given *given, void *ctx)
{
	static const char tar[] = "tar:";
	struct options *options = ctx;

	if (!str_starts(given->text, tar)) {
		options->from = given->text;
		return 0;
	}
	if (options->n_tarballs == STAGE_ARCHS_MAX)
		return say_error(me, "more than %d archives", STAGE_ARCHS_MAX);
	options->tarballs[options->n_tarballs++].path = given->text + strlen(tar);
	return 0;
}

static bool is_named(const struct arch_list *list, const struct arch *arch)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->archs[i] == arch)
			return true;
	}
	return false;
}

/* Which arch each archive is for; those that --arch does not name are left out. */
static int look_at_tarballs(struct options *options, struct stage_request *request, struct err *err)
{
	struct arch_list wanted = { 0 };
	size_t n = 0;
	int r = options->archs ? arch_list_add(&wanted, options->archs, err) : 0;

	for (size_t i = 0; r >= 0 && i < options->n_tarballs; i++) {
		struct tarball tarball;

		r = tarball_look(options->tarballs[i].path, &tarball, err);
		if (r < 0)
			return r;
		for (size_t j = 0; j < n; j++) {
			if (request->archs[j] == tarball.arch)
				return err_say(err, EEXIST, "%s and %s are both for %s",
					       options->tarballs[j].path, tarball.path,
					       tarball.arch->name);
		}
		if (options->archs && !wanted.all && !is_named(&wanted, tarball.arch))
			continue;
		options->tarballs[n] = tarball;
		request->archs[n++] = tarball.arch;
	}
	if (r < 0)
		return r;
	request->n_archs = n;
	if (n < wanted.n || !n)
		return err_say(err, ENOENT, "--arch %s: there is no --from tar: for each of them",
			       options->archs);
	return 0;
}

/* Archives have no C library: where is it from? */
static int parse_tarballs(struct options *options, struct stage_request *request, struct err *err)
{
	int r;

	if (options->from)
		return err_say(err, EINVAL, "--from tar: and --from %s do not go together",
			       options->from);
	if (!options->libc)
		return err_say(err, EINVAL,
			       "--from tar: has no C library (Hint: --libc debian, debian:SUITE, "
			       "host or DIR says which one)");
	r = parse_from(request, options->libc, err);
	if (r < 0)
		return err_wrap(err, r, "--libc");
	request->libc = request->from;
	request->from = STAGE_TAR;
	request->tarballs = options->tarballs;
	return look_at_tarballs(options, request, err);
}

static int parse(int argc, char **argv, struct options *ret, struct stage_request *request)
{
	const struct command_option options[] = {
		{ "from", 'f', .take = take_from, .ctx = ret },
		{ "libc", .text = &ret->libc },
		{ "python", .text = &ret->python },
		{ "default", .text = &ret->first },
		{ "arch", 'a', .text = &ret->archs },
		{ "locked", .text = &request->locked },
		{ "mirror", .text = &ret->mirror },
		{ "keyring", .text = &ret->keyring },
		{ "allow-expired", .flag = &request->expired },
		{ "cache", .text = &request->cache },
		{ "busybox", .text = &request->busybox },
		{ "rootfs", .text = &request->rootfs },
		{ "programs", .text = &ret->programs },
		{ "start", .text = &ret->start },
		{ "link-libc", .flag = &request->link_libc },
		{ "force", .flag = &request->force },
		{ "list", 'l', .flag = &ret->list },
		{ "json", 'J', .flag = &ret->json },
		{ "config", 'c', .text = &ret->config },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	request->tree = argv[optind];
	return options_words(argc, argv, 1, 1, "one TREE");
}

/* True if the command line asks for nothing but another python3. */
static bool is_default_alone(const struct options *options, const struct stage_request *request)
{
	return options->first && !options->python && !options->from && !options->n_tarballs &&
	       !request->locked;
}

static int parse_pythons(struct options *options, struct stage_request *request, struct err *err)
{
	struct python_minors first;

	if (options->python && python_minors_parse(options->python, &options->pythons, err) < 0)
		return err_wrap(err, -EINVAL, "--python");
	request->pythons = options->python ? &options->pythons : NULL;
	if (!options->first)
		return 0;
	if (python_minors_parse(options->first, &first, err) < 0)
		return err_wrap(err, -EINVAL, "--default");
	if (first.n > 1)
		return err_say(err, EINVAL, "--default %s: one Python is python3", options->first);
	request->first = first.minor[0];
	return 0;
}

/* Options that belong to one source only. */
static int check_options(const struct options *options, const struct stage_request *request,
			 struct err *err)
{
	if (!wanted_debian(request) && (request->locked || request->cache || options->mirror ||
					options->keyring || request->expired))
		return err_say(err, EINVAL,
			       "--locked, --mirror, --keyring, --allow-expired and --cache need "
			       "--from debian");
	if (request->from == STAGE_HOST &&
	    (request->n_archs > 1 || request->archs[0] != arch_native()))
		return err_say(
			err, EINVAL,
			"--from host has a runtime for %s alone (Hint: --from debian has all)",
			arch_native()->name);
	if (request->from == STAGE_DIR && request->n_archs > 1)
		return err_say(err, EINVAL, "--from DIR has a runtime for one --arch");
	if (options->libc && request->from != STAGE_TAR)
		return err_say(err, EINVAL, "--libc is for --from tar:FILE");
	if (request->from == STAGE_TAR && request->locked)
		return err_say(err, EINVAL, "--locked and --from tar: do not go together");
	if (request->from == STAGE_TAR && request->libc == STAGE_HOST &&
	    (request->n_archs > 1 || request->archs[0] != arch_native()))
		return err_say(err, EINVAL, "--libc host is for %s alone", arch_native()->name);
	return 0;
}

/* Without --arch a list of packages says itself which archs it is for. */
static int add_listed(struct stage_request *request, struct err *err)
{
	struct package *packages;
	const struct arch *arch;
	size_t n;
	int r = lockfile_read(request->locked, &packages, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; (arch = lockfile_arch(packages, n, i)); i++)
		add_arch(request, arch);
	free(packages);
	return request->n_archs ? 0
				: err_say(err, EINVAL, "%s: lists no packages for a known arch",
					  request->locked);
}

/* Where packages are from. */
static int complete_debian(const struct options *options, struct stage_request *request,
			   struct err *err)
{
	int r = debian_options_keyring(options->keyring, &request->keyring, err);

	if (r < 0)
		return r;
	return debian_options_mirror(options->mirror, options->config, &request->mirror, err);
}

static int complete(struct options *options, struct stage_request *request, struct err *err)
{
	int r = parse_pythons(options, request, err);

	if (r < 0)
		return r;

	/* a list of packages can only be Debian's */
	if (options->n_tarballs)
		r = parse_tarballs(options, request, err);
	else if (options->from || request->locked)
		r = parse_from(request, options->from ? options->from : "debian", err);
	if (r < 0)
		return r;
	if (options->programs && tree_conf_programs(options->programs, &request->programs, err) < 0)
		return err_wrap(err, -EINVAL, "--programs");
	if (options->start && tree_conf_start(options->start, &request->start, err) < 0)
		return err_wrap(err, -EINVAL, "--start");
	if (options->archs && !options->n_tarballs)
		r = parse_archs(request, options->archs, err);
	if (r < 0)
		return r;
	if (is_default_alone(options, request))
		return 0;
	if (!request->n_archs && request->locked)
		r = add_listed(request, err);
	else if (!request->n_archs)
		add_arch(request, arch_native());
	if (r < 0)
		return r;
	r = check_options(options, request, err);
	if (r < 0 || !wanted_debian(request))
		return r;
	return complete_debian(options, request, err);
}

static int list(const char *tree, bool json, struct err *err)
{
	struct table *table = stage_list_table();
	int r = table ? stage_list_fill(tree, table, err)
		      : err_set(err, ENOMEM, "cannot list %s", tree);

	if (r == 0)
		r = table_print(&table, 1, json ? TABLE_JSON : 0, NULL, err);
	table_free(table);
	return r;
}

static int stage(struct options *options, struct stage_request *request, struct err *err)
{
	int r = complete(options, request, err);

	if (r >= 0)
		r = is_default_alone(options, request)
			    ? python3_choose(request->tree, request->first, request->archs,
					     request->n_archs, err)
			    : stage_run(request, err);
	if (r == 0 && renew_runtime(request->tree, err) < 0)
		say_warning(me, "%s", err->text);
	return r;
}

int cmd_stage(int argc, char **argv)
{
	struct options options = { 0 };
	struct listener listener;
	struct stage_request request = { .listener = &listener };
	struct err err = { 0 };
	int r = parse(argc, argv, &options, &request);

	if (r)
		return r;
	listen_as(me, &listener);
	r = options.list ? list(request.tree, options.json, &err) : stage(&options, &request, &err);
	say_progress_end();
	return r < 0 ? say_err(me, &err) : 0;
}
