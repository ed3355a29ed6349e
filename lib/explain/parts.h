/* SPDX-License-Identifier: MIT */
/* The parts of a replay, in the order of the exec. Only for lib/explain. */
#ifndef BUSYPY_EXPLAIN_PARTS_H
#define BUSYPY_EXPLAIN_PARTS_H

#include <stdbool.h>

#include "core/path_size.h"

struct arch;
struct err;
struct found;
struct python_call;
struct link_load;
struct link_object;
struct rule;
struct shebang;
struct world;

/* What the kernel starts in the end. */
struct last_program {
	int step;
	char interp[PATH_SIZE];	 /* its PT_INTERP, or empty */
	const struct arch *arch; /* whose code it is */
	const struct rule *rule; /* the handler whose interpreter it is, or NULL */
	int subject_step;
};

/* fs/binfmt_elf.c with a file: 1 if the kernel starts it, 0 if it leaves the file to the next
 * loader, negative if that is the end. */
int replay_elf(struct world *world, int step, const char *path, const struct found *file,
	       struct last_program *ret, struct err *err);

/* qemu-user with a file for arch: 1 if it starts it, else negative. */
int replay_elf_guest(struct world *world, int step, const char *path, const struct found *file,
		     struct last_program *ret, struct err *err);

/* Why no loader takes the file, as a sentence; -ENOEXEC. */
int replay_elf_refused(struct world *world, const char *path, const struct found *file,
		       struct err *err);

/* What a program does once it is started, as far as that can be seen: its libraries are found; if
 * it is a Python, the files that it cannot start without. */
int replay_program(struct world *world, const struct found *program,
		   const struct last_program *last, struct err *err);

/* What ld.so (NULL: none was found) does with files that are made for newer processors: where this
 * processor is the one, 0 or negative; else a step says what they need, and 0. */
int replay_level(struct world *world, const struct link_load *load, const struct link_object *ldso,
		 const struct last_program *last, struct err *err);

/* The files that a Python cannot start without; 0 for any other program. */
int replay_python(struct world *world, const struct found *program, struct err *err);

/* What Python makes of the world's words, before it looks for anything. 0: ret says which program
 * it runs; negative if that is the end. */
int replay_python_words(struct world *world, const struct found *program, unsigned minor,
			struct python_call *ret, int *ret_end, struct err *err);

/* And what becomes of that program, as far as Python finds it. */
int replay_python_main(struct world *world, const struct found *program,
		       const struct python_call *call, int end, struct err *err);

/* Where a tree's script has run under this machine's own programs: says so, in err. */
void replay_whose(const struct world *world, struct err *err);

/* Notes that the world's words are for a program at this canonical path, which is called name: what
 * env is asked for, if it is that. at may be NULL: not known yet, replay_env_found() tells. */
void replay_env_note(struct world *world, const char *name, const char *at);
void replay_env_found(struct world *world, const char *at);

/* env has been started, if that was noted: 1 if it executes something, ret_next (of
 * PATH_SIZE bytes); 0 or negative if that is the end. */
int replay_env(struct world *world, char *ret_next, struct err *err);

/* Our own handler's loader with the script subject. 1 if it executes something: ret_next (of
 * PATH_SIZE bytes); 0 or negative if that is the end. */
int replay_loader(struct world *world, const struct found *subject, const struct last_program *last,
		  char *ret_next, struct err *err);

/* qemu-user with a foreign program. */
int replay_qemu(struct world *world, const struct found *subject, const struct last_program *last,
		struct err *err);

#endif
