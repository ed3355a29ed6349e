/* SPDX-License-Identifier: MIT */
/* Any bytes as an ELF header followed by program headers. */
#include "elf_head.h"

#include <stdlib.h>
#include <string.h>

#include "arch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_head head;
	uint64_t offset, length;
	const struct arch *arch;

	if (elf_head_parse(data, size, &head) < 0)
		return 0;
	arch = elf_head_arch(&head);
	if (arch && !elf_head_fits(&head, arch))
		abort();
	if (size > ELF_HEAD_READ &&
	    elf_head_interp(&head, data + ELF_HEAD_READ, size - ELF_HEAD_READ, &offset, &length) ==
		    1 &&
	    length < 2)
		abort();
	return 0;
}
