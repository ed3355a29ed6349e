/* SPDX-License-Identifier: MIT */
/* Any bytes as a Debian package that is extracted: all of it stays in its folder. */
#include "source/deb.h"

#include "core/err.h"
#include "place.h"
#include "source/owners.h"
#include "sys/fd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	OWNERS_CLEANUP struct owners owners = { 0 };
	struct err err = { 0 };
	FD_CLEANUP int file = -1;

	place_fill(&place, data, size);
	file = open(place.file, O_RDONLY | O_CLOEXEC);
	if (file < 0 || mkdir(place.out, 0755) < 0)
		abort();
	if (deb_extract(file, place.file, place.out, &owners, 0, &err) < 0 && !err.text[0])
		abort();
	for (size_t i = 0; i < owners.n_files; i++) {
		if (owners.files[i].path[0] != '/' || strstr(owners.files[i].path, "/../"))
			abort();
	}
	place_check(&place, size);
	return 0;
}
