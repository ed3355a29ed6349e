/* SPDX-License-Identifier: MIT */
/* What options say about Debian's packages, for stage and add. */
#ifndef BUSYPY_CLI_DEBIAN_OPTIONS_H
#define BUSYPY_CLI_DEBIAN_OPTIONS_H

#include <stdbool.h>

struct err;

/* True for "debian" and "debian:SUITE"; *ret_suite is that suite, borrowed, or NULL. */
bool debian_options_from(const char *from, const char **ret_suite);

/* Where apt looks: given, or else what the configuration (NULL: the default file) says. It is read
 * in any case, so that its errors are told. ret is valid until the next call. */
int debian_options_mirror(const char *given, const char *config, const char **ret, struct err *err);

/* The file of --keyring by its whole path: NULL for none that was given. It is valid until the next
 * call. */
int debian_options_keyring(const char *given, const char **ret, struct err *err);

#endif
