/* SPDX-License-Identifier: MIT */
/* binfmt_misc entries as data: the lines that are registered, the files that are read back, and
 * which of two entries catches a file. Kernel: Documentation/admin-guide/binfmt-misc.rst.
 * A later kernel's location-matching handlers belong here and nowhere else. */
#ifndef BUSYPY_CORE_RULE_H
#define BUSYPY_CORE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RULE_NAME_MAX = 64,
	RULE_MAGIC_MAX = 256, /* BINPRM_BUF_SIZE: offset + magic cannot be more */
	RULE_LINE_MAX = 1920  /* MAX_REGISTER_LENGTH, fs/binfmt_misc.c */
};

struct arch;

struct rule {
	char name[RULE_NAME_MAX];
	char interpreter[512];
	char flags[8];
	char extension[64]; /* set for an 'E' entry, which has no magic */
	bool enabled;
	size_t offset, size; /* bytes */
	uint8_t magic[RULE_MAGIC_MAX];
	uint8_t mask[RULE_MAGIC_MAX];
};

/* What may stand around the name in a first line: one entry each. The endings tell
 * `#!/usr/bin/python3` from `#!/usr/bin/python3.11`; a blank before the name is common, more blanks
 * are not. */
enum { RULE_FORMS = 2 * 3 };

/* Makes our entry number i (below RULE_FORMS) for a shebang's interpreter. With marker, the second
 * line must be "# busypy", so there is no argument. -ENOENT if that form is none of ours, -E2BIG.
 */
int rule_make(struct rule *ret, unsigned generation, const char *shebang, size_t i, bool marker,
	      const char *loader);

/* The line to write to the register file; -E2BIG. */
int rule_format(const struct rule *rule, char *dst, size_t size);

/* Reads the text of an entry's file (n bytes). name is the file's name. -EINVAL if malformed. */
int rule_parse(const char *name, const char *bytes, size_t n, struct rule *ret);

/* An entry that would match this arch's ELF programs; it has no name, interpreter or flags. */
void rule_for_elf(const struct arch *arch, struct rule *ret);

/* True if the kernel would take this entry for a file: it is enabled, and the file's first bytes
 * (RULE_MAGIC_MAX of them, zeros after the file's end) or the ending of its path fit. What follows
 * the last dot of the whole path is the ending; search_binfmt_handler(). */
bool rule_matches(const struct rule *rule, const uint8_t *head, const char *path);

/* True if both entries can match one and the same file. */
bool rule_overlaps(const struct rule *a, const struct rule *b);

#endif
