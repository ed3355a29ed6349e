/* SPDX-License-Identifier: MIT */
/* The interpreter that the kernel starts for a script, by binfmt_misc. It has no privilege of its
 * own. It finds out whether the script is of a tree, and either gets it a view or executes what
 * the kernel itself would have executed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/binfmts.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/broken.h"
#include "core/contract.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/request.h"
#include "core/shebang.h"
#include "core/tier.h"
#include "sys/cwd.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/priv.h"
#include "sys/script.h"
#include "sys/tier_probe.h"
#include "baked.h"
#include "compose.h"
#include "next.h"
#include "start.h"
#include "words.h"

#ifndef AT_FLAGS_PRESERVE_ARGV0
#define AT_FLAGS_PRESERVE_ARGV0 1
#endif

/* Descriptor 0 is a valid answer: only errno tells whether there is one. */
static int script_fd(void)
{
	unsigned long fd;

	errno = 0;
	fd = getauxval(AT_EXECFD);
	return errno ? -1 : (int)fd;
}

_Noreturn static void __attribute__((noinline)) die_of_request(void)
{
	struct err err = { 0 };

	(void)err_say(&err, EINVAL,
		      "started without a script: this is binfmt_misc's interpreter "
		      "(Hint: see busypy(7))");
	words_die(WORDS_OURS, "loader", &err);
}

static void read_request(int argc, char **argv, struct request *ret)
{
	bool preserved = getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0;

	if (request_parse(argc, argv, preserved, script_fd(), ret) < 0)
		die_of_request();
}

static void read_shebang(const struct request *request, struct shebang *ret, struct err *err)
{
	if (script_shebang(request->fd, ret, err) < 0)
		words_die(WORDS_CANNOT_RUN, request->path, err);
}

/* A template can be entered with the caller's own privilege. Returns -errno where the kernel will
 * not let this caller in (its privilege is over another user namespace); else does not return. */
static int __attribute__((noinline))
enter_template(const struct contract *contract, const struct request *request,
	       const struct script *script, struct shebang *line)
{
	struct err err = { 0 };
	struct cwd cwd;
	int entered = 0;
	int r;
	FD_CLEANUP int fd =
		ns_open_template(script->tree->namespace_path, script->tree->namespace_ino, &err);

	if (fd < 0)
		words_die(WORDS_OURS, request->path, &err);
	cwd_get(&cwd);
	r = ns_enter(fd, 0, &entered, &err);
	if (r < 0 && !entered)
		return r;
	if (r == 0 && priv_hold_user() < 0)
		r = err_set(&err, errno, "cannot set no_new_privs");
	if (r < 0)
		words_die(WORDS_OURS, request->path, &err);
	start_in_view(contract, request, script, line, &cwd);
}

/* Writes down what the capability exec takes away. */
static void fill_handoff(const struct request *request, struct handoff *ret)
{
	struct rlimit stack = { RLIM_INFINITY, RLIM_INFINITY };
	int death_signal = 0;

	(void)getrlimit(RLIMIT_STACK, &stack);	      /* cannot fail */
	(void)prctl(PR_GET_PDEATHSIG, &death_signal); /* nor this */
	ret->fd = request->fd;
	ret->parent = (int)getppid();
	ret->death_signal = death_signal;
	ret->persona = (unsigned long)personality(0xffffffff) & UINT32_MAX;
	ret->stack_soft = stack.rlim_cur == RLIM_INFINITY ? UINT64_MAX : stack.rlim_cur;
	ret->closed = 0;
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			ret->closed |= 1U << fd;
	}
}

/* Returns only if enter cannot be executed. */
static void exec_enter(const struct contract *contract, const struct request *request)
{
	static char word[HANDOFF_TEXT_MAX], name[] = "enter";
	struct handoff handoff;
	char *before[2] = { request->argv[-2], request->argv[-1] };

	fill_handoff(request, &handoff);
	if (handoff_format(&handoff, word, sizeof(word)) < 0)
		return;
	request->argv[-2] = name;
	request->argv[-1] = word;
	(void)execve(contract->enter, request->argv - 2, environ);
	request->argv[-2] = before[0];
	request->argv[-1] = before[1];
}

/* Says why no interpreter is started, rather than perhaps the wrong one. */
_Noreturn static void __attribute__((noinline))
refuse(enum tier_step step, const struct tier_subject *subject)
{
	if (step == TIER_REFUSE_STALE)
		(void)broken_stale(subject->script->tree->path, subject->err);
	else if (step == TIER_REFUSE_OWNER)
		(void)broken_owner(subject->err);
	words_die(WORDS_OURS, subject->request->path, subject->err);
}

/* Does what the decision has come to. Returns if that cannot be had, and nothing has happened. */
static void perform(enum tier_step step, const struct tier_subject *subject,
		    struct tier_facts *facts, struct shebang *line)
{
	const struct contract *contract = subject->contract;
	const struct request *request = subject->request;

	/* beside the host's programs its env says what is wrong, in a view the view's */
	if (facts->by_env && step != TIER_KERNEL && !start_by_env(request, line) &&
	    step == TIER_BESIDE)
		step = TIER_KERNEL;
	switch ((int)step) {
	case TIER_KERNEL:
	case TIER_IN_VIEW:
		start_as_kernel(contract, request, line);
	case TIER_BESIDE:
		start_beside(contract, request, subject->script, line);
	case TIER_TEMPLATE:
		(void)enter_template(contract, request, subject->script, line);
		return;
	case TIER_ENTER:
		exec_enter(contract, request);
		return;
	case TIER_COMPOSE:
		(void)compose_in_place(contract, request, subject->script, line);
		return;
	case TIER_USER:
	case TIER_NONE:
	case TIER_REFUSE_TREE:
		compose_last_tier(subject, facts, line);
	case TIER_REFUSE_RUNTIME:
		next_loader(contract, subject->script->tree, request);
	}
	refuse(step, subject);
}

int main(int argc, char **argv)
{
	/* On the page that holds the C library's own variables, and is touched in any case: each
	 * more that is touched, of the stack as well, is a page fault at each start. */
	static struct {
		struct script script;
		struct priv priv;
		struct shebang line;
		struct err err;
	} found;
	const struct contract *contract = baked();
	struct request request;
	struct tier_subject subject = { contract, &request, &found.script, &found.priv,
					&found.err };
	struct tier_facts facts = { .contract = contract != NULL };
	struct shebang *line = &found.line;

	read_request(argc, argv, &request);
	read_shebang(&request, line, &found.err);
	facts.by_env = env_line_names_python(line);
	for (;;) {
		enum tier_step step = tier_next(&facts);

		if (tier_probe(step, &subject, &facts))
			continue;
		perform(step, &subject, &facts, line);
		facts.failed |= 1U << step;
	}
}
