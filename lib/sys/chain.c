/* SPDX-License-Identifier: MIT */
/* Follows an exec chain from file to file; lib/core reads the bytes. */
#include "sys/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/broken.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/shebang.h"
#include "core/str.h"
#include "sys/fd.h"

/* A device or a FIFO would do something, or block, on being opened; execve(2) refuses them. */
static int open_regular(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

/* 1 and the shebang if path is a script, 0 if not, -errno. */
static int read_shebang(const char *path, struct shebang *ret)
{
	FD_CLEANUP int fd = open_regular(path);
	char head[SHEBANG_READ];
	ssize_t n;

	if (fd < 0)
		return fd;
	n = fd_read_at(fd, head, sizeof(head), 0);
	if (n < 0)
		return (int)n;
	return shebang_parse(head, (size_t)n, ret) == 0;
}

bool chain_is_program(const char *path)
{
	struct shebang line;

	return read_shebang(path, &line) == 0;
}

/* As far as the kernel's open_exec() would get with it. */
static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

bool chain_too_long(const char *path)
{
	struct shebang line;

	for (int n = 0; n < SHEBANG_DEPTH_MAX; n++) {
		if (read_shebang(path, &line) != 1)
			return false;
		path = line.interp;
	}
	return is_program(path);
}

/* The program's PT_INTERP into dst; 1, 0 if it has none, -errno. */
static int read_interp(int fd, const struct elf_head *head, char *dst, size_t size)
{
	uint8_t phdrs[ELF_PHDRS_MAX];
	uint64_t offset, length;
	ssize_t n = fd_read_at(fd, phdrs, sizeof(phdrs), (off_t)head->phoff);
	int r;

	if (n < 0)
		return (int)n;
	r = elf_head_interp(head, phdrs, (size_t)n, &offset, &length);
	if (r != 1)
		return r;
	if (length > size)
		return -ENAMETOOLONG;
	n = fd_read_at(fd, dst, length, (off_t)offset);
	if (n != (ssize_t)length || dst[length - 1])
		return -ENOEXEC;
	return 1;
}

static int explain_elf(int fd, const char *path, int code, struct err *err)
{
	uint8_t bytes[ELF_HEAD_READ];
	char interp[512];
	struct elf_head head;
	const struct arch *arch;
	struct stat st;
	ssize_t n = fd_read_at(fd, bytes, sizeof(bytes), 0);

	if (n < 0 || elf_head_parse(bytes, (size_t)n, &head) < 0)
		return broken_no_program(path, err);
	arch = elf_head_arch(&head);
	if (code == ENOEXEC && arch != arch_native())
		return broken_no_handler(path, arch, err);
	if (read_interp(fd, &head, interp, sizeof(interp)) == 1 && stat(interp, &st) < 0)
		return broken_interp(path, interp, ENOENT, err);
	return err_set(err, code, "cannot execute %s", path);
}

int chain_explain(const char *path, int code, struct err *err)
{
	struct shebang line;

	for (int depth = 0; depth <= SHEBANG_DEPTH_MAX; depth++) {
		FD_CLEANUP int fd = open_regular(path);
		char head[SHEBANG_READ];
		ssize_t n;

		if (fd < 0)
			return broken_start(path, fd == -ENOENT || fd == -EACCES ? -fd : code, err);
		if (access(path, X_OK) < 0)
			return broken_start(path, errno, err);
		n = fd_read_at(fd, head, sizeof(head), 0);
		if (n < 0 || shebang_parse(head, (size_t)n, &line) < 0)
			return explain_elf(fd, path, code, err);
		path = line.interp;
	}
	return broken_start(path, ELOOP, err);
}

/* The last link but one: an ELF program for this machine. 1 and its PT_INTERP if it has one. */
static int prove_elf(int fd, const char *path, char *interp, size_t size, struct err *err)
{
	uint8_t bytes[ELF_HEAD_READ];
	struct elf_head head;
	const struct arch *arch;
	ssize_t n = fd_read_at(fd, bytes, sizeof(bytes), 0);
	int r;

	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	if (elf_head_parse(bytes, (size_t)n, &head) < 0)
		return broken_no_program(path, err);
	arch = elf_head_arch(&head);
	if (!arch || !arch_runs_on(arch, arch_native()))
		return broken_machine(path, arch, arch_native(), err);
	r = read_interp(fd, &head, interp, size);
	return r < 0 ? err_say(err, ENOEXEC, "%s is no sound ELF program", path) : r;
}

static int prove_interp(const char *interp, const char *path, struct err *err)
{
	FD_CLEANUP int fd = open_regular(interp);
	uint8_t bytes[ELF_HEAD_READ];
	struct elf_head head;
	ssize_t n;

	if (fd < 0)
		return broken_interp(path, interp, -fd, err);
	n = fd_read_at(fd, bytes, sizeof(bytes), 0);
	if (n < 0 || elf_head_parse(bytes, (size_t)n, &head) < 0)
		return broken_interp_unsound(path, interp, ENOEXEC, err);
	return 0;
}

/* by is the script that names path, or NULL. */
static int prove_start(const char *path, const char *by, int code, struct err *err)
{
	if (by && code == ENOENT && str_ends(path, "\r"))
		return broken_return(by, path, err);
	return broken_start(path, code, err);
}

int chain_prove(const char *path, struct err *err)
{
	char interp[512];
	struct shebang lines[2]; /* of this file, and of the one before */
	const char *by = NULL;

	for (int depth = 0; depth <= SHEBANG_DEPTH_MAX; depth++) {
		FD_CLEANUP int fd = open_regular(path);
		struct shebang *line = &lines[depth % 2];
		char head[SHEBANG_READ];
		ssize_t n;
		int r;

		if (fd < 0)
			return prove_start(path, by, -fd, err);
		if (access(path, X_OK) < 0)
			return broken_start(path, errno, err);
		n = fd_read_at(fd, head, sizeof(head), 0);
		if (n < 0 || shebang_parse(head, (size_t)n, line) < 0) {
			r = prove_elf(fd, path, interp, sizeof(interp), err);
			return r == 1 ? prove_interp(interp, path, err) : r;
		}
		by = path;
		path = line->interp;
	}
	return broken_depth(err);
}
