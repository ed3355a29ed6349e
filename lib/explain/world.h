/* SPDX-License-Identifier: MIT */
/* What the process that is replayed sees: files, rights, handlers; and the record of its steps.
 * Only for lib/explain. */
#ifndef BUSYPY_EXPLAIN_WORLD_H
#define BUSYPY_EXPLAIN_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/path_size.h"

struct arch;
struct err;
struct replay;
struct replay_request;
struct rule;
struct sysroot;
struct words;

enum { WORLD_HEAD = 256 }; /* BINPRM_BUF_SIZE */

/* Whether a script's first line makes env start something. */
enum world_env { WORLD_NO_ENV, WORLD_MAYBE_ENV, WORLD_ENV };

struct world {
	const struct replay_request *request;
	struct replay *out;
	struct sysroot *root;	   /* what is "/" */
	const struct arch *kernel; /* whose ELF loader is asked first */
	const struct arch *compat; /* and second; or NULL */
	struct rule *rules;	   /* in the order of asking */
	size_t n_rules;
	bool rules_off;		 /* binfmt_misc is disabled: none is asked */
	bool here;		 /* the caller's own rights count; else it is PID 1 */
	bool reads;		 /* files are only read: what runs them needs no right to execute */
	bool in_view;		 /* what "/" is has been replaced */
	bool started;		 /* a program runs already: what fails now is an exit status */
	bool by_env;		 /* by env, which gives what the kernel does not take to a shell */
	bool by_tree;		 /* in a view of a tree, or beside the host's programs */
	bool by_script;		 /* what was asked for is a script */
	char asked[PATH_SIZE];	 /* where that is, canonical */
	char program[PATH_SIZE]; /* what was started last */
	bool bare;		 /* no variable of the caller's is left */
	struct words *words;
	char script[PATH_SIZE]; /* where the script in the words is on this machine */
	enum world_env env;
	/* what there was of the two when env was named: its words are the last env_words */
	size_t env_words, env_script;
	char env_file[PATH_SIZE];
	int parent;	     /* the step under which the next one stands */
	char cwd[PATH_SIZE]; /* absolute and canonical */
};

/* A file that may be executed. */
struct found {
	char at[PATH_SIZE];   /* canonical, as the process sees it */
	char real[PATH_SIZE]; /* where it is on this machine */
	struct stat st;
	uint8_t head[WORLD_HEAD]; /* its first bytes, zeros after its end */
};

/* Makes a world for the request, and frees it. 0 or -errno with a sentence. */
int world_open(struct world *world, const struct replay_request *request, struct replay *out,
	       struct err *err);
void world_close(struct world *world);

/* Adds a step below the world's parent; note may be NULL. Returns its number. */
int world_step(struct world *world, const char *kind, const char *path, const char *note, ...)
	__attribute__((format(printf, 4, 5)));

/* Changes a step: what it turned out to be. */
void world_set(struct world *world, int step, const char *kind, const char *note, ...)
	__attribute__((format(printf, 4, 5)));

/* An absolute path for one that may be relative. -ENAMETOOLONG if dst of size bytes is too small.
 */
int world_absolute(const struct world *world, const char *path, char *dst, size_t size);

/* Opens a path as the kernel does for execution, and reads its first bytes. 0, -errno with the
 * sentence; the step is then marked. -EAGAIN where that cannot be told. */
int world_find(struct world *world, int step, const char *path, struct found *ret, struct err *err);

/* Each marks a step as the one that fails, notes how that ends, and returns a negative number. */
int world_fail(struct world *world, int step, int code);   /* errno, or the loader's status */
int world_exit(struct world *world, int step, int status); /* a program gives up */
int world_other(struct world *world, int step);		   /* what runs is not the script */
int world_signal(struct world *world, int step);	   /* the process is killed */
int world_cannot_tell(struct world *world, int step);

#endif
