/* SPDX-License-Identifier: MIT */
/* locale.conf(5): the machine's locale. */
#ifndef BUSYPY_CORE_LOCALE_CONF_H
#define BUSYPY_CORE_LOCALE_CONF_H

#include <stddef.h>

/* The value of LANG in the text of such a file, without quotes. -ENOENT if it has none; -E2BIG;
 * -EINVAL for what no locale is called. */
int locale_conf_lang(const char *text, char *dst, size_t size);

#endif
