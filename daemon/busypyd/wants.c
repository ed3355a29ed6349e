/* SPDX-License-Identifier: MIT */
/* Opens the FIFO beside each restorer of the contract. A FIFO with nobody to read it refuses those
 * who would write, and what it holds is little: nothing that is asked for takes memory or time. */
#include "wants.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/contract.h"
#include "core/path_size.h"
#include "core/start_judge.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "handler/policy.h"
#include "sys/below.h"
#include "sys/fd.h"

_Static_assert((int)WANTS_MAX == (int)CONTRACT_TREES_MAX, "a want for each tree");
_Static_assert((int)START_KINDS <= 64, "a bit for each kind");

int wants_open(struct wants *wants)
{
	wants->fd = epoll_create1(EPOLL_CLOEXEC);
	return wants->fd < 0 ? -errno : 0;
}

/* For writing, too: otherwise it is at its end, again and again, while nobody has it open. */
static int open_fifo(const char *restorer)
{
	char path[PATH_SIZE];
	struct text text;
	struct stat st;
	FD_CLEANUP int fd = -1;

	text_init(&text, path, sizeof(path));
	text_add_bytes(&text, restorer, (size_t)(path_base(restorer) - restorer));
	text_add(&text, START_WANTED);
	if (text_check(&text) < 0)
		return -ENAMETOOLONG;
	fd = below_open_root(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -ENOENT;
	return fd_steal(&fd);
}

static struct want *find(struct wants *wants, const char *restorer)
{
	for (size_t i = 0; i < wants->n; i++) {
		if (str_eq(wants->of[i].restorer, restorer))
			return &wants->of[i];
	}
	return NULL;
}

static bool is_of(const struct contract *contract, const char *restorer)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (str_eq(contract->trees[i].restorer, restorer))
			return true;
	}
	return false;
}

static void drop_others(struct wants *wants, const struct contract *contract)
{
	size_t n = 0;

	for (size_t i = 0; i < wants->n; i++) {
		if (is_of(contract, wants->of[i].restorer))
			wants->of[n++] = wants->of[i];
		else
			fd_close(&wants->of[i].fd); /* and nobody waits for it any more */
	}
	wants->n = n;
}

static void add(struct wants *wants, const char *restorer)
{
	struct want want = { .fd = open_fifo(restorer) };
	struct epoll_event event = { .events = EPOLLIN };

	if (want.fd < 0)
		return; /* its images are gone: a round sees to it */
	if (str_copy(want.restorer, sizeof(want.restorer), restorer) < 0 ||
	    epoll_ctl(wants->fd, EPOLL_CTL_ADD, want.fd, &event) < 0) {
		fd_close(&want.fd);
		return;
	}
	wants->of[wants->n++] = want;
}

void wants_follow(struct wants *wants)
{
	static struct contract contract; /* large; one thread, and no call within another */

	if (policy_live_contract(&contract, NULL) != 1)
		contract.n_trees = 0;
	drop_others(wants, &contract);
	for (size_t i = 0; i < contract.n_trees; i++) {
		const char *restorer = contract.trees[i].restorer;

		if (restorer[0] && !find(wants, restorer) && wants->n < WANTS_MAX)
			add(wants, restorer);
	}
}

void wants_take(struct wants *wants)
{
	for (size_t i = 0; i < wants->n; i++) {
		unsigned char kinds[512];
		ssize_t n = read(wants->of[i].fd, kinds, sizeof(kinds));

		for (ssize_t j = 0; j < n; j++) {
			if (kinds[j] < START_KINDS)
				wants->of[i].asked |= UINT64_C(1) << kinds[j];
		}
	}
}

bool wants_any(const struct wants *wants)
{
	for (size_t i = 0; i < wants->n; i++) {
		if (wants->of[i].asked & ~wants->of[i].served)
			return true;
	}
	return false;
}

const char *wants_next(struct wants *wants, unsigned *ret_kind)
{
	for (size_t i = 0; i < wants->n; i++) {
		struct want *want = &wants->of[i];
		uint64_t left = want->asked & ~want->served;

		if (!left)
			continue;
		*ret_kind = (unsigned)__builtin_ctzll(left);
		want->served |= UINT64_C(1) << *ret_kind;
		return want->restorer;
	}
	return NULL;
}
