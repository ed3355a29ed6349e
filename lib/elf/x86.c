/* SPDX-License-Identifier: MIT */
/* glibc, elf/dl-load.c: _dl_map_object_from_fd() goes through the program headers backward. */
#include "elf/x86.h"

#include <elf.h>

#include "core/x86_level.h"
#include "elf/image.h"

/* 1 if a segment of this type has a property note. */
static int find(const struct elf_image *image, uint32_t type, enum x86_level_segment kind,
		unsigned *ret)
{
	for (size_t i = image->n_segments; i-- > 0;) {
		const struct elf_segment *segment = &image->segments[i];
		uint64_t n =
			segment->file_size < segment->size ? segment->file_size : segment->size;

		if (segment->type != type || segment->offset > image->size ||
		    n > image->size - segment->offset)
			continue;
		if (x86_level_needed((const uint8_t *)image->bytes + segment->offset, (size_t)n,
				     kind, segment->align, image->elf_class, ret))
			return 1;
	}
	return 0;
}

unsigned elf_x86_level(const struct elf_image *image)
{
	unsigned level = 0;

	if (image->machine != EM_X86_64 && image->machine != EM_386)
		return 0;
	if (!find(image, PT_GNU_PROPERTY, X86_LEVEL_GNU_PROPERTY, &level))
		(void)find(image, PT_NOTE, X86_LEVEL_NOTE, &level);
	return level;
}
