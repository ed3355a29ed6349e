/* SPDX-License-Identifier: MIT */
/* Any bytes as version and hash tables; the first two choose byte order and word. */
#include "core/elf_versions.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_verdef def;
	struct elf_verneed need;
	uint64_t count;
	size_t n = 0;
	bool big;

	if (size < 2)
		return 0;
	big = data[0] & 1;
	for (struct elf_versions v = { .bytes = data + 2,
				       .n = size - 2,
				       .big = big,
				       .left = data[1] };
	     elf_verdef_next(&v, &def) == 1;)
		n++;
	if (n > data[1])
		abort();
	n = 0;
	for (struct elf_versions v = { .bytes = data + 2,
				       .n = size - 2,
				       .big = big,
				       .left = data[1] };
	     elf_verneed_next(&v, &need) == 1;)
		n++;
	if (n > (size_t)data[1] * 65535)
		abort();
	(void)elf_hash_count(data + 2, size - 2, big, data[0] & 2 ? 8 : 4, &count);
	if (elf_gnu_hash_count(data + 2, size - 2, big, data[0] & 2 ? 8 : 4, &count) == 0 &&
	    count > UINT32_MAX + 1ULL + size)
		abort();
	return 0;
}
