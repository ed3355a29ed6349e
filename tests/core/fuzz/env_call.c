/* SPDX-License-Identifier: MIT */
/* Any text as the one argument of env that a first line can give, before a script's path. */
#include "core/env_call.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/env_line.h"
#include "core/err.h"
#include "core/shebang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The loader's short way and the whole reading agree on whether python3 is started. */
static void compare(const char *text, const struct env_call *call, enum env_end end)
{
	struct shebang line = { .interp = ENV_PROGRAM, .has_arg = true }, python;
	int r;

	if (strlen(text) >= sizeof(line.arg))
		return;
	memcpy(line.arg, text, strlen(text) + 1);
	r = env_line_python(&line, NULL, &python);
	if (r != 1)
		return;
	if (end != ENV_RUNS || strcmp(call->words[call->program], "python3") != 0 ||
	    call->n != call->program + 2 + (python.has_arg ? 1 + python.more : 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct env_call call;
	char *text = strndup((const char *)data, size);
	struct err err = { 0 };
	enum env_end end;

	if (!text)
		return 0;
	memset(&call, 0, sizeof(call));
	call.words[call.n++] = "env";
	call.words[call.n++] = text;
	call.words[call.n++] = "/script";
	end = env_call_parse(&call, NULL, &err);
	if (end == ENV_RUNS && call.program >= call.n)
		abort();
	if ((end == ENV_FAILS) != (err.text[0] != '\0'))
		abort();
	compare(text, &call, end);
	free(text);
	return 0;
}
