/* SPDX-License-Identifier: MIT */
/* The file of an image of an initialised interpreter: a head of START_HEAD_SIZE bytes with tables,
 * then the pages. It belongs to root and is never changed, and yet nothing in it is believed
 * that would lead outside. */
#ifndef BUSYPY_CORE_START_IMAGE_H
#define BUSYPY_CORE_START_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct start_aux;
struct stat;

#define START_IMAGE_MAGIC "BusyPy-image-1\n"

enum {
	START_IMAGE_VERSION = 1,
	START_HEAD_SIZE = 128 << 10,
	START_SEGMENTS_MAX = 512,
	START_WORDS_MAX = 1024,
	START_WATCHES_MAX = 128,
	START_VDSO_MAX = 32 << 10,
	START_CPU_WORDS = 20,
	START_BUILD_ID = 20,
	START_BOOT_SIZE = 40,
};

enum start_segment_flags {
	START_SEGMENT_ZERO = 1 << 0,  /* nothing of it is in the file */
	START_SEGMENT_RELRO = 1 << 1, /* to be made read-only when its words are mended */
};

/* Pages, in ascending order of addresses. */
struct start_segment {
	uint64_t address, length, offset;
	uint32_t protection; /* PROT_..., until RELRO */
	uint32_t flags;
};

/* A word that points into the vdso, and what it was when that began at start_head.vdso. */
struct start_word {
	uint64_t address, value;
};

/* A file that an image was made of, or a name where none was. */
struct start_watch {
	uint32_t path; /* in text */
	uint32_t flags;
	uint32_t major, minor;
	uint64_t inode, size;
	int64_t seconds; /* ctime */
	uint32_t nanoseconds;
	uint32_t unused;
};

enum start_watch_flags {
	START_WATCH_ABSENT = 1 << 0, /* there was none: all else is 0 */
	START_WATCH_ALWAYS = 1 << 1  /* a plain start opens it, too: interpreter and ld.so */
};

/* What the kernel says of the machine, which C library and interpreter have kept. */
struct start_machine {
	uint64_t hwcap, hwcap2, page, clock, least_signal_stack;
	char platform[16];
	uint32_t cpu[START_CPU_WORDS]; /* x86: leaves 1, 7 and 0xd, without what differs by core */
};

struct start_head {
	char magic[16];
	uint32_t version, arch; /* EM_... */
	uint64_t size;		/* of the file */
	uint32_t kind;		/* enum start_kind */
	uint32_t flags;
	uint32_t python; /* 11 for 3.11 */
	uint32_t n_segments, n_words, n_watches;
	uint32_t text_size, vdso_size;
	uint64_t entry;			    /* start_entry, see binfmt/maker */
	uint64_t thread;		    /* the thread pointer */
	uint64_t tid, robust, rseq, canary; /* addresses, 0: there is none */
	uint64_t robust_size, rseq_size;
	uint64_t heap_end; /* where the break was: the new process' must not be below it */
	uint64_t vdso;
	uint64_t stack_soft; /* RLIMIT_STACK of the maker */
	struct start_machine machine;
	char boot[START_BOOT_SIZE]; /* of /proc/sys/kernel/random/boot_id */
	char release[72];	    /* uname -r */
	char locale[32];	    /* LC_CTYPE, as Python chose it */
	char program[256];
	char id[64];			  /* of the tree's version */
	uint8_t build[3][START_BUILD_ID]; /* of interpreter, ld.so, libc; 0 without one */
	uint32_t unused;
	uint8_t sum[32]; /* SHA-256 of all that follows the head */
};

enum start_head_flags {
	START_HEAD_COERCED = 1 << 0 /* Python has put LC_CTYPE into the environment */
};

/* A head that was checked; pointers into its bytes. */
struct start_image {
	const struct start_head *head;
	const struct start_segment *segments;
	const struct start_word *words;
	const struct start_watch *watches;
	const char *text;
	const uint8_t *vdso;
};

/* Where the tables are, for one that is being written: offsets in the head's bytes. -E2BIG. */
struct start_tables {
	size_t segments, words, watches, text, vdso, end;
};
int start_image_tables(const struct start_head *head, struct start_tables *ret);

/* Checks the first START_HEAD_SIZE bytes, 8-aligned, of an image of size bytes, for pages of that
 * size and an arch (EM_...). -EINVAL: not an image, or one that is damaged. */
int start_image_check(const void *bytes, uint64_t size, uint32_t page, uint32_t arch,
		      struct start_image *ret);

/* What the auxiliary vector and, if it is wanted, the processor say. */
void start_machine_read(const struct start_aux *auxv, struct start_machine *ret);

/* True if they describe the same machine, but for the processor's leaves. */
bool start_machine_same(const struct start_machine *a, const struct start_machine *b);

/* KIND.SERIAL, by itself or in folder; -E2BIG. */
int start_image_name(uint32_t kind, uint32_t serial, char *dst, size_t size);
int start_image_path(const char *folder, uint32_t kind, uint32_t serial, char *dst, size_t size);

/* A file as stat(2) has found it; NULL: there is none. */
void start_watch_fill(const struct stat *st, struct start_watch *ret);

/* True if stat(2) found the same file, or nothing where nothing was. */
bool start_watch_same(const struct start_watch *watch, const struct start_watch *found);

#endif
