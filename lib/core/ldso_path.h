/* SPDX-License-Identifier: MIT */
/* Where an ld.so looks, as text: lists of directories, the tokens in them, the subdirectories for a
 * processor, and whether it takes what it finds. glibc's and musl's. */
#ifndef BUSYPY_CORE_LDSO_PATH_H
#define BUSYPY_CORE_LDSO_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;

/* What separates directories: of LD_LIBRARY_PATH, of DT_RPATH and DT_RUNPATH; the names of
 * LD_PRELOAD and of ld.so.preload; and musl's. */
#define LDSO_SEP_ENVIRONMENT ":;"
#define LDSO_SEP_RPATH ":"
#define LDSO_SEP_PRELOAD " :"
#define LDSO_SEP_PRELOAD_FILE " \t\n:"
#define LDSO_SEP_MUSL ":\n"
#define LDSO_SEP_MUSL_PRELOAD " \t\n\v\f\r:"

/* A list that is being read; rest is NULL at its end. */
struct ldso_list {
	const char *rest, *separators;
};

/* The next entry, n bytes, which may be none: glibc's lists of directories have empty ones. */
bool ldso_list_next(struct ldso_list *list, const char **ret, size_t *ret_n);

/* The next entry that is not empty: names to preload, and all of musl's lists. */
bool ldso_list_next_word(struct ldso_list *list, const char **ret, size_t *ret_n);

/* What the tokens stand for; NULL for what is not known. */
struct ldso_tokens {
	const char *origin, *lib, *platform;
	bool secure; /* the program is set-id: $ORIGIN only as the first part */
};

/* Puts what they stand for into an entry of n bytes, as glibc does: anywhere, braced or not; what
 * is no token stays. -ENOENT if ld.so leaves the entry out; -E2BIG. */
int ldso_expand(const char *entry, size_t n, const struct ldso_tokens *tokens, char *dst,
		size_t size);

/* The same for a whole list as musl does, where origin alone is known: another token and ld.so
 * forgets the list. -ENOENT, -E2BIG. */
int ldso_expand_musl(const char *list, const char *origin, char *dst, size_t size);

/* What ld.so makes of a file of size bytes whose first ones these are, n of them. */
enum ldso_verdict {
	LDSO_TAKES,
	LDSO_PASSES, /* it goes on with the next directory */
	LDSO_REFUSES /* it ends, and says why */
};
enum ldso_verdict ldso_verify(const uint8_t *bytes, size_t n, uint64_t size,
			      const struct arch *arch, bool musl, const char **ret_why);

enum { LDSO_HWCAPS_MAX = 4, LDSO_PARTS_MAX = 8, LDSO_SUBDIR_MAX = 128 };

/* The processor, as far as the search knows it. Static storage. */
struct ldso_machine {
	const char *hwcaps[LDSO_HWCAPS_MAX + 1]; /* best first: x86-64-v4; ends with NULL */
	const char *platform;			 /* $PLATFORM, or NULL */
	const char *parts[LDSO_PARTS_MAX + 1]; /* of legacy subdirectories, but tls and platform */
	uint64_t legacy;		       /* hwcap bits of entries in the cache */
};

/* The subdirectory that comes as number i, from 0, in each directory: empty for the directory
 * itself, which is the last. legacy: until glibc 2.36. False behind that. */
bool ldso_subdir(const struct ldso_machine *machine, bool hwcaps, bool legacy, size_t i,
		 char ret[LDSO_SUBDIR_MAX]);

#endif
