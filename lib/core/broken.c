/* SPDX-License-Identifier: MIT */
/* What is said of each break, and how to mend it; pure. */
#include "core/broken.h"

#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/runtime_layout.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/x86_level.h"

static const char *name_of(const struct arch *arch)
{
	return arch ? arch->name : "another machine";
}

int broken_start(const char *path, int code, struct err *err)
{
	return err_set(err, code, "cannot start %s", path);
}

int broken_directory(const char *path, const char *dir, struct err *err)
{
	return err_say(
		err, EACCES,
		"cannot start %s: this user may not search the directory %s (Hint: chmod a+x %s)",
		path, dir, dir);
}

int broken_link(const char *path, const char *at, struct err *err)
{
	return err_say(err, EACCES,
		       "cannot start %s: the link %s stands in a sticky directory and belongs to "
		       "another user, fs.protected_symlinks forbids to follow it",
		       path, at);
}

int broken_way(const char *path, const char *at, int code, struct err *err)
{
	return err_say(err, code, "cannot start %s: %s %s", path, at,
		       code == ENOTDIR ? "is no directory" : "does not exist");
}

int broken_kind(const char *path, const char *kind, struct err *err)
{
	return err_say(err, EACCES, "cannot start %s: it is %s", path, kind);
}

int broken_mode(const char *path, unsigned mode, struct err *err)
{
	return err_say(
		err, EACCES,
		"cannot start %s: mode %04o does not let this user execute it (Hint: chmod a+x %s)",
		path, mode, path);
}

int broken_noexec(const char *path, struct err *err)
{
	return err_say(err, EACCES,
		       "cannot start %s: it lies on a file system mounted noexec (Hint: move it, "
		       "or mount -o remount,exec)",
		       path);
}

int broken_refused(const char *path, int code, struct err *err)
{
	return err_say(err, code, "cannot start %s: %s (Hint: %s)", path, strerror(code),
		       code == ETXTBSY ? "somebody has it open for writing"
				       : "its mode allows it: see what a security module logs");
}

int broken_return(const char *path, const char *interp, struct err *err)
{
	int n = (int)strlen(interp) - 1; /* without it: a terminal would return */

	return err_say(err, ENOENT,
		       "the first line of %s ends in a carriage return, so its interpreter would "
		       "be '%.*s\\r', which does not exist (Hint: sed -i 's/\\r$//' %s)",
		       path, n, interp, path);
}

int broken_incomplete(const char *path, struct err *err)
{
	return err_say(err, ETXTBSY,
		       "cannot start %s: %s: the archive ends within it, and the kernel keeps it "
		       "open for writing",
		       path, strerror(ETXTBSY));
}

int broken_depth(struct err *err)
{
	return err_say(err, ELOOP, "more than %d scripts start one another", SHEBANG_DEPTH_MAX);
}

int broken_no_program(const char *path, struct err *err)
{
	return err_say(err, ENOEXEC, "%s is neither a script nor a sound ELF program", path);
}

int broken_before(const char *path, const char *what, struct err *err)
{
	if (str_eq(what, "UTF-16"))
		return err_say(err, ENOEXEC,
			       "%s is UTF-16, so that the kernel sees no #! (Hint: save it as "
			       "UTF-8)",
			       path);
	return err_say(err, ENOEXEC,
		       "%s begins with %s, so that the kernel sees no #!, and a shell runs it as "
		       "a shell script (Hint: #! must be its first two bytes)",
		       path, what);
}

int broken_shebang(const char *path, size_t n, struct err *err)
{
	if (n < SHEBANG_READ)
		return err_say(err, ENOEXEC, "the first line of %s names no interpreter", path);
	return err_say(err, ENOEXEC,
		       "the name in the first line of %s does not end within the %d bytes that the "
		       "kernel reads",
		       path, SHEBANG_READ);
}

int broken_object(const char *path, bool object, struct err *err)
{
	return err_say(err, ENOEXEC, "%s is %s, no program", path,
		       object ? "an object file" : "a core dump");
}

int broken_machine(const char *path, const struct arch *arch, const struct arch *machine,
		   struct err *err)
{
	return err_say(err, ENOEXEC, "%s is a program for %s, and this machine is %s", path,
		       name_of(arch), machine->name);
}

int broken_no_handler(const char *path, const struct arch *arch, struct err *err)
{
	return err_say(err, ENOEXEC,
		       "%s is a program for %s, and this kernel has no handler for it (Hint: "
		       "install qemu-user-static)",
		       path, name_of(arch));
}

int broken_handler_off(const char *path, const struct arch *arch, const char *entry,
		       struct err *err)
{
	if (!entry)
		return err_say(err, ENOEXEC,
			       "%s is a program for %s, and binfmt_misc is disabled (Hint: echo 1 "
			       ">/proc/sys/fs/binfmt_misc/status)",
			       path, name_of(arch));
	return err_say(err, ENOEXEC,
		       "%s is a program for %s, and the handler %s, which takes it, is disabled "
		       "(Hint: echo 1 >/proc/sys/fs/binfmt_misc/%s)",
		       path, name_of(arch), entry, entry);
}

int broken_interp(const char *path, const char *interp, int code, struct err *err)
{
	return err_say(err, code, "%s needs the ELF interpreter %s, which %s", path, interp,
		       code == ENOENT ? "is missing here" : "cannot be opened");
}

int broken_interp_unsound(const char *path, const char *interp, int code, struct err *err)
{
	return err_say(err, code, "%s needs the ELF interpreter %s, which is not one", path,
		       interp);
}

int broken_stale(const char *tree, struct err *err)
{
	return err_say(
		err, ESTALE,
		"%s is not the tree that was enabled (Hint: busypy disable, then busypy enable)",
		tree);
}

int broken_runtime(const char *tree, const char *program, int code, struct err *err)
{
	return err_say(err, code,
		       "%s uses the host's programs, and its interpreter %s is not there: %s "
		       "(Hint: a container or chroot has to have " RUNTIME_ROOT
		       " as well: bind it; on the host: busypy disable, then busypy enable)",
		       tree, program, strerror(code));
}

int broken_runtime_changed(const char *tree, const char *program, struct err *err)
{
	return err_say(err, ESTALE,
		       "%s uses the host's programs, and its interpreter %s is not the one that "
		       "was enabled (Hint: busypy disable, then busypy enable)",
		       tree, program);
}

int broken_runtime_none(const char *tree, struct err *err)
{
	return err_say(err, ENOENT,
		       "%s uses the host's programs, and this version is not enabled yet (Hint: "
		       "busypy enable, or busypyd, which follows new versions)",
		       tree);
}

int broken_owner(struct err *err)
{
	return err_say(
		err, EIO,
		"cannot tell whether the script is of a BusyPy tree (Hint: is /proc mounted?)");
}

int broken_guest(const char *path, struct err *err)
{
	return err_say(err, ENOEXEC, "%s is no ELF program that qemu-user can load", path);
}

int broken_guest_interp(const char *path, const char *interp, const struct arch *arch,
			struct err *err)
{
	return err_say(err, ENOENT,
		       "%s needs the ELF interpreter %s, which is missing here (Hint: qemu-user "
		       "needs the libraries of %s: in a root of that arch, or below "
		       "$QEMU_LD_PREFIX)",
		       path, interp, arch->name);
}

int broken_library_missing(const char *library, const char *by, struct err *err)
{
	return err_say(err, ENOENT,
		       "%s, which %s needs, is missing (Hint: install it where ld.so looks, or "
		       "name its directory in LD_LIBRARY_PATH)",
		       library, by);
}

int broken_library_refused(const char *path, const char *library, const char *by, const char *why,
			   struct err *err)
{
	return err_say(
		err, ELIBBAD,
		"ld.so takes %s for %s, which %s needs, and refuses it: %s (Hint: remove it, "
		"or put a build for this machine in its place)",
		path, library, by, why);
}

int broken_unversioned(const char *library, const char *symbol, const char *by, struct err *err)
{
	return err_say(err, ENOENT,
		       "%s has no versions, and %s wants one of its %s: ld.so aborts (Hint: take "
		       "the library from where %s comes)",
		       library, by, symbol, by);
}

int broken_version(const char *library, const char *version, const char *by, struct err *err)
{
	return err_say(err, ENOENT,
		       "%s has no %s, which %s needs (Hint: take a build for this C library, or a "
		       "newer one)",
		       library, version, by);
}

int broken_level(const char *path, unsigned needs, unsigned has, struct err *err)
{
	return err_say(err, ENOEXEC,
		       "%s needs %s, and this processor has %s (Hint: take a build for older "
		       "processors)",
		       path, x86_level_name(needs), x86_level_name(has));
}

int broken_stray_version(const char *library, const char *by, struct err *err)
{
	return err_say(err, ENOENT,
		       "%s asks for versions of %s, which it does not load: ld.so aborts (Hint: a "
		       "patch took it from the list: start from the pristine file)",
		       by, library);
}

int broken_damaged(const char *path, const char *how, struct err *err)
{
	return err_say(err, ENOEXEC, "%s is damaged: %s (Hint: start from the pristine file)", path,
		       how);
}

int broken_symbol(const char *symbol, const char *by, struct err *err)
{
	return err_say(err, ENOENT,
		       "no library has %s, which %s uses (Hint: take a build for these libraries)",
		       symbol, by);
}

int broken_python(const char *python, const char *module, int code, struct err *err)
{
	return err_say(err, code,
		       "%s cannot start without %s, which %s (Hint: install or stage that "
		       "Python's standard library again)",
		       python, module, code == ENOENT ? "is missing here" : "cannot be read");
}

int broken_cut(const char *path, struct err *err)
{
	return err_say(err, ENOEXEC,
		       "%s is cut: it ends before what it wants in memory (Hint: copy it again)",
		       path);
}

int broken_segments(const char *path, struct err *err)
{
	return err_say(err, ENOEXEC,
		       "%s has segments that cannot be mapped, or nothing to begin with (Hint: it "
		       "is damaged: take the pristine file)",
		       path);
}

int broken_library(const char *path, struct err *err)
{
	return err_say(err, ENOEXEC, "%s is a library, started as if it were a program", path);
}
