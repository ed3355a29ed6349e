/* SPDX-License-Identifier: MIT */
/* What the dynamic linker reads in an ELF file, through libelf: never runs the file. */
#ifndef BUSYPY_ELF_DYNAMIC_H
#define BUSYPY_ELF_DYNAMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct elf_image;
struct err;

enum { ELF_DYNAMIC_NAMES_MAX = 4096 /* needed libraries, or filters */ };

/* Strings belong to this struct; NULL where the file has none. */
struct elf_dynamic {
	uint8_t elf_class, data; /* as in struct elf_head */
	uint16_t type, machine;
	uint32_t flags;
	char *interp;  /* PT_INTERP */
	char *soname;  /* DT_SONAME */
	char *rpath;   /* DT_RPATH */
	char *runpath; /* DT_RUNPATH */
	char **needed;
	size_t n_needed, room_needed;
	/* DT_FILTER, or DT_AUXILIARY, which may be missing */
	struct elf_dynamic_filter {
		char *name;
		bool optional;
	} * filters;
	size_t n_filters, room_filters;
	bool no_defaults; /* DF_1_NODEFLIB: it is not served from ld.so's own directories */
	bool is_program;  /* DF_1_PIE: ld.so loads it for nobody */
};

/* Reads the file at path. -ENOEXEC if it is no sound ELF program or library. Call elf_dynamic_free
 * afterwards; on failure *ret is empty. */
int elf_dynamic_read(const char *path, struct elf_dynamic *ret, struct err *err);

/* The same of an open file, which stays the caller's; path is for sentences. */
int elf_dynamic_read_open(int fd, const char *path, struct elf_dynamic *ret, struct err *err);

/* The same from a file that is open; -ENOEXEC, -E2BIG, -ENOMEM. */
int elf_dynamic_take(const struct elf_image *image, struct elf_dynamic *ret);

/* Frees the strings and empties *file; an empty one is fine. */
void elf_dynamic_free(struct elf_dynamic *file);

/* Frees an elf_dynamic when its scope ends: ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 }; */
#define ELF_DYNAMIC_CLEANUP __attribute__((cleanup(elf_dynamic_free)))

/* True if the file is for this arch. */
bool elf_dynamic_fits(const struct elf_dynamic *file, const struct arch *arch);

/* 1 if the file begins as every ELF file does, 0 if not (also for what is no regular file),
 * -errno. */
int elf_probe(const char *path);

#endif
