/* SPDX-License-Identifier: MIT */
/* Any text as nfsroot= and ip=: what mount(2) is told holds no flag and ends. */
#include "core/nfs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/export_layout.h"
#include "core/ip4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_share(const char *word)
{
	char source[NFS_SOURCE_MAX], mount_data[NFS_DATA_MAX];
	struct nfs_share share;
	struct err err = { 0 };
	const char *id;

	if (nfs_share_parse(word, &share, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	if (share.path[0] != '/' || strchr(share.path, ','))
		abort();
	for (unsigned flags = 0; flags < 8; flags++) {
		if (nfs_mount_data(&share, 1, flags, mount_data) == 0 &&
		    (strncmp(mount_data, "addr=", 5) != 0 || strstr(mount_data, ",,") ||
		     strlen(mount_data) >= sizeof(mount_data)))
			abort();
	}
	if (nfs_source(&share, 1, "versions/1", source) == 0 &&
	    (!(id = export_layout_id(source)) || strcmp(id, "1") != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2048];
	struct ip4_word word;
	struct err err = { 0 };
	const char *id;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	try_share(text);
	if (ip4_word_parse(text, &word, &err) < 0 && !err.text[0])
		abort();
	if ((id = export_layout_id(text)) && (!*id || strchr(id, '/')))
		abort();
	if ((id = export_layout_target(text)) && (!*id || strchr(id, '/')))
		abort();
	return 0;
}
