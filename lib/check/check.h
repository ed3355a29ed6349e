/* SPDX-License-Identifier: MIT */
/* Checks a tree from the outside, for every arch, without running a foreign instruction. What
 * `busypy check` prints; `stage`, `pack` and others ask the same. */
#ifndef BUSYPY_CHECK_CHECK_H
#define BUSYPY_CHECK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct arch;
struct err;
struct finding; /* findings.h */
struct listener;

/* What may be left out, because it was checked before or would take too long. */
enum check_skip {
	CHECK_SKIP_LAYOUT = 1 << 0,   /* mount points, modes, owners, names, links */
	CHECK_SKIP_ELF = 1 << 1,      /* the closure of programs, libraries, extension modules */
	CHECK_SKIP_PYTHON = 1 << 2,   /* landmarks, .pyc, differences between archs */
	CHECK_SKIP_PROGRAMS = 1 << 3, /* what stands in bin and sbin, and what inittab starts */
	CHECK_SKIP_SUMS = 1 << 4,     /* the checksums of manifests (that files are there, never) */
	CHECK_SKIP_SYNTAX = 1 << 5,   /* Python's own opinion of programs: it has to be started */
	CHECK_SKIP_DISTS = 1 << 6     /* what Python's distributions need */
};

struct check_request {
	const char *tree;
	const struct arch *const *archs; /* NULL after the last; NULL: all that the tree has */
	unsigned skip;			 /* enum check_skip */
	/* Is called for each finding, ordered by path, when all is done; may be NULL. */
	void (*found)(const struct finding *finding, void *ctx);
	/* Is called for each ELF file of a runtime with name and path NULL, then for each library
	 * that ld.so would load for it: as it is called, and where a view has it. May be NULL. */
	void (*library)(const char *arch, const char *file, const char *name, const char *path,
			void *ctx);
	void *ctx;
};

struct check_counts {
	uint64_t errors, warnings, notes;
	uint64_t archs, files, elf_files;
	bool beside; /* the tree says `programs = host` */
};

/* Checks. 0 if it could be done, whatever was found; -errno with a sentence if it could not tell:
 * the tree cannot be read, or has no runtime for one of request->archs. */
int check_run(const struct check_request *request, struct check_counts *ret, struct err *err);

/* The same for callers that want a tree without errors: -ENOEXEC with the first error as a
 * sentence, and how many more there are. request->found may be NULL. */
int check_demand(const struct check_request *request, struct err *err);

/* The same for callers that go on all the same: warns of the first errors, one sentence
 * each, and with a last one if there are more. what is the tree's name in that one. */
int check_warn(const struct check_request *request, const char *what,
	       const struct listener *listener, struct err *err);

#endif
