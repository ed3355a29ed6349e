/* SPDX-License-Identifier: MIT */
/* Any bytes as an ELF file whose headers are written down, as staging does before and after it
 * changes one. */
#include "elf/readelf.h"

#include "core/err.h"
#include "place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	char segments[PATH_SIZE], dynamic[PATH_SIZE];
	struct err err = { 0 };

	place_fill(&place, data, size);
	if (mkdir(place.out, 0755) < 0 ||
	    files_path(segments, NULL, "%s/segments", place.out) < 0 ||
	    files_path(dynamic, NULL, "%s/dynamic", place.out) < 0)
		abort();
	if (readelf_write(place.file, segments, dynamic, &err) < 0 && !err.text[0])
		abort();
	place_check(&place, size);
	return 0;
}
