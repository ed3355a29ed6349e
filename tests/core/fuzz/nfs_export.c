/* SPDX-License-Identifier: MIT */
/* Any path and network: what is accepted cannot break out of its place in a configuration. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/nfs_export.h"
#include "core/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How often c occurs. */
static size_t count(const char *s, char c)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[128], network[64], made[4096];
	struct nfs_export export = { .path = path, .network = network, .leases = true };
	struct err err = { 0 };
	struct text text;

	if (size > 160)
		return 0;
	memset(path, 0, sizeof(path));
	memset(network, 0, sizeof(network));
	memcpy(network, data, size < 20 ? size : 20);
	if (size > 20)
		memcpy(path, data + 20, size - 20 < 127 ? size - 20 : 127);
	if (nfs_network_check(network, &err) < 0 || nfs_export_check(path, &err) < 0) {
		if (!err.text[0])
			abort();
		return 0;
	}
	text_init(&text, made, sizeof(made));
	nfs_export_add(&text, &export, NFS_SERVER_KERNEL, NFS_SHARE_TREE);
	if (text_check(&text) < 0 || count(made, '\n') != 1 || count(made, ' ') != 1 ||
	    count(made, '(') != 1 || count(made, '#') != 0)
		abort();
	text_init(&text, made, sizeof(made));
	nfs_export_add(&text, &export, NFS_SERVER_GANESHA, NFS_SHARE_LEASES);
	if (text_check(&text) < 0 || count(made, '"') != 4 ||
	    count(made, '{') != (str_eq(network, "*") ? 2 : 3))
		abort();
	return 0;
}
