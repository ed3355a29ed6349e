/* SPDX-License-Identifier: MIT */
/* Copies loader and enter with a contract filled in, and gives enter its capabilities. */
#include "handler/bake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/label.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { PROGRAM_MAX = 4 * 1024 * 1024 };

/* Reads a whole program; caller frees. */
static int read_program(const char *path, uint8_t **ret_bytes, size_t *ret_n, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC);
	ARRAY_FREE uint8_t *bytes = malloc(PROGRAM_MAX);
	ssize_t n;

	if (fd < 0)
		return err_set(err, errno, "cannot open %s", path);
	if (!bytes)
		return err_set(err, ENOMEM, "cannot read %s", path);
	n = fd_read_all(fd, bytes, PROGRAM_MAX);
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	*ret_n = (size_t)n;
	*ret_bytes = bytes;
	bytes = NULL;
	return 0;
}

static int place_of(const char *path, const uint8_t *bytes, size_t n, size_t *ret, struct err *err)
{
	int r = contract_find(bytes, n, ret);

	if (r < 0)
		return err_say(err, -r,
			       "%s has no place for this version's contract (Hint: install loader "
			       "and enter of the same version as busypy)",
			       path);
	return 0;
}

/* Not p+e: with a reduced bounding set the kernel would refuse to execute the file at all. */
static int set_capabilities(int fd, const char *path, struct err *err)
{
	cap_t caps = cap_from_text("cap_sys_admin,cap_sys_chroot+p");
	int r = 0;

	if (!caps || cap_set_fd(fd, caps) < 0)
		r = err_set(err, errno, "cannot give %s its capabilities", path);
	if (caps)
		(void)cap_free(caps); /* cannot fail for a cap_t */
	return r;
}

int bake_file(int dir, const char *made, const char *name, mode_t mode, const void *bytes, size_t n,
	      struct err *err)
{
	FD_CLEANUP int fd = below_create(dir, made, 0600);
	int r = fd < 0 ? fd : fd_write_all(fd, bytes, n);

	if (r >= 0)
		r = fd_chmod(fd, mode);
	if (r < 0)
		return err_set(err, -r, "cannot write a runtime's %s", name);
	return label_program(fd, name, err);
}

static int write_program(const char *path, const uint8_t *bytes, size_t n, bool capabilities,
			 struct err *err)
{
	FD_CLEANUP int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot create %s", path);
	r = fd_write_all(fd, bytes, n);
	if (r < 0)
		return err_set(err, -r, "cannot write %s", path);
	if (fchmod(fd, 0755) < 0)
		return err_set(err, errno, "cannot set the mode of %s", path);
	r = label_program(fd, path, err);
	if (r < 0)
		return r;
	return capabilities ? set_capabilities(fd, path, err) : 0;
}

int bake_program(const char *program, const struct contract *contract, const char *path,
		 bool capabilities, struct err *err)
{
	ARRAY_FREE uint8_t *bytes = NULL;
	char temporary[PATH_SIZE];
	struct text text;
	size_t n, at;
	int r = read_program(program, &bytes, &n, err);

	if (r < 0)
		return r;
	r = place_of(program, bytes, n, &at, err);
	if (r < 0)
		return r;
	memcpy(bytes + at, contract, sizeof(*contract));
	text_init(&text, temporary, sizeof(temporary));
	text_addf(&text, "%s.new", path);
	if (text_check(&text) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the path is too long", path);
	r = write_program(temporary, bytes, n, capabilities, err);
	if (r < 0)
		return r;
	if (rename(temporary, path) < 0)
		return err_set(err, errno, "cannot create %s", path);
	return 0;
}

int bake_read(const char *path, struct contract *ret, struct err *err)
{
	ARRAY_FREE uint8_t *bytes = NULL;
	size_t n, at;
	int r = read_program(path, &bytes, &n, err);

	if (r < 0)
		return r;
	r = place_of(path, bytes, n, &at, err);
	if (r < 0)
		return r;
	memcpy(ret, bytes + at, sizeof(*ret));
	return contract_valid(ret) ? 0 : err_say(err, EINVAL, "%s has no contract", path);
}
