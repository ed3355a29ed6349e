/* SPDX-License-Identifier: MIT */
/* What breaks an exec chain, as sentences: the loader, PID 1 and `busypy explain` say them all from
 * here. Each returns -errno as execve(2) would give it. */
#ifndef BUSYPY_CORE_BROKEN_H
#define BUSYPY_CORE_BROKEN_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;

/* The file cannot be opened or executed, for errno's own reason. */
int broken_start(const char *path, int code, struct err *err);

/* Who asks for it may not search the directory dir on the way to path: EACCES. */
int broken_directory(const char *path, const char *dir, struct err *err);

/* fs.protected_symlinks forbids to follow the link at: EACCES. */
int broken_link(const char *path, const char *at, struct err *err);

/* The way to path stops at what does not exist (ENOENT) or is no directory (ENOTDIR). */
int broken_way(const char *path, const char *at, int code, struct err *err);

/* What is there is no regular file but kind, "a directory" for example: EACCES. */
int broken_kind(const char *path, const char *kind, struct err *err);

/* Its mode does not let this user execute it: EACCES. */
int broken_mode(const char *path, unsigned mode, struct err *err);

/* It lies on a mount that is noexec: EACCES. */
int broken_noexec(const char *path, struct err *err);

/* A script of DOS lines: its interpreter's name, which is not there, ends in a carriage return. */
int broken_return(const char *path, const char *interp, struct err *err);

/* The kernel itself says no: somebody is writing to it (ETXTBSY), or a security module. */
int broken_refused(const char *path, int code, struct err *err);

/* The initramfs ends within the file, which the kernel then keeps open for writing: ETXTBSY. */
int broken_incomplete(const char *path, struct err *err);

/* More scripts that start one another than the kernel follows: ELOOP. */
int broken_depth(struct err *err);

/* No loader of the kernel takes the file: ENOEXEC. */
int broken_no_program(const char *path, struct err *err);

/* A first line "#!" that the kernel does not take (of n bytes that it sees): ENOEXEC. */
int broken_shebang(const char *path, size_t n, struct err *err);

/* What stands before its "#!", shebang_before(): ENOEXEC, too. */
int broken_before(const char *path, const char *what, struct err *err);

/* An object file, or a core dump: ENOEXEC. */
int broken_object(const char *path, bool object, struct err *err);

/* A program of another machine (arch, or NULL if unknown) than machine: ENOEXEC. */
int broken_machine(const char *path, const struct arch *arch, const struct arch *machine,
		   struct err *err);

/* The same where a binfmt_misc handler would have helped. */
int broken_no_handler(const char *path, const struct arch *arch, struct err *err);

/* The same where an entry would take it but for being disabled, or all of binfmt_misc is (entry
 * NULL). */
int broken_handler_off(const char *path, const struct arch *arch, const char *entry,
		       struct err *err);

/* The program's ELF interpreter is missing (ENOENT) or cannot be opened. */
int broken_interp(const char *path, const char *interp, int code, struct err *err);

/* What stands in its place is no ELF file: chain_prove(). */
int broken_interp_unsound(const char *path, const char *interp, int code, struct err *err);

/* The loader does not know whose a script is: at the tree's path stands another tree; or nothing
 * can be told. */
int broken_stale(const char *tree, struct err *err);
int broken_owner(struct err *err);

/* The runtime of a tree with `programs = host`: it is not there for the caller, for errno's reason;
 * or it is another than was enabled; or nobody has made one for this version. */
int broken_runtime(const char *tree, const char *program, int code, struct err *err);
int broken_runtime_changed(const char *tree, const char *program, struct err *err);
int broken_runtime_none(const char *tree, struct err *err);

/* A foreign program that qemu-user cannot load; or whose ELF interpreter is missing. */
int broken_guest(const char *path, struct err *err);
int broken_guest_interp(const char *path, const char *interp, const struct arch *arch,
			struct err *err);

/* A file needs a later level of x86-64 than the processor has; core/x86_level.h. ENOEXEC. */
int broken_level(const char *path, unsigned needs, unsigned has, struct err *err);

/* What ld.so says: a library, a version of symbols in it, or a symbol is missing. */
int broken_library_missing(const char *library, const char *by, struct err *err);
int broken_version(const char *library, const char *version, const char *by, struct err *err);
int broken_symbol(const char *symbol, const char *by, struct err *err);

/* A library is where ld.so looks, and it ends there instead of looking further; why, as a clause.
 */
int broken_library_refused(const char *path, const char *library, const char *by, const char *why,
			   struct err *err);

/* A library from which a version of a symbol is wanted has no versions: ld.so aborts. */
int broken_unversioned(const char *library, const char *symbol, const char *by, struct err *err);

/* It wants versions from a library that it does not load: ld.so aborts. */
int broken_stray_version(const char *library, const char *by, struct err *err);

/* An ELF file that contradicts itself; how, as a clause. */
int broken_damaged(const char *path, const char *how, struct err *err);

/* A Python without one of the modules that its start takes. */
int broken_python(const char *python, const char *module, int code, struct err *err);

/* It ends before what it wants in memory; or a library is started as if it were a program. No errno
 * tells of it: the process is killed. */
int broken_cut(const char *path, struct err *err);
int broken_segments(const char *path, struct err *err);
int broken_library(const char *path, struct err *err);

#endif
