/* SPDX-License-Identifier: MIT */
/* What a check has found: a path, what is wrong with it, why it matters and how to mend it. */
#ifndef BUSYPY_CHECK_FINDING_H
#define BUSYPY_CHECK_FINDING_H

#include <stddef.h>
#include <stdint.h>

struct arch;

enum finding_severity {
	FINDING_ERROR,	 /* something will not run, or not as it was meant */
	FINDING_WARNING, /* it runs, but slower, later or not everywhere */
	FINDING_NOTE	 /* good to know; what could not be checked */
};

/* Strings are borrowed for the time of the call. */
struct finding {
	const char *path; /* relative to the tree; "." is the tree itself */
	const char *arch; /* or NULL: of all archs, or of none */
	const char *what, *why, *mend;
	int severity; /* enum finding_severity */
};

/* What all findings of one sort have in common. TREE and ARCH in mend stand for those. */
struct finding_kind {
	enum finding_severity severity;
	const char *why, *mend;
};

/* Where findings go, and how many there were. */
struct findings {
	void (*found)(const struct finding *finding, void *ctx);
	void *ctx;
	const char *tree;   /* canonical; cut from the front of paths, and put into mend */
	uint64_t counts[3]; /* by severity */
};

/* Reports one; format says what. path may begin with the tree's. arch may be NULL. */
void finding_add(struct findings *findings, const struct finding_kind *kind, const char *path,
		 const struct arch *arch, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Static storage: "error", "warning", "note". */
const char *finding_severity_name(enum finding_severity severity);

#endif
