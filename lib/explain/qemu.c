/* SPDX-License-Identifier: MIT */
/* A foreign program under qemu-user, started by its binfmt_misc entry. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysroot.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/rule.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/world.h"

/* The arch of a file, if this qemu runs it: qemu-WORD or qemu-WORD-static. */
static const struct arch *guest_of(const struct rule *rule, const struct found *subject)
{
	const char *word = path_base(rule->interpreter) + strlen("qemu-");
	const struct arch *arch;
	struct elf_head head;
	size_t n;

	if (elf_head_parse(subject->head, sizeof(subject->head), &head) < 0)
		return NULL;
	arch = elf_head_arch(&head);
	n = arch ? strlen(arch->qemu) : 0;
	if (!arch || strncmp(word, arch->qemu, n) != 0)
		return NULL;
	return !word[n] || str_eq(word + n, "-static") ? arch : NULL;
}

/* qemu-user takes a file below its prefix where there is one (util/path.c); Debian's default is
 * /etc/qemu-binfmt/ARCH. Here that decides for all files by the first, the ELF interpreter. */
static void use_prefix(struct world *world, const struct found *subject, const struct arch *arch)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const char *given = getenv("QEMU_LD_PREFIX");
	struct sysroot *prefix = calloc(1, sizeof(*prefix));
	char dir[64], real[PATH_SIZE];

	(void)snprintf(dir, sizeof(dir), "/etc/qemu-binfmt/%s", arch->qemu);
	if (prefix && sysroot_init(prefix, given ? given : dir) == 0 &&
	    elf_dynamic_read(subject->real, &file, NULL) == 0 && file.interp &&
	    sysroot_find(prefix, file.interp, real) == 0) {
		free(world->root);
		world->root = prefix;
		return;
	}
	free(prefix);
}

int replay_qemu(struct world *world, const struct found *subject, const struct last_program *last,
		struct err *err)
{
	struct last_program guest = *last;
	const char *path = world->out->steps[last->subject_step].path;
	int r;

	guest.arch = guest_of(last->rule, subject);
	if (!guest.arch) {
		(void)err_say(err, ENOEXEC, "%s does not run %s as far as is known here",
			      last->rule->interpreter, path);
		return world_cannot_tell(world, last->step);
	}
	world->started = true;
	world->reads = true;
	use_prefix(world, subject, guest.arch);
	r = replay_elf_guest(world, last->step, path, subject, &guest, err);
	if (r < 0)
		return r;
	world_set(world, last->subject_step, NULL, "ELF for %s%s", guest.arch->name,
		  guest.interp[0] ? "" : ", static");
	return replay_program(world, subject, &guest, err);
}
