/* SPDX-License-Identifier: MIT */
/* `busypy download`: fills a folder with the wheels that a tree's runtimes would take, for machines
 * without a network. */
#ifndef BUSYPY_ADD_DOWNLOAD_H
#define BUSYPY_ADD_DOWNLOAD_H

#include <stddef.h>

struct add_items;
struct add_request;
struct err;

/* Puts into the folder to, which is made, each wheel that answers the request's requirements, and
 * requirements.txt with their versions and sums. What is there with the same bytes stays; a wheel
 * of another content is -EEXIST. *ret_n counts those that are new. items is told what archs lack
 * (add_items_free in every case). The request's words are requirements. */
int add_download(const struct add_request *request, const char *to, struct add_items *items,
		 size_t *ret_n, struct err *err);

#endif
