/* SPDX-License-Identifier: MIT */
/* Finds the self-test's lines in a console log. */
#include "boot_record.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"

enum { LOG_MAX = 16 * 1024 * 1024 };

/* A serial line ends in "\r\n"; some drivers add another "\r". */
static size_t without_returns(char *text, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] != '\r')
			text[used++] = text[i];
	}
	text[used] = '\0';
	return used;
}

int boot_record_smoke(int log, const struct folder *dir, const char *arch, struct err *err)
{
	FILES_FREE char *text = malloc(LOG_MAX + 1);
	const char *start, *end;
	char name[64];
	ssize_t n;
	int r;

	if (!text)
		return err_set(err, ENOMEM, "cannot read the console's log");
	n = fd_read_at(log, text, LOG_MAX, 0);
	if (n < 0)
		return err_set(err, (int)-n, "cannot read the console's log");
	(void)without_returns(text, (size_t)n);
	start = strstr(text, "# python\n");
	end = start ? strstr(start, "\n# passed\n") : NULL;
	if (start && !end)
		end = strstr(start, "\n# failed");
	if (!end)
		return err_say(err, ENOENT, "the self-test did not run to its end (see %s)",
			       dir->path);
	end += 1 + strcspn(end + 1, "\n") + 1;
	(void)snprintf(name, sizeof(name), "smoke.%s.txt", arch);
	r = folder_remove(dir, name, err);
	if (r < 0)
		return r;
	return folder_write(dir, name, start, (size_t)(end - start), 0644, err);
}
