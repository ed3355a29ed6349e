/* SPDX-License-Identifier: MIT */
/* What a script's first bytes promise: will the handler take it, would a view find its interpreter.
 * How the kernel reads the line is lib/core/shebang. */
#ifndef BUSYPY_CORE_SCRIPT_LINE_H
#define BUSYPY_CORE_SCRIPT_LINE_H

#include <stddef.h>

struct shebang;

enum script_kind {
	SCRIPT_OURS,   /* names an interpreter of the tree, as the handler matches it */
	SCRIPT_OTHER,  /* names another program: only who is in a view already gets the tree's */
	SCRIPT_SPACED, /* one of ours, written as the handler does not match it: "#! /..." */
	SCRIPT_ENV,    /* /usr/bin/env PROGRAM */
	SCRIPT_RETURN, /* the interpreter's name or option ends with a carriage return */
	SCRIPT_LONG,   /* a line that the kernel may cut */
	SCRIPT_NONE,   /* begins with no "#!", or names nothing */
};

/* Judges the first n bytes of a file. ret is filled in for all but SCRIPT_LONG and SCRIPT_NONE. For
 * SCRIPT_ENV and SCRIPT_SPACED *ret_better is the first line to write instead: static storage, or
 * NULL if none is known. */
enum script_kind script_judge(const char *bytes, size_t n, struct shebang *ret,
			      const char **ret_better);

#endif
