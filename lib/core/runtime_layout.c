/* SPDX-License-Identifier: MIT */
/* Paths of a runtime; pure. */
#include "core/runtime_layout.h"

#include <errno.h>

#include "core/str.h"

int runtime_layout_path(const char *word, const char *name, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, RUNTIME_ROOT "/%s" RUNTIME_DIR_END "/%s", word, name);
	return text_check(&text);
}

int runtime_layout_program(const char *word, const char *interp, char *dst, size_t size)
{
	return path_below(interp, "/usr") ? runtime_layout_path(word, interp + 1, dst, size)
					  : -ENOENT;
}
