/* SPDX-License-Identifier: MIT */
/* Any bytes as a kernel module, compressed or not, and as one that another needs. */
#include "image/modules.h"

#include "base/folder.h"
#include "core/arch.h"
#include "core/err.h"
#include "place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy(const char *from, const struct folder *to)
{
	const char *const names[] = { "first" };
	struct modules_request request = { .from = from,
					   .arch = arch_by_name("x86_64"),
					   .names = names,
					   .n_names = 1,
					   .required = names,
					   .n_required = 1,
					   .to = to,
					   .prefix = "/lib/modules" };
	struct err err = { 0 };
	char *list = NULL;

	if (modules_copy(&request, &list, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	/* what was asked for comes last */
	if (!strstr(list, "/lib/modules/first.ko\n") ||
	    strcmp(strstr(list, "/lib/modules/first.ko\n"), "/lib/modules/first.ko\n") != 0)
		abort();
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	char from[PATH_SIZE], to[PATH_SIZE], name[PATH_SIZE];

	place_fill(&place, data, size);
	if (files_path(from, NULL, "%s/from", place.out) < 0 ||
	    files_path(to, NULL, "%s/to", place.out) < 0 || files_mkdirs(from, NULL) < 0 ||
	    files_mkdirs(to, NULL) < 0)
		abort();
	if (files_path(name, NULL, "%s/first.ko", from) < 0)
		abort();
	place_write(name, data, size);
	if (files_path(name, NULL, "%s/second_one.ko", from) < 0)
		abort();
	place_write(name, data, size);
	if (folder_open(to, &folder, NULL) < 0)
		abort();
	copy(from, &folder);
	place_check(&place, size);
	return 0;
}
