/* SPDX-License-Identifier: MIT */
/* cpio archives as a kernel unpacks its initramfs from them: the states of init/initramfs.c, fed
 * with the bytes in the pieces that a decompressor gives. Nothing is made here: a visitor is told
 * what the kernel would make. Bytes that may lie about everything.
 * Of Linux 6.1 to 6.18; where these differ, the comment says so. */
#ifndef BUSYPY_CORE_CPIO_H
#define BUSYPY_CORE_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CPIO_HEAD = 110,
	CPIO_PATH_MAX =
		4096, /* as the kernel's: with the NUL of a name, without that of a target */
	CPIO_NAME_ROOM = CPIO_PATH_MAX + 4,
};

/* One member. The name is terminated, and as written: perhaps with "./" or "/" before it, or a
 * slash behind it. */
struct cpio_member {
	const char *name;
	uint32_t size; /* of the body, in bytes */
	uint32_t ino, mode, links, major, minor;
};

/* What the kernel would do. The calls return 0 or a negative number, which ends all. */
struct cpio_visitor {
	/* "TRAILER!!!": hard links are no longer known */
	int (*trailer)(void *ctx);
	/* A file, directory or device; or, of a mode without a kind, what takes the name away. 1 if
	 * it is a regular file that can be written: its body follows, also an empty one. */
	int (*member)(const struct cpio_member *member, void *ctx);
	int (*body)(const uint8_t *bytes, size_t n, void *ctx);
	int (*complete)(void *ctx); /* the file is closed */
	int (*link)(const struct cpio_member *member, const char *target, void *ctx);
	void *ctx;
};

enum cpio_state {
	CPIO_START,
	CPIO_COLLECT,
	CPIO_HEADER,
	CPIO_SKIP,
	CPIO_NAME,
	CPIO_COPY,
	CPIO_LINK,
	CPIO_RESET, /* between two members; the only one in which an archive may end */
};

/* All members are private but message, at, state and, where a magic was none, head. */
struct cpio {
	const struct cpio_visitor *visitor;
	const char *message; /* the kernel's words for why it goes no further, or NULL */
	uint64_t at;	     /* offset that alignment counts from, in bytes */
	enum cpio_state state, next;
	int failed; /* of the visitor */
	bool whole; /* the bytes are one piece for the kernel, though they come here in several */
	uint64_t next_header;
	const uint8_t *victim, *collected;
	uint8_t *collect;
	size_t n, remains;
	struct cpio_member member;
	uint32_t name_size, left; /* bytes */
	bool has_sum;
	uint32_t sum, promised_sum;
	uint8_t head[CPIO_HEAD];
	uint8_t name[CPIO_NAME_ROOM];
	uint8_t link[CPIO_NAME_ROOM + CPIO_PATH_MAX + 1];
};

/* At the beginning of an image. The visitor is borrowed. */
void cpio_init(struct cpio *cpio, const struct cpio_visitor *visitor);

/* A member begins here, outside of what is compressed. */
void cpio_start(struct cpio *cpio);

/* Bytes that are not compressed. *ret_used is less than n where a member is done and something
 * else than zeros follows: for the caller to look at. 0, or what the visitor returned. */
int cpio_write(struct cpio *cpio, const uint8_t *bytes, size_t n, size_t *ret_used);

/* Bytes that were compressed: one piece as the kernel's decompressor would pass it on. 0; 1 if the
 * kernel takes no more, as message says; or what the visitor returned. */
int cpio_flush(struct cpio *cpio, const uint8_t *bytes, size_t n);

/* Sets the message, unless there is one. */
void cpio_fail(struct cpio *cpio, const char *message);

#endif
