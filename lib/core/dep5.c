/* SPDX-License-Identifier: MIT */
/* Paragraphs with an empty line between them, each of fields as in a control file. */
#include "core/dep5.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/deb_control.h"
#include "core/str.h"

/* Bytes up to the next empty line, with it. */
static size_t paragraph_length(const char *text, size_t n)
{
	const char *end = n ? memmem(text, n, "\n\n", 2) : NULL;

	return end ? (size_t)(end - text) + 2 : n;
}

/* The first line of a field, without blanks around it. */
static void first_line(struct deb_field *field)
{
	const char *end;

	while (field->left && (*field->at == ' ' || *field->at == '\t')) {
		field->at++;
		field->left--;
	}
	end = field->left ? memchr(field->at, '\n', field->left) : NULL;
	if (end)
		field->left = (size_t)(end - field->at);
	while (field->left && strchr(" \t\r", field->at[field->left - 1]))
		field->left--;
}

static bool is_printable(const struct deb_field *field)
{
	for (size_t i = 0; i < field->left; i++) {
		if (field->at[i] < ' ' || field->at[i] > '~')
			return false;
	}
	return field->left > 0;
}

int dep5_licence(const char *text, size_t n, char *dst, size_t size)
{
	struct deb_field found = { 0 };

	while (n) {
		size_t length = paragraph_length(text, n);
		struct deb_field files, licence;

		if (deb_control_field(text, length, "Files", &files) &&
		    deb_control_field(text, length, "License", &licence)) {
			bool all;

			first_line(&files);
			first_line(&licence);
			all = files.left == 1 && *files.at == '*';
			if (is_printable(&licence) && (all || !found.left))
				found = licence;
			if (all)
				break;
		}
		text += length;
		n -= length;
	}
	return found.left ? str_copy_bytes(dst, size, found.at, found.left) : -ENOENT;
}
