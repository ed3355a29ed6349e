/* SPDX-License-Identifier: MIT */
/* One error as a sentence: what we wanted, on what, and the reason. Never prints. */
#ifndef BUSYPY_CORE_ERR_H
#define BUSYPY_CORE_ERR_H

enum { ERR_TEXT_MAX = 1024 };

/* code: a positive errno value, 0 while no error has been set. text: empty or a whole sentence,
 * shortened with "..." where it would not fit. Initialise with { 0 }. */
struct err {
	int code;
	char text[ERR_TEXT_MAX];
};

/* Sets "FORMAT: strerror(code)" and returns -code; err may be NULL. A code that is no errno (0 or
 * less) is taken for EIO, so that a caller can never return success by mistake. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Like err_set, but the format is the whole sentence: for reasons that errno cannot name. */
int err_say(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "FORMAT: " before the sentence already in err. Returns code unchanged. */
int err_wrap(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Appends " (Hint: FORMAT)" to the sentence already in err. Returns code unchanged. */
int err_hint(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
