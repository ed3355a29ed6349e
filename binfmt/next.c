/* SPDX-License-Identifier: MIT */
/* Waits for the generation after this one, by its files. */
#include "next.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/contract.h"
#include "core/request.h"
#include "core/service_file.h"
#include "core/str.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/probe.h"

extern char **environ;

/* Milliseconds. */
enum {
	LOOK_MS = 20,
	NEXT_MS = 10 * 1000, /* until there are files of a next generation */
	AGAIN_MS = 30 * 1000 /* from then on until its entries are asked */
};

/* The loader of the next generation: ROOT/gN/enter is this one's enter. */
static int next_path(const struct contract *contract, char *dst, size_t size)
{
	const char *name = path_base(contract->enter);
	size_t n = (size_t)(name - contract->enter);
	struct text text;

	if (n < 2)
		return -1;
	for (n--; n && contract->enter[n - 1] != '/'; n--)
		;
	text_init(&text, dst, size);
	text_add_bytes(&text, contract->enter, n);
	text_addf(&text, "g%u/loader", contract->generation + 1);
	return text_check(&text);
}

static void pause_for(long ms)
{
	const struct timespec wait = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&wait, NULL); /* a signal only makes it look earlier */
}

/* True if the files of a next generation have been there for so long that it will not be asked. */
static bool is_abandoned(const char *loader)
{
	struct contract_file file;
	struct timespec now;
	uint64_t at;

	if (probe_file(loader, &file) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return false;
	at = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return at > file.changed && at - file.changed > (uint64_t)AGAIN_MS * 1000000;
}

void next_loader(const struct contract *contract, const struct contract_tree *tree,
		 const struct request *request)
{
	uint64_t end = clock_ms() + NEXT_MS;
	char loader[CONTRACT_PATH_MAX];

	if (tree->word[0] || access(SERVICE_STATE_FILE, F_OK) < 0 ||
	    next_path(contract, loader, sizeof(loader)) < 0)
		return;
	while (access(loader, F_OK) < 0) {
		if (clock_ms() >= end)
			return;
		pause_for(LOOK_MS);
	}
	if (is_abandoned(loader) || fd_cloexec(request->fd) < 0)
		return;
	pause_for(LOOK_MS);
	(void)execve(request->path, request->argv, environ);
}
