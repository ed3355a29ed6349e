/* SPDX-License-Identifier: MIT */
/* Takes a caller without privilege into a template. Its file has cap_sys_admin and cap_sys_chroot
 * permitted, so anyone can call it, with any arguments, environment, descriptors and limits: it
 * trusts its contract alone. Between raising and dropping the capabilities it touches the
 * template's descriptor and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/contract.h"
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
#include "start.h"
#include "words.h"

_Noreturn static void die(const char *what, int status, const char *sentence)
{
	struct err err = { 0 };

	(void)err_say(&err, EINVAL, "%s", sentence);
	words_die(status, what, &err);
}

/* [enter, handoff, path, argument ...] from the loader; from anybody else, anything. */
static void read_request(int argc, char **argv, struct handoff *ret_handoff, struct request *ret)
{
	if (argc < 3 || handoff_parse(argv[1], ret_handoff) < 0)
		die("enter", WORDS_OURS,
		    "only the loader starts this program (Hint: see busypy(7))");
	ret->fd = ret_handoff->fd;
	ret->path = argv[2];
	ret->argv = argv + 2;
}

/* Gives back what the capability exec took (credentials(7), execve(2)). All of it is the caller's
 * to set in any case. */
static void restore(const struct handoff *handoff, const char *what)
{
	struct rlimit stack;

	if (getrlimit(RLIMIT_STACK, &stack) == 0) {
		stack.rlim_cur = handoff->stack_soft == UINT64_MAX ? RLIM_INFINITY
								   : (rlim_t)handoff->stack_soft;
		if (stack.rlim_cur <= stack.rlim_max && setrlimit(RLIMIT_STACK, &stack) < 0)
			die(what, WORDS_OURS, "cannot restore the stack limit");
	}
	if (personality(handoff->persona) < 0)
		die(what, WORDS_OURS, "cannot restore the personality");
	for (int fd = 0; fd <= 2; fd++) {
		/* musl opens /dev/null there for a program that gained rights */
		if ((handoff->closed & (1U << fd)) && fd != handoff->fd)
			(void)close(fd); /* closed is what it was */
	}
	if (!handoff->death_signal)
		return;
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)handoff->death_signal) < 0)
		die(what, WORDS_OURS, "cannot restore the parent-death signal");
	/* The parent may have died while the signal was not set. */
	if (getppid() != handoff->parent)
		(void)raise(handoff->death_signal);
}

static void give_up(const char *what)
{
	struct err err = { 0 };
	int r = priv_clear();

	if (r == 0)
		return;
	(void)err_set(&err, -r, "cannot give up privileges");
	words_die(WORDS_OURS, what, &err);
}

/* Raise, enter, drop. Returns 0 in the view without any capability; -errno with no change at all;
 * ends the process in between. */
static int enter_template(const struct contract *contract, const struct script *script,
			  const char *what)
{
	struct err err = { 0 };
	int entered = 0;
	int shared = contract->flags & CONTRACT_SHARED ? 1 : 0;
	int r;
	FD_CLEANUP int fd =
		ns_open_template(script->tree->namespace_path, script->tree->namespace_ino, &err);

	if (fd < 0)
		words_die(WORDS_OURS, what, &err);
	r = priv_raise(PRIV_ENTER);
	if (r == 0)
		r = ns_enter(fd, shared, &entered, &err);
	give_up(what);
	if (r < 0 && entered)
		words_die(WORDS_OURS, what, &err);
	if (r < 0)
		return r;
	if (priv_hold_user() < 0)
		die(what, WORDS_OURS, "cannot set no_new_privs");
	return 0;
}

int main(int argc, char **argv)
{
	const struct contract *contract = baked();
	static struct script script;
	struct err err = { 0 };
	struct handoff handoff = { 0 };
	struct request request;
	struct tier_facts facts = { .contract = true, .elsewhere = TIER_NO, .in_view = TIER_NO };
	struct shebang line;
	struct priv priv = { 0 };
	struct tier_subject subject = { contract, &request, &script, &priv, &err };
	struct cwd cwd;

	if (!contract)
		die("enter", WORDS_OURS, "has no contract (Hint: 'busypy enable' makes one)");
	read_request(argc, argv, &handoff, &request);
	facts.host_root = tier_answer(script_host_root(contract));
	/* the path is not believed: it has to lead to what the descriptor refers to */
	script_identify(contract, &request, facts.host_root == TIER_YES, &script);
	facts.owner = (enum tier_owner)script.owner;
	if (facts.owner != OWNER_OURS)
		die(request.path, WORDS_OURS, "the script is not of an enabled tree");
	if (script_shebang(request.fd, &line, &err) < 0)
		words_die(WORDS_CANNOT_RUN, request.path, &err);
	(void)start_by_env(&request, &line); /* else the view's env says what is wrong */
	cwd_get(&cwd);
	(void)priv_get(&priv); /* on failure: no privilege, hence the last tier */
	facts.pinned = script.tree->namespace_ino;
	facts.privileged = TIER_NO; /* but for what its file gives */
	facts.gains = tier_answer((priv.permitted & PRIV_ENTER) == PRIV_ENTER);
	if (tier_next(&facts) == TIER_ENTER &&
	    enter_template(contract, &script, request.path) == 0) {
		restore(&handoff, request.path);
		start_in_view(contract, &request, &script, &line, &cwd);
	}
	give_up(request.path); /* what was not raised was permitted all the same */
	restore(&handoff, request.path);
	facts.failed |= 1U << TIER_ENTER;
	compose_last_tier(&subject, &facts, &line);
}
