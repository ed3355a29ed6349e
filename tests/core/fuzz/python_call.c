/* SPDX-License-Identifier: MIT */
/* Any words, one a line, as those of python3; and the first as the argument of a first line. */
#include "core/python_call.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/shebang.h"

enum { WORDS = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each end has what its name promises. */
static void prove(const struct python_call *call, enum python_end end, const struct err *err)
{
	if ((end == PYTHON_FAILS) != (err->text[0] != '\0') ||
	    (end == PYTHON_FAILS) != (call->status != 0))
		abort();
	if (end == PYTHON_RUNS && (!call->script || call->script >= call->n))
		abort();
	if ((end == PYTHON_COMMAND || end == PYTHON_MODULE) && !call->text)
		abort();
}

/* The line's way and the words' agree. */
static void compare(const char *text, const struct python_call *call, enum python_end end)
{
	struct shebang line = { .interp = "/usr/bin/python3", .has_arg = true };
	struct python_call other = { .minor = call->minor };
	struct err err = { 0 };
	int r;

	if (strlen(text) >= sizeof(line.arg))
		return;
	memcpy(line.arg, text, strlen(text) + 1);
	r = python_call_line(&line, &other, &err);
	if ((r == 1) !=
	    ((end == PYTHON_RUNS && call->script == call->n - 1) ||
	     ((end == PYTHON_COMMAND || end == PYTHON_MODULE) && call->text != call->words[2])))
		abort();
	if ((r == 1) != (err.text[0] == '\0'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *at = text;
	const char *words[WORDS + 2] = { "python3" };
	struct python_call call = { .words = words, .n = 1, .minor = size % 7 ? 8 + size % 7 : 0 };
	struct err err = { 0 };
	enum python_end end;

	if (!text)
		return 0;
	while (at && call.n <= WORDS)
		words[call.n++] = strsep(&at, "\n");
	end = python_call_parse(&call, &err);
	prove(&call, end, &err);
	call = (struct python_call){ .words = words, .n = 3 };
	words[2] = "SCRIPT";
	err.text[0] = '\0';
	end = python_call_parse(&call, &err);
	prove(&call, end, &err);
	compare(words[1], &call, end);
	free(text);
	return 0;
}
