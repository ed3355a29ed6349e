/* SPDX-License-Identifier: MIT */
/* Makes them in a sandbox like the one that they are for, in the caller's cache. */
#include "run_images.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/conf_file.h"
#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/start_baked.h"
#include "core/start_judge.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view_sandbox.h"
#include "sandbox/sandbox.h"
#include "start/make.h"
#include "start/process.h"
#include "start/provide.h"
#include "start/store.h"
#include "sys/fd.h"
#include "sys/probe.h"
#include "sys/tree.h"

enum { INSIDE_MAX = 32, BOOT_MAX = 64, DEADLINE_MS = 60 * 1000 };

#define LIBRARY "/run/start-maker.so" /* where the maker is seen */

/* A sandbox closes what it does not know, and looks for argv[0]: executes a file by another name,
 * with the maker and the image, if there are such, open as 3 and 4. */
static const char opener[] =
	"import os, signal, sys\n"
	"library, made, names, file = sys.argv[1:5]\n"
	"for fd, path in (3, library), (4, made):\n"
	"    if path:\n"
	"        os.dup2(os.open(path, os.O_RDONLY if fd == 3 else os.O_RDWR), fd)\n"
	"        os.set_inheritable(fd, True)\n"
	"for number in signal.SIGPIPE, signal.SIGXFSZ:\n"
	"    signal.signal(number, signal.SIG_DFL)\n"
	"names = [word for word in names.split('\\n') if word]\n"
	"os.execve(file, sys.argv[5:], dict(word.split('=', 1) for word in names))\n";

struct inside {
	const struct sandbox_request *request;
	char folder[PATH_SIZE]; /* of images, when they are there */
};

/* Until all of it has ended. */
static void attend(struct sandbox *sandbox)
{
	struct pollfd ready = { .fd = sandbox->pidfd, .events = POLLIN };

	while (poll(&ready, 1, sandbox_due(sandbox)) <= 0)
		;
}

static int run_sandbox(struct sandbox_request *request, int *ret_status, struct err *err)
{
	struct sandbox_result result;
	struct sandbox sandbox;
	int r = sandbox_start(request, &sandbox, err);

	if (r < 0)
		return r;
	attend(&sandbox);
	r = sandbox_reap(&sandbox, &result, err);
	if (r < 0)
		return r;
	if (result.timed_out)
		return err_say(err, ETIMEDOUT, "it did not end within %d s", DEADLINE_MS / 1000);
	*ret_status = result.status << 8; /* as waitpid(2) has an exit status */
	return 0;
}

/* Variables as one text, a line each. */
static int join(char *const *envp, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	for (; *envp; envp++)
		text_addf(&text, "%s\n", *envp);
	return text_check(&text);
}

static int run_inside(const struct start_process *process, int *ret_status, struct err *err,
		      void *ctx)
{
	const struct inside *inside = ctx;
	struct view_images images = { .folder = process->folder };
	FD_CLEANUP int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char library[PATH_SIZE], variables[4096];
	const struct view_extra extra = { .type = VIEW_BIND,
					  .flags = VIEW_EXTRA_RDONLY | VIEW_EXTRA_FILE,
					  .src = library,
					  .dst = LIBRARY };
	char *bare[] = { "PATH=/usr/bin:/bin", NULL };
	bool makes = process->library >= 0;
	char *argv[INSIDE_MAX] = { ENV_PYTHON,
				   "-I",
				   "-S",
				   "-c",
				   (char *)opener,
				   makes ? LIBRARY : "",
				   makes ? (char *)process->made : "",
				   variables,
				   (char *)process->file };
	struct sandbox_request request;
	size_t n = 9;

	sandbox_request_init(&request);
	request.tree = inside->request->tree;
	request.arch = inside->request->arch;
	request.images = &images;
	request.limits.timeout_ms = DEADLINE_MS;
	request.stdio[0] = null;
	request.stdio[1] = process->output;
	request.stdio[2] = process->complaint;
	if (join(process->envp, variables, sizeof(variables)) < 0 ||
	    (makes && fd_where(process->library, library, sizeof(library)) < 0))
		return err_say(err, E2BIG, "cannot start the maker");
	request.extras = makes ? &extra : NULL;
	request.n_extras = makes ? 1 : 0;
	for (size_t i = 0; process->argv[i] && n < INSIDE_MAX - 1; i++)
		argv[n++] = process->argv[i];
	argv[n] = NULL;
	request.argv = argv;
	request.envp = bare;
	return run_sandbox(&request, ret_status, err);
}

/* -- what is asked for ---------------------------------------------------------------------- */

static bool stays(const char *key, void *ctx)
{
	(void)key, (void)ctx;
	return false; /* who runs from one that goes has it mapped; its children start plainly */
}

/* The kind that the command's Python is of, if it is one. */
static int judge(const struct sandbox_request *request, const char *program, unsigned *ret,
		 struct err *err)
{
	static const struct start_aux auxv[] = { { AT_SECURE, 0 }, { AT_UID, 0 },  { AT_EUID, 0 },
						 { AT_GID, 0 },	   { AT_EGID, 0 }, { AT_NULL, 0 } };
	char *argv[] = { (char *)program, START_PLACEHOLDER, NULL };
	const struct start_request start = { argv, request->envp, auxv };
	const struct start_python python = {
		.program = program, .interpreter = program, .id = "", .locale = ""
	};
	struct start_verdict verdict;
	struct start_baked baked;
	int r = start_make_baked(&python, "/", 1, &baked, err);

	if (r < 0)
		return r;
	start_judge(&start, &baked, &verdict);
	*ret = verdict.kind;
	return verdict.doubt == START_SURE
		       ? 0
		       : err_say(err, ENOTSUP, "%s", start_doubt_text(verdict.doubt));
}

static int check(const struct sandbox_request *request, struct err *err)
{
	const char *arch = request->arch->name;

	if (request->flags & SANDBOX_HOST_VIEW)
		return err_say(err, ENOTSUP, "a host's view has none");
	if (request->arch != arch_native() || (!str_eq(arch, "x86_64") && !str_eq(arch, "aarch64")))
		return err_say(err, ENOTSUP, "there are no images for %s here", arch);
	return 0;
}

/* The interpreter's paths: below the view's root, where the restorer takes its place, and the
 * tree's own, which stays. */
struct paths {
	char covered[32], interpreter[PATH_SIZE];
	struct contract_file file;
};

static int find_python(const struct sandbox_request *request, struct paths *ret, struct err *err)
{
	struct python_minors pythons;
	char path[PATH_SIZE];
	struct text text;

	tree_pythons(request->tree, request->arch, &pythons);
	if (!pythons.n)
		return err_say(err, ENOENT, "%s: python3 leads nowhere", request->tree);
	(void)snprintf(ret->covered, sizeof(ret->covered), "usr/bin/python3.%u", pythons.minor[0]);
	text_init(&text, ret->interpreter, sizeof(ret->interpreter));
	text_addf(&text, "/" TREE_PYTHON_OF "/%s", request->arch->name, ret->covered);
	if (text_check(&text) < 0 ||
	    path_join(path, sizeof(path), request->tree, ret->interpreter + 1) < 0 ||
	    probe_file(path, &ret->file) < 0)
		return err_say(err, ENOENT, "%s: no interpreter", request->tree);
	return 0;
}

static int make(const struct sandbox_request *request, const struct paths *paths, uint64_t space,
		struct inside *inside, struct err *err)
{
	char boot[BOOT_MAX];
	const struct start_store_keep keep = { stays, NULL };
	const struct start_python python = { .program = ENV_PYTHON,
					     .interpreter = paths->interpreter,
					     .id = "",
					     .locale = "",
					     .shown = VIEW_IMAGES,
					     .elsewhere = run_inside,
					     .ctx = inside };
	const struct start_key key = { .tree = request->tree,
				       .arch = request->arch->name,
				       .program = ENV_PYTHON,
				       .boot = boot,
				       .dev = paths->file.dev,
				       .ino = paths->file.ino,
				       .changed = paths->file.changed };
	unsigned kind;
	const struct start_request_of asked = { .python = &python,
						.key = &key,
						.word = "",
						.kinds = &kind,
						.n_kinds = 1,
						.space = space,
						.keep = &keep };
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, sizeof(boot));
	int r = n < 0 ? err_set(err, (int)-n, "cannot read /proc/sys/kernel/random/boot_id")
		      : judge(request, ENV_PYTHON, &kind, err);

	return r < 0 ? r : start_provide_once(&asked, inside->folder, err);
}

int run_images(struct sandbox_request *request, const char *config, struct err *err)
{
	static struct view_images images;
	static struct inside inside;
	static struct paths paths;
	static struct conf conf;
	int r = check(request, err);

	if (r == 0)
		r = conf_file_read(config, &conf, err);
	if (r == 0)
		r = find_python(request, &paths, err);
	inside.request = request;
	if (r == 0)
		r = make(request, &paths, conf.start_space, &inside, err);
	if (r < 0)
		return r;
	images = (struct view_images){ inside.folder, paths.covered };
	request->images = &images;
	return 0;
}
