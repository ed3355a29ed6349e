/* SPDX-License-Identifier: MIT */
/* What a booted machine's self-test said, cut out of its console log. */
#ifndef BUSYPY_CLI_BOOT_RECORD_H
#define BUSYPY_CLI_BOOT_RECORD_H

struct err;
struct folder;

/* Writes the smoke test's output, from "# python" to "# passed" or "# failed", without carriage
 * returns, to DIR/smoke.ARCH.txt. log is an open console log. -ENOENT if it did not run to its end.
 */
int boot_record_smoke(int log, const struct folder *dir, const char *arch, struct err *err);

#endif
