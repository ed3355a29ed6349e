/* SPDX-License-Identifier: MIT */
/* The parts of a check, and what they share: the list of all files. Each part runs in a process of
 * its own with others, so that all processors are used and a crash is an answer, too. */
#ifndef BUSYPY_CHECK_PART_H
#define BUSYPY_CHECK_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arch;
struct check_request;
struct err;
struct findings;
struct python_minors;

enum { CHECK_FILES_MAX = 4 * 1024 * 1024, CHECK_ARCHS_MAX = 16 };

struct check_file {
	char *path; /* below the tree; "" is the tree */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	dev_t dev;
	ino_t ino;
	uint64_t size;	 /* bytes */
	int64_t mtime;	 /* seconds */
	bool unreadable; /* a directory that could not be read */
};

/* All files of a tree, directories before what is in them, each directory in the order of names. */
struct check_index {
	struct check_file *files;
	size_t n, room;
};

int check_index_read(const char *tree, struct check_index *ret, struct err *err);
void check_index_free(struct check_index *index);

/* The files below a directory: [*ret_from, *ret_to). Empty if it is not there. */
void check_index_below(const struct check_index *index, const char *dir, size_t *ret_from,
		       size_t *ret_to);
/* The file at a path, or NULL. */
const struct check_file *check_index_find(const struct check_index *index, const char *path);

/* What a part works with. */
struct check_part {
	const struct check_request *request;
	const struct check_index *index;
	const struct arch *arch;		   /* NULL for parts that are about the tree */
	const struct arch *archs[CHECK_ARCHS_MAX]; /* all that are checked */
	size_t n_archs;
	const struct python_minors *several; /* as tree_several */
	struct findings *findings;
	uint64_t elf_files; /* how many there were */
	/* where libraries are told, or NULL; as in struct closure_request */
	void (*resolved)(const char *file, const char *name, const char *path, void *ctx);
	void *ctx;
};

/* One of the Pythons of a runtime. */
struct check_python {
	const struct arch *arch;
	unsigned minor;	 /* 11 for Python 3.11 */
	char stdlib[64]; /* below the tree */
	bool is_static;	 /* the interpreter loads nothing */
};

/* Number `which` of an arch's Pythons: 0 is python3, after it come those beside it. False if there
 * are no more, or no interpreter, or its name does not tell. */
bool check_python_find(const struct check_part *part, const struct arch *arch, size_t which,
		       struct check_python *ret);

/* Which Python a program of the tree is for, by its first line: its number, or 0 for python3; -1 if
 * the file is none of its Python's. */
int check_python_of(const struct check_part *part, const char *path);

/* True if a source has a compiled file for each of these Pythons, made from these bytes. */
bool check_is_compiled(const struct check_part *part, const struct check_file *source,
		       const struct python_minors *minors);

/* The folders in which each file is to be a program. */
enum { CHECK_PROGRAM_DIRS = 3 };
extern const char *const check_program_dirs[CHECK_PROGRAM_DIRS];

/* The first bytes of a file of the tree (SHEBANG_READ at most); how many, or -errno. */
ssize_t check_read_head(const struct check_part *part, const char *path, char *ret);

/* True if a file of the tree is a program of its Python's, by its first line. */
bool check_is_python(const struct check_part *part, const char *path);

/* A source below the shared packages that is none to the Python that was asked. */
struct check_flaw {
	const char *path; /* below the tree */
	size_t number;	  /* the caller's */
	bool is_imported; /* what can be compiled has an import that names it */
	char *module;	  /* NULL; for the time of the call its name, if an import can name it */
};

/* Tells of each of them whether it is imported, and sorts them by module. -ENOMEM. */
int check_imports_find(const struct check_part *part, struct check_flaw *flaws, size_t n);

/* Reports what a program that starts without site imports of the tree's packages. */
void check_without_site(const struct check_part *part, const char *path);

/* The source of a module of the shared packages, by its dotted name, or NULL. */
const struct check_file *check_imports_source(const struct check_part *part, const char *module);

/* Each returns 0 if it could be done, else -errno with a sentence. */
int check_layout(struct check_part *part, struct err *err);
int check_elf(struct check_part *part, struct err *err);
int check_python(struct check_part *part, struct err *err);
int check_programs(struct check_part *part, struct err *err);
int check_boot(struct check_part *part, struct err *err);
int check_calls(struct check_part *part, struct err *err);
int check_syntax(struct check_part *part, struct err *err);
int check_sums(struct check_part *part, struct err *err);
int check_beside(struct check_part *part, struct err *err);
int check_left_out(struct check_part *part, struct err *err);
int check_dists(struct check_part *part, struct err *err);

/* True if the tree says `programs = host`. */
bool check_uses_host(const struct check_part *part);

/* What a program of the tree that init starts calls. Where the tree uses no host's programs,
 * check_calls() has told already. */
void check_calls_at_boot(struct check_part *part, const char *path, const char *command);

#endif
