/* SPDX-License-Identifier: MIT */
/* Any text as an inittab command: the words hold no blank, and together all that is no blank. */
#include "core/command.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct command command;
	char *text = strndup((const char *)data, size);
	size_t blanks = 0, length = 0, n = 0;

	if (!text || command_parse(text, &command) < 0) {
		free(text);
		return 0;
	}
	for (; command.argv[n]; n++) {
		if (!command.shell && (!*command.argv[n] || strpbrk(command.argv[n], " \t")))
			abort();
		length += strlen(command.argv[n]);
	}
	for (const char *s = text; *s; s++)
		blanks += *s == ' ' || *s == '\t';
	if (!command.shell && length + blanks != strlen(text))
		abort();
	if (command.shell && (n != 3 || strncmp(command.argv[2], "exec ", 5) != 0))
		abort();
	if (command.login != (text[0] == '-') || !command.path)
		abort();
	free(text);
	return 0;
}
