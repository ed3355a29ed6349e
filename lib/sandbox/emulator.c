/* SPDX-License-Identifier: MIT */
/* Where distributions put qemu-user, and whether what is there is static. */
#include "sandbox/emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/rule.h"
#include "core/str.h"
#include "sys/fd.h"

/* Opened by the kernel when it is registered, and used in views that have no file of the host's: it
 * must not need others. */
static bool is_static(const char *path)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint8_t bytes[ELF_HEAD_READ], phdrs[ELF_PHDRS_MAX];
	struct elf_head head;
	uint64_t offset, size;
	ssize_t n = fd < 0 ? -1 : fd_read_at(fd, bytes, sizeof(bytes), 0);

	if (n < 0 || elf_head_parse(bytes, (size_t)n, &head) < 0)
		return false;
	n = fd_read_at(fd, phdrs, sizeof(phdrs), (off_t)head.phoff);
	return n >= 0 && elf_head_interp(&head, phdrs, (size_t)n, &offset, &size) == 0;
}

static int find(const struct arch *arch, char *dst, size_t size)
{
	static const char *const places[][2] = {
		{ "/usr/bin/qemu-", "-static" },
		{ "/usr/local/bin/qemu-", "-static" },
		{ "/usr/libexec/qemu-binfmt/", "-binfmt-P" },
		{ "/usr/bin/qemu-", "" },
		{ "/usr/local/bin/qemu-", "" },
	};
	struct text text;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		text_init(&text, dst, size);
		text_addf(&text, "%s%s%s", places[i][0], arch->qemu, places[i][1]);
		if (text_check(&text) == 0 && access(dst, X_OK) == 0 && is_static(dst))
			return 0;
	}
	return -ENOENT;
}

int emulator_rule(const struct arch *arch, struct rule *ret, struct err *err)
{
	struct text name;

	rule_for_elf(arch, ret);
	if (find(arch, ret->interpreter, sizeof(ret->interpreter)) < 0)
		return err_say(err, ENOENT,
			       "this machine has no qemu-%s-static (Hint: install qemu-user-static "
			       "to run programs for %s)",
			       arch->qemu, arch->name);
	text_init(&name, ret->name, sizeof(ret->name));
	text_addf(&name, "busypy-%s", arch->name);
	/* P hands over argv[0]; F opens it now, on this side. */
	return str_copy(ret->flags, sizeof(ret->flags), "PF");
}
