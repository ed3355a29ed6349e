/* SPDX-License-Identifier: MIT */
/* Whether a kernel for x86_64 executes programs for i386: no file in /proc tells what
 * CONFIG_IA32_EMULATION and ia32_emulation= have made of it. */
#include "sys/abi32.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/apart.h"
#include "sys/fd.h"

/* ELF header and one segment for EM_386; then xor ebx, ebx; mov eax, 1 (exit); int 0x80. */
static const uint8_t program[] = {
	0x7f, 0x45, 0x4c, 0x46, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x54, 0x00, 0x40, 0x00,
	0x34, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x00,
	0x20, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x40, 0x00, 0x5d, 0x00,
	0x00, 0x00, 0x5d, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00,
	0x31, 0xdb, 0xb8, 0x01, 0x00, 0x00, 0x00, 0xcd, 0x80,
};

static int try_program(struct err *err, void *ctx)
{
	FD_CLEANUP int fd = memfd_create("i386", MFD_CLOEXEC);
	char *argv[] = { NULL };
	pid_t child;
	int status;

	(void)ctx;
	if (fd < 0 || fd_write_all(fd, program, sizeof(program)) < 0)
		return err_set(err, errno, "cannot make a program");
	child = fork();
	if (child == 0) {
		(void)fexecve(fd, argv, argv);
		_exit(1);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return err_set(err, errno, "cannot try it");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

const struct arch *compat_arch(void)
{
	const struct arch *arch = arch_by_name("i386");

	if (!str_eq(arch_native()->name, "x86_64"))
		return NULL;
	return apart_do(try_program, NULL, NULL) == 1 ? arch : NULL;
}
