/* SPDX-License-Identifier: MIT */
/* A list of Pythons by their minor versions: those of a runtime, or what `--python` asks for. */
#ifndef BUSYPY_CORE_PYTHON_MINORS_H
#define BUSYPY_CORE_PYTHON_MINORS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum {
	PYTHON_MINORS_MAX = 8,
	PYTHON_MINORS_TEXT = PYTHON_MINORS_MAX * 7 /* bytes of python_minors_format, with the NUL */
};

/* Initialise with { 0 }. */
struct python_minors {
	unsigned minor[PYTHON_MINORS_MAX]; /* 11 for Python 3.11; each once */
	size_t n;
};

/* Adds one after the others, unless it is there. -E2BIG. */
int python_minors_add(struct python_minors *minors, unsigned minor);

bool python_minors_have(const struct python_minors *minors, unsigned minor);

/* From the oldest on. */
void python_minors_sort(struct python_minors *minors);

/* Reads "3.13", "3.11,3.13": in the order of the words. -EINVAL, -E2BIG with a sentence. */
int python_minors_parse(const char *words, struct python_minors *ret, struct err *err);

/* "3.11, 3.13"; of PYTHON_MINORS_TEXT bytes. */
void python_minors_format(const struct python_minors *minors, char *dst);

#endif
