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

static void test_runtime(void)
{
	is(broken_runtime("/t", "/run/busypy/w.d/usr/bin/python3", ENOENT, &err), ENOENT,
	   "/t uses the host's programs, and its interpreter /run/busypy/w.d/usr/bin/python3 is "
	   "not "
	   "there: No such file or directory (Hint: a container or chroot has to have /run/busypy "
	   "as well: bind it; on the host: busypy disable, then busypy enable)");
	is(broken_runtime_changed("/t", "/p", &err), ESTALE,
	   "/t uses the host's programs, and its interpreter /p is not the one that was enabled "
	   "(Hint: busypy disable, then busypy enable)");
	is(broken_runtime_none("/e/versions/2", &err), ENOENT,
	   "/e/versions/2 uses the host's programs, and this version is not enabled yet (Hint: "
	   "busypy enable, or busypyd, which follows new versions)");
}

static void test_files(void)
{
	char text[ERR_TEXT_MAX + 1];

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
	is(broken_link("/x", "/tmp/l", &err), EACCES,
	   "cannot start /x: the link /tmp/l stands in a sticky directory and belongs to another "
	   "user, fs.protected_symlinks forbids to follow it");
	is(broken_noexec("/x", &err), EACCES,
	   "cannot start /x: it lies on a file system mounted noexec (Hint: move it, or mount -o "
	   "remount,exec)");
	is(broken_refused("/x", ETXTBSY, &err), ETXTBSY,
	   "cannot start /x: Text file busy (Hint: somebody has it open for writing)");
	is(broken_refused("/x", EPERM, &err), EPERM,
	   "cannot start /x: Operation not permitted (Hint: its mode allows it: see what a "
	   "security module logs)");
	is(broken_shebang("/x", SHEBANG_READ, &err), ENOEXEC,
	   "the name in the first line of /x does not end within the 256 bytes that the kernel "
	   "reads");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK(broken_start(text, ENOENT, &err) == -ENOENT && strlen(err.text) < ERR_TEXT_MAX,
	      "a path of any length");
	CHECK(broken_depth(NULL) == -ELOOP, "nobody needs to listen");
}

static void test_programs(void)
{
	const struct arch *arm = arch_by_name("armhf"), *wide = arch_by_name("x86_64");

	is(broken_machine("/x", arm, wide, &err), ENOEXEC,
	   "/x is a program for armhf, and this machine is x86_64");
	is(broken_machine("/x", NULL, wide, &err), ENOEXEC,
	   "/x is a program for another machine, and this machine is x86_64");
	is(broken_interp("/x", "/ld", ENOENT, &err), ENOENT,
	   "/x needs the ELF interpreter /ld, which is missing here");
	is(broken_interp("/x", "/ld", EACCES, &err), EACCES,
	   "/x needs the ELF interpreter /ld, which cannot be opened");
	is(broken_interp_unsound("/x", "/ld", ELIBBAD, &err), ELIBBAD,
	   "/x needs the ELF interpreter /ld, which is not one");
	is(broken_before("/x", "a blank line", &err), ENOEXEC,
	   "/x begins with a blank line, so that the kernel sees no #!, and a shell runs it as a "
	   "shell script (Hint: #! must be its first two bytes)");
	is(broken_before("/x", "UTF-16", &err), ENOEXEC,
	   "/x is UTF-16, so that the kernel sees no #! (Hint: save it as UTF-8)");
	is(broken_no_program("/x", &err), ENOEXEC,
	   "/x is neither a script nor a sound ELF program");
	is(broken_object("/x", true, &err), ENOEXEC, "/x is an object file, no program");
	is(broken_object("/x", false, &err), ENOEXEC, "/x is a core dump, no program");
	is(broken_cut("/x", &err), ENOEXEC,
	   "/x is cut: it ends before what it wants in memory (Hint: copy it again)");
	is(broken_segments("/x", &err), ENOEXEC,
	   "/x has segments that cannot be mapped, or nothing to begin with (Hint: it is damaged: "
	   "take the pristine file)");
	is(broken_library("/x", &err), ENOEXEC, "/x is a library, started as if it were a program");
	is(broken_damaged("/x", "its header is cut", &err), ENOEXEC,
	   "/x is damaged: its header is cut (Hint: start from the pristine file)");
}

static void test_handlers(void)
{
	const struct arch *arm = arch_by_name("armhf");

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
	is(broken_no_handler("/x", NULL, &err), ENOEXEC,
	   "/x is a program for another machine, and this kernel has no handler for it (Hint: "
	   "install qemu-user-static)");
	is(broken_guest("/x", &err), ENOEXEC, "/x is no ELF program that qemu-user can load");
	is(broken_guest_interp("/x", "/lib/ld.so", arm, &err), ENOENT,
	   "/x needs the ELF interpreter /lib/ld.so, which is missing here (Hint: qemu-user needs "
	   "the libraries of armhf: in a root of that arch, or below $QEMU_LD_PREFIX)");
	is(broken_stale("/t", &err), ESTALE,
	   "/t is not the tree that was enabled (Hint: busypy disable, then busypy enable)");
	is(broken_owner(&err), EIO,
	   "cannot tell whether the script is of a BusyPy tree (Hint: is /proc mounted?)");
}

static void test_libraries(void)
{
	is(broken_library_missing("liba.so", "/x", &err), ENOENT,
	   "liba.so, which /x needs, is missing (Hint: install it where ld.so looks, or name its "
	   "directory in LD_LIBRARY_PATH)");
	is(broken_version("/liba.so", "A_2", "/x", &err), ENOENT,
	   "/liba.so has no A_2, which /x needs (Hint: take a build for this C library, or a newer "
	   "one)");
	is(broken_symbol("f", "/x", &err), ENOENT,
	   "no library has f, which /x uses (Hint: take a build for these libraries)");
	is(broken_stray_version("liba.so", "/x", &err), ENOENT,
	   "/x asks for versions of liba.so, which it does not load: ld.so aborts (Hint: a patch "
	   "took it from the list: start from the pristine file)");
	is(broken_python("/p", "os.py", ENOENT, &err), ENOENT,
	   "/p cannot start without os.py, which is missing here (Hint: install or stage that "
	   "Python's standard library again)");
	is(broken_python("/p", "os.py", EACCES, &err), EACCES,
	   "/p cannot start without os.py, which cannot be read (Hint: install or stage that "
	   "Python's standard library again)");
}

int main(void)
{
	test_files();
	test_runtime();
	test_programs();
	test_handlers();
	test_libraries();
	return done();
}
