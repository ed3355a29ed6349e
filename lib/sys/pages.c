/* SPDX-License-Identifier: MIT */
/* Memory for programs that have no allocator. */
#include "sys/pages.h"

#include <sys/mman.h>

void *pages_get(size_t bytes)
{
	void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}
