/* SPDX-License-Identifier: MIT */
/* What a sandbox runs. */
#ifndef BUSYPY_SANDBOX_COMMAND_H
#define BUSYPY_SANDBOX_COMMAND_H

struct sandbox_request;

/* Becomes the request's command, as the foreground group of the terminal where there is one; else
 * says why not, and ends with status 126 or 127. For a child of vfork(2): changes no memory that
 * is not its own. */
_Noreturn void command_run(const struct sandbox_request *request);

#endif
