/* SPDX-License-Identifier: MIT */
/* What makes Python refuse a source file before it reads a word of it: its bytes. */
#ifndef BUSYPY_CORE_PYTHON_SOURCE_H
#define BUSYPY_CORE_PYTHON_SOURCE_H

#include <stddef.h>

enum python_source {
	PYTHON_SOURCE_FINE,    /* as far as bytes go */
	PYTHON_SOURCE_NUL,     /* has a NUL byte: refused since 3.12 */
	PYTHON_SOURCE_NO_UTF8, /* is no UTF-8, and declares nothing else (PEP 263) */
	PYTHON_SOURCE_DECLARED /* declares an encoding, of which this tells nothing; UTF-8, too: of
				* comments Python proves it only where it is not declared */
};

/* Looks at n bytes; *ret_line (from 1) says where a flaw is. */
enum python_source python_source_look(const char *bytes, size_t n, unsigned *ret_line);

#endif
