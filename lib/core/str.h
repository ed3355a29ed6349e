/* SPDX-License-Identifier: MIT */
/* Text without surprises: bounded copies, prefixes, numbers, paths and a growing line.
 * Truncation is always an error, never silent. */
#ifndef BUSYPY_CORE_STR_H
#define BUSYPY_CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text that is built up in the caller's memory. After text_init, data is always NUL-terminated;
 * what does not fit sets overflow, and text_check then returns -E2BIG. */
struct text {
	char *data;
	size_t used; /* bytes, without the NUL */
	size_t size; /* bytes, with the NUL */
	bool overflow;
};

void text_init(struct text *text, char *data, size_t size);
void text_add(struct text *text, const char *s);
void text_add_bytes(struct text *text, const char *s, size_t n);
/* In decimal, without printf, which would be most of a small program. */
void text_add_number(struct text *text, uint32_t n);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* 0, or -E2BIG if anything was left out. */
int text_check(const struct text *text);

/* Adds s; blanks, control bytes and backslashes as \ooo, as mountinfo has them. */
void text_add_escaped(struct text *text, const char *s);
/* Takes that back, in place; -EINVAL for a backslash without three digits, or with \000. */
int str_unescape(char *word);

bool str_eq(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* Copies n bytes of src and a NUL into dst of size bytes; -E2BIG if they do not fit. */
int str_copy_bytes(char *dst, size_t size, const char *src, size_t n);
int str_copy(char *dst, size_t size, const char *src);

/* Decimal digits only, all of s, no sign; -EINVAL or -ERANGE. base is 8, 10 or 16. */
int str_to_u64(const char *s, unsigned base, uint64_t *ret_value);

/* True if path is dir itself or lies below it. Both absolute and canonical. */
bool path_below(const char *path, const char *dir);

/* True if path is absolute, has no empty, "." or ".." component and no trailing slash. */
bool path_canonical(const char *path);

/* True if path is relative, and has no empty, "." or ".." component and no slash at its ends. */
bool path_relative(const char *path);

/* The part after the last slash. */
const char *path_base(const char *path);

/* dir + "/" + name into dst; -E2BIG if it does not fit. */
int path_join(char *dst, size_t size, const char *dir, const char *name);

/* name in the first folder of a list as PATH is, into dst; *list becomes what is after that folder.
 * 1; 0 at the list's end; -E2BIG if it does not fit. */
int path_next(const char **list, const char *name, char *dst, size_t size);

/* True if pattern matches the whole path: `*` stands for any bytes but '/', `**` for any bytes. */
bool path_match(const char *pattern, const char *path);

#endif
