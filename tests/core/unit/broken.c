/* SPDX-License-Identifier: MIT */
/* The sentences for what breaks an exec: each with its errno, in one vocabulary. */
#include "core/broken.h"

#include <errno.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/shebang.h"
#include "check.h"

static struct err err;

static void is(int r, int code, const char *text)
{
	CHECK(r == -code && err.code == code, "its errno");
	CHECK_TEXT(err.text, text, text);
}

int main(void)
{
	const struct arch *arm = arch_by_name("armhf"), *wide = arch_by_name("x86_64");

	is(broken_start("/x", ENOENT, &err), ENOENT, "cannot start /x: No such file or directory");
	is(broken_directory("/d/x", "/d", &err), EACCES,
	   "cannot start /d/x: this user may not search the directory /d (Hint: chmod a+x /d)");
	is(broken_way("/d/x", "/d", ENOENT, &err), ENOENT, "cannot start /d/x: /d does not exist");
	is(broken_way("/d/x", "/d", ENOTDIR, &err), ENOTDIR,
	   "cannot start /d/x: /d is no directory");
	is(broken_kind("/x", "a socket", &err), EACCES, "cannot start /x: it is a socket");
	is(broken_mode("/x", 0640, &err), EACCES,
	   "cannot start /x: mode 0640 does not let this user execute it (Hint: chmod a+x /x)");
	is(broken_depth(&err), ELOOP, "more than 5 scripts start one another");
	is(broken_return("/x", "/bin/sh\r", &err), ENOENT,
	   "the first line of /x ends in a carriage return, so its interpreter would be "
	   "'/bin/sh\\r', which does not exist (Hint: sed -i 's/\\r$//' /x)");
	is(broken_shebang("/x", 10, &err), ENOEXEC, "the first line of /x names no interpreter");
	is(broken_shebang("/x", SHEBANG_READ, &err), ENOEXEC,
	   "the name in the first line of /x does not end within the 256 bytes that the kernel "
	   "reads");
	is(broken_refused("/x", ETXTBSY, &err), ETXTBSY,
	   "cannot start /x: Text file busy (Hint: somebody has it open for writing)");
	is(broken_refused("/x", EACCES, &err), EACCES,
	   "cannot start /x: Permission denied (Hint: its mode allows it: see what a security "
	   "module "
	   "logs)");
	is(broken_object("/x", true, &err), ENOEXEC, "/x is an object file, no program");
	is(broken_object("/x", false, &err), ENOEXEC, "/x is a core dump, no program");
	is(broken_machine("/x", arm, wide, &err), ENOEXEC,
	   "/x is a program for armhf, and this machine is x86_64");
	is(broken_machine("/x", NULL, wide, &err), ENOEXEC,
	   "/x is a program for another machine, and this machine is x86_64");
	is(broken_no_handler("/x", arm, &err), ENOEXEC,
	   "/x is a program for armhf, and this kernel has no handler for it (Hint: install "
	   "qemu-user-static)");
	is(broken_handler_off("/x", arm, NULL, &err), ENOEXEC,
	   "/x is a program for armhf, and binfmt_misc is disabled (Hint: echo 1 "
	   ">/proc/sys/fs/binfmt_misc/status)");
	is(broken_handler_off("/x", arm, "qemu-arm", &err), ENOEXEC,
	   "/x is a program for armhf, and the handler qemu-arm, which takes it, is disabled "
	   "(Hint: "
	   "echo 1 >/proc/sys/fs/binfmt_misc/qemu-arm)");
	is(broken_python("/p", "os", ENOENT, &err), ENOENT,
	   "/p cannot start without os, which is missing here (Hint: install or stage that "
	   "Python's "
	   "standard library again)");
	is(broken_python("/p", "os", EACCES, &err), EACCES,
	   "/p cannot start without os, which cannot be read (Hint: install or stage that Python's "
	   "standard library again)");
	is(broken_interp("/x", "/ld", ENOENT, &err), ENOENT,
	   "/x needs the ELF interpreter /ld, which is missing here");
	is(broken_interp("/x", "/ld", EACCES, &err), EACCES,
	   "/x needs the ELF interpreter /ld, which cannot be opened");
	is(broken_interp_unsound("/x", "/ld", ELIBBAD, &err), ELIBBAD,
	   "/x needs the ELF interpreter /ld, which is not one");
	return done();
}
