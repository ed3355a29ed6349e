/* SPDX-License-Identifier: MIT */
/* The maker of images: an object that is preloaded into a tree's Python, initialises it, and writes
 * the process as an image. It is itself a part of the image: resume.c is where it goes on. */
#ifndef BUSYPY_BINFMT_MAKER_H
#define BUSYPY_BINFMT_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

struct object;
struct start_aux;
struct start_head;
struct start_segment;
struct start_watch;
struct start_word;

enum {
	AREAS_MAX = 1024,
	STACK_WORDS_MAX = 64,
	RELRO_MAX = 16,
};

/* A line of /proc/self/maps. */
struct area {
	uint64_t start, end, offset;
	uint32_t protection; /* PROT_... */
	bool shared, file;   /* file: it has a path */
	uint64_t inode;
	char path[256]; /* or [heap], [stack], ... */
};

/* The process as the kernel started it. */
struct birth {
	uint64_t *stack; /* argc, argv, environment */
	long argc;
	char **argv, **envp;
	const struct start_aux *auxv;
};

/* What a word points to that the kernel put on the stack. */
enum stack_word {
	WORD_AUXV,
	WORD_ARGV,
	WORD_ENVP,
	WORD_STACK, /* where argc is */
	WORD_RANDOM,
	WORD_PLATFORM,
	WORD_PROGRAM,	   /* argv[0] */
	WORD_PROGRAM_NAME, /* its last component */
	WORD_EXECFN,
	WORD_CLEANUP, /* of the frame that called main: none any more */
};

struct place {
	uint64_t address;
	enum stack_word word;
};

/* What resume needs; in the image. */
struct kept {
	bool coerced;	   /* LC_CTYPE was put into the environment by Python */
	bool unbuffered;   /* standard streams */
	bool names_itself; /* sys.executable is argv[0] */
	uint32_t minor;
	struct place places[STACK_WORDS_MAX];
	unsigned n_places;
	struct {
		uint64_t address, length;
	} relro[RELRO_MAX];
	unsigned n_relro;
	uint64_t stack_soft; /* RLIMIT_STACK, by which libc chose the size of threads' stacks */
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} signals[65];
	unsigned long *native_id; /* of the thread's state */
	wchar_t **run_filename;	  /* in the interpreter's configuration */
	struct wide_list *argv, *orig_argv;
	struct object *environ, *io, *site, *encoding, *errors, *signal_set, *signal_ignore,
		*tree_resume, *hidden_resume;
};

/* What the quiet end needs; in the image. */
enum file_type { FILE_TEXT, FILE_WRITER, FILE_READER, FILE_RANDOM, FILE_RAW, FILE_TYPES };

struct finish {
	char library[256];	  /* the folder of the standard library */
	bool collector;		  /* the script has imported gc */
	unsigned long long loads; /* of libraries */
	long n_filters;
	struct object *filters; /* of warnings */
	struct object *files[FILE_TYPES];
	struct object *get_objects, *freeze, *unfreeze; /* of gc */
	struct object *(*init_gc)(void);
};

extern struct finish maker_finish;
extern struct kept maker_kept;
extern bool maker_making; /* else it is resumed */
extern bool maker_debug;  /* each word is told that is left as it is */

/* PyWideStringList. */
struct wide_list {
	long n;
	wchar_t **items;
};

/* Hides modules by the Python in a folder, lib/start/hidden; ends the maker if that fails. */
void maker_hide(const char *folder);

/* Lets go of hidden modules, before Python is taken down; does nothing where there are none. */
void maker_let_go(void);

/* Ends the maker with a sentence. */
_Noreturn void maker_fail(const char *what, const char *which);

/* Copies a text, which may be NULL: then ret stays as it is. Ends the maker if it is too long. */
void maker_copy(char *ret, size_t size, const char *value, const char *name);

/* Reads /proc/self/maps, ascending; returns how many areas there are. */
unsigned maker_areas(struct area *areas, unsigned size);

/* Room outside of the image, zeroed. */
void *maker_scratch(size_t bytes);

/* The next piece of an area, from *at on, that is no scratch: [*at, *ret_end); false: there is
 * none. The kernel may show a scratch that is beside another mapping as a part of that. */
bool maker_piece(const struct area *area, uint64_t *at, uint64_t *ret_end);

/* True for the kernel's own and the stack, which each process has; the heap is none of them. */
bool maker_is_special(const struct area *area);

/* Who is loaded: build ids, and the ranges for the next two: what ld.so made read-only, and data.
 */
void maker_objects(const struct birth *birth, struct start_head *head);
bool maker_is_relro(const struct area *area);

/* True in the data of what is loaded, where nothing is left behind that is free. */
bool maker_is_loaded(uint64_t address);

struct scan {
	const struct birth *birth;
	const struct area *areas;
	unsigned n_areas;
	uint64_t vdso, vdso_end;
	struct start_head *head;
	struct start_word *words;
};

/* Fills in the head's thread, tid, robust list, rseq and canary. */
void maker_scan_thread(struct scan *scan);

/* Finds the words that point into the vdso, and those that point to what the kernel put on the
 * stack, for maker_kept. */
void maker_scan(struct scan *scan);

/* Finds what resume changes in Python's structures. */
void maker_scan_python(const struct scan *scan);

/* Fills in what the restorer judges by: kind, versions, machine, boot. */
void maker_fill_head(const struct birth *birth, const char *id, struct start_head *head);

/* In this order, for maker_kept and maker_finish: before modules are hidden; after, and before the
 * image's objects are frozen; last. */
void maker_keep_objects(const struct birth *birth);
void maker_keep_for_end(void);
void maker_keep_zone(void);
void maker_prepare_end(void);
void maker_keep_process(void);

/* What the image was made of: mapped files, and paths, a list of bytes. */
enum { WATCH_TEXT = 16 << 10, START_ID_TEXT = 64 };
struct watches {
	struct start_head *head;
	struct start_watch *list;
	char *text; /* WATCH_TEXT bytes */
};
void maker_watch(const struct scan *scan, struct object *paths, struct watches *watches);

/* A file as it is now. */
void maker_watch_file(const char *path, struct start_watch *ret);

/* The image: its segments, and the file. */
struct image_parts {
	struct start_head *head;
	struct start_segment *segments;
	const struct start_word *words;
	const struct start_watch *watches;
	const char *text;
	const void *vdso;
};
void maker_segments(const struct area *areas, unsigned n, struct image_parts *parts);
void maker_write(struct image_parts *parts, int fd);

/* Where the restorer jumps. stack is as the kernel left it, the script is argv[script]. */
_Noreturn void maker_entry(uint64_t *stack, uint64_t script);

/* The main of a resumed process, which is called as Python's is. */
int maker_resume(int argc, char **argv, char **envp);
int maker_real_start(int (*main)(int, char **, char **), int argc, char **argv, void *stack);

/* Makes an image end quietly where nobody can see it, finish.c; false if it cannot. */
bool maker_patch_calls(void);
bool maker_patch_gc(const struct area *areas, unsigned n);
unsigned long long maker_loads(void);

/* Leaves no room in the image's pages for what a script allocates. */
void maker_seal(void);

/* In the place of Py_FinalizeEx(), of PyInit_gc(), and the callback that atexit calls last. */
int maker_finalize(void);
struct object *maker_init_gc(void);
struct object *maker_last(struct object *self, struct object *none);

/* Before that callback is registered: what takes it away is noticed. */
void maker_watch_atexit(struct object *atexit);

/* In the maker, with time.tzset(): sets the zone as at a start, and notes which it is. False: it
 * cannot. And in a process of the image: sets that which it has. */
bool maker_zone_keep(struct object *tzset_of_time);
void maker_zone_resume(void);

/* Makes sys.stdin and the others for the descriptors that there are. */
void maker_streams(void);

#endif
