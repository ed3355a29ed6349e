/* SPDX-License-Identifier: MIT */
/* What a tree needs to boot an arch, besides its runtime: init, and the rescue shell. */
#ifndef BUSYPY_STAGE_BOOT_H
#define BUSYPY_STAGE_BOOT_H

struct arch;
struct err;

/* Puts our init for arch into dir/sbin as ARCH-init, with the links by which machines are known
 * (x86_64-pc-init, aarch64-virt-init). Returns 1, or 0 if this installation has none for arch. */
int stage_boot_add_init(const struct arch *arch, const char *dir, struct err *err);

/* Puts a busybox into the new directory info/rescue, a link per applet beside it, and its checksum.
 * -EINVAL with a sentence unless it is a static program for arch. */
int stage_boot_add_rescue(const char *busybox, const struct arch *arch, const char *info,
			  struct err *err);

#endif
