/* SPDX-License-Identifier: MIT */
/* Paths of a runtime; pure. */
#include "core/runtime_layout.h"

#include <errno.h>

#include "core/str.h"

int runtime_layout_path(const char *word, const char *name, char *dst, size_t size)
{
	struct text text;

	/* not by text_addf(): the loader asks twice for each script */
	text_init(&text, dst, size);
	text_add(&text, RUNTIME_ROOT "/");
	text_add(&text, word);
	text_add(&text, RUNTIME_DIR_END "/");
	text_add(&text, name);
	return text_check(&text);
}

int runtime_layout_program(const char *word, const char *interp, char *dst, size_t size)
{
	return path_below(interp, "/usr") ? runtime_layout_path(word, interp + 1, dst, size)
					  : -ENOENT;
}
