/* SPDX-License-Identifier: MIT */
/* busypy run: options in, a sandbox's exit status out. Part of the small program, too: only
 * lib/core and lib/sys. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/amount.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "core/view_sandbox.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "sandbox/relay.h"
#include "sandbox/sandbox.h"
#include "sys/cwd.h"
#include "sys/fd.h"
#include "sys/tree.h"
#include "commands.h"
#include "run_images.h"
#include "run_tree.h"
#include "say.h"

static const char help[] =
	"Usage: busypy run [OPTION...] [--] COMMAND [ARGUMENT...]\n"
	"Runs COMMAND in a view of a tree, cut off from this machine, as root or as a user.\n"
	"\n"
	"  -t, --tree TREE       the tree (default: the first of the configuration)\n"
	"  -a, --arch ARCH       the runtime to use, under qemu-user where it is a foreign one\n"
	"                        (default: this machine's)\n"
	"  -v, --view KIND       'client' (default): what a booted client sees;\n"
	"                        'host': this machine's files, read-only\n"
	"      --bind SRC[:DST]  show SRC, a file or a directory of this machine\n"
	"      --bind-ro SRC[:DST]  the same, read-only\n"
	"      --tmpfs DIR       an empty directory in memory\n"
	"      --cwd MODE        the working directory: 'ro' (default), 'rw', or 'none'\n"
	"      --workdir DIR     start there\n"
	"  -e, --env NAME=VALUE  set a variable\n"
	"      --clear-env       take no variable from the caller\n"
	"  -w, --write           the tree can be written to, in memory\n"
	"  -n, --net NET         'host' (default) or 'none'\n"
	"      --timeout TIME    end it after TIME: 10s, 500ms, 5m\n"
	"      --memory SIZE     limit memory: 512M, 2G\n"
	"      --cpu-time SECONDS  limit the processor time of a process\n"
	"      --pids NUMBER     limit processes and threads\n"
	"      --files NUMBER    limit open files of a process\n"
	"      --chroot          without namespaces, as root: the view and nothing else\n"
	"      --start HOW       how the tree's Python starts: 'plain' (default), 'auto' or "
	"'image'\n"
	"      --plan            print the view's mounts, and touch nothing\n"
	"  -c, --config FILE     configuration\n"
	"  -h, --help            print this\n";

enum { MORE_MAX = 256, PATHS_MAX = 2 * VIEW_EXTRAS_MAX };

enum cwd_mode { CWD_DEFAULT, CWD_RO, CWD_RW, CWD_NONE };

struct options {
	const char *tree, *arch, *config, *workdir;
	enum cwd_mode cwd;
	bool clear_env, plan;
	int start; /* enum start */
	const char *env[MORE_MAX];
	size_t n_env;
	struct view_extra extras[VIEW_EXTRAS_MAX];
	size_t n_extras;
	struct sandbox_request request;
};

/* The longer options that have no letter. */
enum {
	BIND = 256,
	BIND_RO,
	TMPFS,
	WORKDIR,
	CWD,
	CLEAR_ENV,
	TIMEOUT,
	MEMORY,
	CPU,
	PIDS,
	FILES,
	PLAN,
	CHROOT,
	START
};

static const struct option longs[] = {
	{ "tree", required_argument, NULL, 't' },
	{ "arch", required_argument, NULL, 'a' },
	{ "view", required_argument, NULL, 'v' },
	{ "bind", required_argument, NULL, BIND },
	{ "bind-ro", required_argument, NULL, BIND_RO },
	{ "tmpfs", required_argument, NULL, TMPFS },
	{ "cwd", required_argument, NULL, CWD },
	{ "workdir", required_argument, NULL, WORKDIR },
	{ "env", required_argument, NULL, 'e' },
	{ "clear-env", no_argument, NULL, CLEAR_ENV },
	{ "write", no_argument, NULL, 'w' },
	{ "net", required_argument, NULL, 'n' },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "memory", required_argument, NULL, MEMORY },
	{ "cpu-time", required_argument, NULL, CPU },
	{ "pids", required_argument, NULL, PIDS },
	{ "files", required_argument, NULL, FILES },
	{ "plan", no_argument, NULL, PLAN },
	{ "chroot", no_argument, NULL, CHROOT },
	{ "start", required_argument, NULL, START },
	{ "config", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

const struct option *run_options(void)
{
	return longs;
}

static int add_extra(struct options *options, const struct view_extra *extra)
{
	if (options->n_extras == VIEW_EXTRAS_MAX)
		return say_error("run", "more than %d mounts", VIEW_EXTRAS_MAX);
	options->extras[options->n_extras++] = *extra;
	return 0;
}

/* An absolute path without a trailing slash, as DST may be typed. */
static int check_dst(char *dst)
{
	struct err err = { 0 };
	size_t n = strlen(dst);

	while (n > 1 && dst[n - 1] == '/')
		dst[--n] = '\0';
	return view_sandbox_allows(dst, &err) < 0 ? say_err("run", &err) : 0;
}

/* SRC[:DST]. Links in SRC are followed now and never again. The strings live as long as the
 * process. */
static int add_bind(struct options *options, const char *text, unsigned flags)
{
	struct view_extra extra = { .type = VIEW_BIND, .flags = flags };
	char *src = strdup(text), *dst = NULL, *real;
	struct stat st;

	if (!src)
		return say_error("run", "%s", strerror(ENOMEM));
	for (char *colon = strchr(src, ':'); colon; colon = strchr(colon + 1, ':')) {
		if (colon[1] == '/')
			dst = colon;
	}
	if (dst)
		*dst++ = '\0';
	real = realpath(src, NULL);
	if (!real || stat(real, &st) < 0)
		return say_error("run", "cannot bind %s: %s", src, strerror(errno));
	if (!dst)
		dst = real;
	if (!S_ISDIR(st.st_mode))
		extra.flags |= VIEW_EXTRA_FILE;
	extra.src = real;
	extra.dst = dst;
	return check_dst(dst) ? EXIT_OURS : add_extra(options, &extra);
}

static int add_tmpfs(struct options *options, const char *text)
{
	char *dst = strdup(text);

	if (!dst)
		return say_error("run", "%s", strerror(ENOMEM));
	return check_dst(dst)
		       ? EXIT_OURS
		       : add_extra(options, &(struct view_extra){ .type = VIEW_TMPFS, .dst = dst });
}

static int add_env(struct options *options, const char *text)
{
	if (!strchr(text, '=') || text[0] == '=')
		return say_error("run", "--env must be NAME=VALUE, not '%s'", text);
	if (options->n_env == MORE_MAX)
		return say_error("run", "more than %d variables", MORE_MAX);
	options->env[options->n_env++] = text;
	return 0;
}

/* One of a few words: its place in the list, or -1 and a sentence. */
static int one_of(const char *option, const char *text, const char *const words[3])
{
	for (int i = 0; i < 3 && words[i]; i++) {
		if (str_eq(text, words[i]))
			return i;
	}
	if (words[2])
		(void)say_error("run", "--%s must be '%s', '%s' or '%s', not '%s'", option,
				words[0], words[1], words[2], text);
	else
		(void)say_error("run", "--%s must be '%s' or '%s', not '%s'", option, words[0],
				words[1], text);
	return -1;
}

static int parse_word(struct options *options, int letter, const char *text)
{
	static const char *const views[3] = { "client", "host" };
	static const char *const nets[3] = { "host", "none" };
	static const char *const cwds[3] = { "ro", "rw", "none" };
	int word;

	if (letter == 'v') {
		word = one_of("view", text, views);
		options->request.flags |= word == 1 ? SANDBOX_HOST_VIEW : 0;
	} else if (letter == 'n') {
		word = one_of("net", text, nets);
		options->request.flags |= word == 1 ? SANDBOX_OWN_NET : 0;
	} else {
		word = one_of("cwd", text, cwds);
		options->cwd = (enum cwd_mode)(CWD_RO + word);
	}
	return word < 0 ? EXIT_OURS : 0;
}

static int parse_limit(struct sandbox_limits *limits, int letter, const char *text)
{
	uint64_t *value = letter == TIMEOUT  ? &limits->timeout_ms
			  : letter == MEMORY ? &limits->memory
			  : letter == CPU    ? &limits->cpu_s
			  : letter == PIDS   ? &limits->pids
					     : &limits->files;
	int r = letter == TIMEOUT  ? amount_ms(text, value)
		: letter == MEMORY ? amount_bytes(text, value)
				   : str_to_u64(text, 10, value);

	if (r == 0 && *value > 0)
		return 0;
	for (size_t i = 0; longs[i].name; i++) {
		if (longs[i].val == letter)
			return say_error("run", "--%s cannot be '%s'", longs[i].name, text);
	}
	return EXIT_OURS;
}

static int parse_start(struct options *options, const char *text)
{
	struct err err = { 0 };

	if (tree_conf_start(text, &options->start, &err) == 0)
		return 0;
	(void)err_wrap(&err, -EINVAL, "--start");
	return say_err("run", &err);
}

static int parse_option(struct options *options, int letter)
{
	switch (letter) {
	case 't':
		options->tree = optarg;
		return 0;
	case 'a':
		options->arch = optarg;
		return 0;
	case 'c':
		options->config = optarg;
		return 0;
	case 'e':
		return add_env(options, optarg);
	case 'w':
		options->request.flags |= SANDBOX_WRITE;
		return 0;
	case BIND:
		return add_bind(options, optarg, 0);
	case BIND_RO:
		return add_bind(options, optarg, VIEW_EXTRA_RDONLY);
	case TMPFS:
		return add_tmpfs(options, optarg);
	case WORKDIR:
		options->workdir = optarg;
		return 0;
	case CLEAR_ENV:
		options->clear_env = true;
		return 0;
	case PLAN:
		options->plan = true;
		return 0;
	case CHROOT:
		options->request.flags |= SANDBOX_CHROOT;
		return 0;
	case START:
		return parse_start(options, optarg);
	case 'v':
	case 'n':
	case CWD:
		return parse_word(options, letter, optarg);
	case 'h':
		(void)fputs(help, stdout);
		exit(0);
	case '?':
		run_elsewhere();
		return say_usage("run");
	default:
		return parse_limit(&options->request.limits, letter, optarg);
	}
}

static int parse(int argc, char **argv, struct options *ret)
{
	int letter, r = 0;

	sandbox_request_init(&ret->request);
	/* "+": what follows the command is the command's. */
	while (r == 0 && (letter = getopt_long(argc, argv, "+t:a:v:e:wn:c:h", longs, NULL)) != -1)
		r = parse_option(ret, letter);
	if (r)
		return r;
	if (optind == argc && !ret->plan)
		return say_error("run", "needs a COMMAND (Hint: see 'busypy run --help')");
	if ((ret->request.flags & SANDBOX_CHROOT) && geteuid() != 0)
		return say_error("run", "--chroot is for root (Hint: without it no privilege is "
					"needed)");
	if ((ret->request.flags & SANDBOX_CHROOT) && (ret->request.flags & SANDBOX_OWN_NET))
		return say_error("run", "--net none takes a namespace, and --chroot has none");
	ret->request.argv = argv + optind;
	return 0;
}

static int choose_tree(struct options *options, char path[PATH_SIZE], struct err *err)
{
	struct sandbox_request *request = &options->request;
	int r = arch_named(options->arch, &request->arch, err);

	if (r < 0)
		return r;
	if (!options->tree)
		r = run_find_tree(options->config, &options->tree, err);
	if (r < 0)
		return r;
	r = tree_resolve(options->tree, path, err);
	if (r < 0)
		return r;
	request->tree = path;
	return tree_need_runtime(path, request->arch, err);
}

/* What the tree says of itself is for where it is enabled: no command fails for it. */
static void choose_start(struct options *options)
{
	struct err err = { 0 };

	if (options->start || options->request.flags & SANDBOX_HOST_VIEW)
		return;
	if (run_tree_start(options->request.tree, &options->start, &err) < 0)
		say_warning("run", "%s", err.text);
	if (options->start == START_IMAGE)
		options->start = START_AUTO;
}

/* So that `busypy run ./script` works. It comes before what was asked for, which may cover it. */
static int choose_cwd(struct options *options, struct cwd *cwd)
{
	struct sandbox_request *request = &options->request;
	bool client = !(request->flags & SANDBOX_HOST_VIEW), shown = false;

	cwd_get(cwd);
	if (options->cwd != CWD_NONE && cwd->path[0] && !str_eq(cwd->path, "/")) {
		/* It does not cover what the view has there, unless it is told to. */
		shown = sandbox_can_hold(request, cwd->path) &&
			(options->cwd != CWD_DEFAULT || !sandbox_has(request, cwd->path));
		if (!shown && options->cwd != CWD_DEFAULT)
			return say_error("run",
					 "%s: the working directory has no place in this view",
					 cwd->path);
		if (!shown && !options->workdir)
			say_warning("run", "%s has no place in this view, starting in /",
				    cwd->path);
	}
	if (shown && (client || options->cwd == CWD_RW)) {
		if (options->n_extras == VIEW_EXTRAS_MAX)
			return say_error("run", "more than %d mounts", VIEW_EXTRAS_MAX);
		memmove(options->extras + 1, options->extras,
			options->n_extras++ * sizeof(options->extras[0]));
		options->extras[0] = (struct view_extra){
			.type = VIEW_BIND,
			.flags = options->cwd == CWD_RW ? 0 : VIEW_EXTRA_RDONLY,
			.src = cwd->path,
			.dst = cwd->path,
		};
	}
	request->workdir = options->workdir ? options->workdir : shown ? cwd->path : "/";
	return 0;
}

static int check_extras(const struct options *options)
{
	for (size_t i = 0; i < options->n_extras; i++) {
		const char *dst = options->extras[i].dst;
		bool covered = false;

		for (size_t j = 0; j < i; j++)
			covered |= path_below(dst, options->extras[j].dst);
		if (!covered && !sandbox_can_hold(&options->request, dst))
			return say_error("run",
					 "%s: the tree has no such place, and is read-only (Hint: "
					 "--write lets one be made)",
					 dst);
	}
	return 0;
}

static int print_plan(const struct sandbox_request *request)
{
	static struct plan plan;
	struct err err = { 0 };

	if (sandbox_plan(request, &plan, &err) < 0)
		return say_err("run", &err);
	return say_plan("run", &plan);
}

/* Signals are the command's; they are blocked before it starts, so that none is lost. */
static int open_signals(void)
{
	static const int passed_on[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
					 SIGUSR1, SIGUSR2, SIGWINCH };
	sigset_t set;

	(void)sigemptyset(&set); /* this and sigaddset cannot fail for known signals */
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		(void)sigaddset(&set, passed_on[i]);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGCHLD, SIG_DFL); /* ignored by the caller, nothing could be waited for */
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void pass_on(int signals, const struct sandbox *sandbox, const struct relay *relay)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGWINCH)
			sandbox_signal(sandbox, (int)info.ssi_signo);
		else if (sandbox->terminal >= 0)
			relay_resize(relay);
	}
}

/* Until all of the sandbox has ended. */
static void attend(struct sandbox *sandbox, int signals)
{
	bool terminal = sandbox->terminal >= 0;
	static struct relay relay;

	if (terminal)
		relay_begin(&relay, STDIN_FILENO, STDOUT_FILENO, sandbox->terminal);
	for (;;) {
		struct pollfd ready[2 + RELAY_POLLS] = { { .fd = sandbox->pidfd, .events = POLLIN },
							 { .fd = signals, .events = POLLIN } };

		if (terminal)
			relay_poll(&relay, ready + 2);
		if (poll(ready, terminal ? 2 + RELAY_POLLS : 2, sandbox_due(sandbox)) <= 0)
			continue;
		if (ready[0].revents & POLLIN)
			break;
		if (ready[1].revents & POLLIN)
			pass_on(signals, sandbox, &relay);
		if (terminal)
			relay_step(&relay, ready + 2);
	}
	if (terminal)
		relay_end(&relay);
}

static int supervise(struct sandbox_request *request)
{
	FD_CLEANUP int signals = open_signals();
	struct sandbox_result result;
	struct sandbox sandbox;
	struct err err = { 0 };

	if (relay_possible(STDIN_FILENO, STDOUT_FILENO))
		request->flags |= SANDBOX_TERMINAL;
	if (sandbox_start(request, &sandbox, &err) < 0)
		return say_err("run", &err);
	if (request->limits.memory && !sandbox.cgroup)
		say_warning("run",
			    "no cgroup is delegated: --memory limits each process by itself");
	attend(&sandbox, signals);
	if (sandbox_reap(&sandbox, &result, &err) < 0)
		return say_err("run", &err);
	if (result.timed_out)
		(void)say_error("run", "timed out after %llu ms",
				(unsigned long long)request->limits.timeout_ms);
	return result.timed_out ? EXIT_TIMED_OUT : result.status;
}

/* What is opened later must not take their places, and get into the sandbox. */
static void reserve_stdio(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", O_RDWR); /* the lowest free one is this */
	}
}

int cmd_run(int argc, char **argv)
{
	static char *environment[SANDBOX_VARIABLES_MAX];
	static char tree[PATH_SIZE];
	static struct options options;
	static struct cwd cwd;
	struct sandbox_request *request = &options.request;
	struct sandbox_environment variables = { .from = environ, .more = options.env };
	struct err err = { 0 };
	int r;

	reserve_stdio();
	r = parse(argc, argv, &options);
	if (r)
		return r;
	if (choose_tree(&options, tree, &err) < 0)
		return say_err("run", &err);
	choose_start(&options);
	r = choose_cwd(&options, &cwd);
	if (r == 0)
		r = check_extras(&options);
	if (r)
		return r;
	variables.n_more = options.n_env;
	variables.clear = options.clear_env;
	variables.host_view = request->flags & SANDBOX_HOST_VIEW;
	if (sandbox_environment(&variables, environment, &err) < 0)
		return say_err("run", &err);
	request->envp = environment;
	request->extras = options.extras;
	request->n_extras = options.n_extras;
	if (options.start > START_PLAIN && run_images(request, options.config, &err) < 0 &&
	    options.start == START_IMAGE) {
		(void)err_wrap(&err, -err.code, "--start image");
		return say_err("run", &err);
	}
	return options.plan ? print_plan(request) : supervise(request);
}
