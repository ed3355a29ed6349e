/* SPDX-License-Identifier: MIT */
/* Reads search paths as ld.so does: it ignores DT_RPATH where there is DT_RUNPATH. */
#include "elf/inside.h"

#include <elf.h>
#include <string.h>

#include "core/ldso_path.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"

/* Stands for the file's own directory while a list is looked at: no path has it. */
#define ORIGIN "\1"

/* True if a directory (n bytes) is $ORIGIN or below something above it, inside the tree. $LIB and
 * $PLATFORM are one name at least. */
static bool dir_inside(const char *entry, size_t n, unsigned depth)
{
	const struct ldso_tokens tokens = { .origin = ORIGIN, .lib = "lib", .platform = "any" };
	char dir[PATH_SIZE];
	const char *s;

	if (ldso_expand(entry, n, &tokens, dir, sizeof(dir)) < 0 || !str_starts(dir, ORIGIN))
		return false;
	s = dir + strlen(ORIGIN);
	if ((*s && *s != '/') || strstr(s, ORIGIN))
		return false;
	while (*s) {
		size_t m = strcspn(++s, "/");

		if (m == 2 && memcmp(s, "..", 2) == 0) {
			if (!depth--)
				return false;
		} else if (m && !(m == 1 && *s == '.')) {
			depth++;
		}
		s += m;
	}
	return true;
}

/* The first directory of a list that is not inside, as ld.so takes it; NULL if all are. */
static const char *first_outside(const char *dirs, unsigned depth, size_t *ret_n)
{
	struct ldso_list list = { dirs, LDSO_SEP_RPATH };
	const char *entry;

	if (!dirs || !*dirs)
		return NULL;
	while (ldso_list_next(&list, &entry, ret_n)) {
		if (!dir_inside(entry, *ret_n, depth))
			return entry;
	}
	return NULL;
}

/* Names are looked up; a path, or what tokens make one of, is opened as it is. */
static const char *first_path(const struct elf_dynamic *file)
{
	for (size_t i = 0; i < file->n_needed; i++) {
		if (strpbrk(file->needed[i], "/$"))
			return file->needed[i];
	}
	for (size_t i = 0; i < file->n_filters; i++) {
		if (strpbrk(file->filters[i].name, "/$"))
			return file->filters[i].name;
	}
	return NULL;
}

bool elf_leads_outside(const struct elf_dynamic *file, unsigned depth, struct elf_outside *ret)
{
	size_t n = 0;

	*ret = (struct elf_outside){ 0 };
	ret->dir = first_outside(file->runpath ? file->runpath : file->rpath, depth, &n);
	ret->dir_size = (int)n;
	if (!ret->dir)
		ret->needed = first_path(file);
	return ret->dir || ret->needed;
}

bool elf_loadable(const unsigned char *bytes, size_t n)
{
	unsigned type;

	if (n < ELF_LOADABLE_SIZE || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return false;
	type = bytes[EI_DATA] == ELFDATA2MSB ? bytes[EI_NIDENT + 1] : bytes[EI_NIDENT];
	return type == ET_DYN || type == ET_EXEC;
}
