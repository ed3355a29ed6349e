/* SPDX-License-Identifier: MIT */
/* `busypy run --start`: images of the tree's Python for a sandbox. */
#ifndef BUSYPY_CLI_RUN_IMAGES_H
#define BUSYPY_CLI_RUN_IMAGES_H

struct err;
struct sandbox_request;

/* Sees to images for a request that is complete otherwise, and sets request->images, which then
 * stands in static storage. Where that cannot be, it is left as it is, and the sentence says why.
 * In the small program it executes the large one. */
int run_images(struct sandbox_request *request, const char *config, struct err *err);

#endif
