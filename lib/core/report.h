/* SPDX-License-Identifier: MIT */
/* What programs printed, as JSON and XML text, and where two outputs begin to differ; pure. */
#ifndef BUSYPY_CORE_REPORT_H
#define BUSYPY_CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

enum report_syntax { REPORT_JSON, REPORT_XML };

/* What one byte may become: "\u0001" in JSON, "&quot;" in XML. */
enum { REPORT_ESCAPED_MAX = 6 };

/* Converts the beginning of n bytes into the inside of a string (JSON) or of a text or attribute
 * (XML 1.0), which is always valid UTF-8: a byte that is none, or a character that XML cannot
 * carry, becomes U+FFFD. Fills at most size bytes of dst, which must be at least
 * REPORT_ESCAPED_MAX, without a NUL. Returns their number; *ret_taken is how many of the n bytes
 * they stand for, at least 1 unless n is 0. */
size_t report_escape(enum report_syntax syntax, const char *bytes, size_t n, char *dst, size_t size,
		     size_t *ret_taken);

/* The first line in which two texts differ. A line is a slice of its text, without its newline; its
 * pointer is NULL where the text has ended. */
struct report_difference {
	size_t line; /* from 1 */
	const char *a, *b;
	size_t n_a, n_b;
};

/* False if the texts are the same, byte for byte. */
bool report_differ(const char *a, size_t n_a, const char *b, size_t n_b,
		   struct report_difference *ret);

#endif
