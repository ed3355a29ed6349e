/* SPDX-License-Identifier: MIT */
/* Where a runtime comes from, whatever it is, as one sysroot and what is known about its files. */
#ifndef BUSYPY_SOURCE_SOURCE_H
#define BUSYPY_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;
struct owners;
struct sysroot;
struct tarball;

enum source_kind { SOURCE_HOST, SOURCE_DIR, SOURCE_DEBIAN, SOURCE_TAR };

struct source {
	enum source_kind kind;
	const struct arch *arch;
	struct sysroot *root;  /* belongs to this struct, as all below */
	struct owners *owners; /* empty at first for SOURCE_HOST: dpkg is asked later */
	char *about;	       /* the text of etc/busypy/<arch>/sources */
};

/* "host", "dir", "debian", "tar": in manifests and messages. */
const char *source_word(enum source_kind kind);

/* This machine. */
int source_host(struct source *ret, struct err *err);

/* A directory that holds usr/bin/python3, for arch. */
int source_dir(const char *dir, const struct arch *arch, struct source *ret, struct err *err);

/* A directory into which Debian's packages were extracted; takes over owners, which must be on
 * the heap, in every case. */
int source_extracted(const char *dir, const struct arch *arch, const char *about,
		     struct owners *owners, struct source *ret, struct err *err);

/* A directory into which an archive was extracted, and a C library put; libc says which one. */
int source_tar(const char *dir, const struct tarball *tarball, const char *libc, struct source *ret,
	       struct err *err);

/* Says of a source of extracted packages that an archive's Python is in it, too. */
int source_add_tar(struct source *source, const struct tarball *tarball, struct err *err);

/* Frees what source holds; an empty one is fine. */
void source_free(struct source *source);

/* Frees a source when its scope ends: SOURCE_CLEANUP struct source source = { 0 }; */
#define SOURCE_CLEANUP __attribute__((cleanup(source_free)))

#endif
