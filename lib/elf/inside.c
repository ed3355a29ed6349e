/* SPDX-License-Identifier: MIT */
/* Reads search paths as ld.so does: it ignores DT_RPATH where there is DT_RUNPATH. */
#include "elf/inside.h"

#include <elf.h>
#include <string.h>

#include "elf/dynamic.h"

/* True if a directory (n bytes) is $ORIGIN or below something above it, inside the tree. */
static bool dir_inside(const char *dir, size_t n, unsigned depth)
{
	static const char *const origins[] = { "$ORIGIN", "${ORIGIN}" };
	const char *end = dir + n;
	size_t skipped = 0;

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		size_t m = strlen(origins[i]);

		if (n >= m && memcmp(dir, origins[i], m) == 0 && (n == m || dir[m] == '/'))
			skipped = m;
	}
	if (!skipped)
		return false;
	for (const char *s = dir + skipped; s < end;) {
		size_t m = strcspn(++s, "/:");

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
	if (!dirs || !*dirs)
		return NULL;
	for (const char *s = dirs;; s++) {
		size_t n = strcspn(s, ":");

		if (!dir_inside(s, n, depth)) {
			*ret_n = n;
			return s;
		}
		s += n;
		if (!*s)
			return NULL;
	}
}

/* Names are looked up; a path is opened as it is. */
static const char *first_path(const struct elf_dynamic *file)
{
	for (size_t i = 0; i < file->n_needed; i++) {
		if (strchr(file->needed[i], '/'))
			return file->needed[i];
	}
	for (size_t i = 0; i < file->n_filters; i++) {
		if (strchr(file->filters[i].name, '/'))
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
