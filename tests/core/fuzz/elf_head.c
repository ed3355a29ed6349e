/* SPDX-License-Identifier: MIT */
/* Any bytes as an ELF header followed by program headers. */
#include "core/elf_head.h"

#include <stdlib.h>
#include <string.h>

#include "core/arch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same bytes as a whole program, which gets another interpreter. */
static void change(const uint8_t *data, size_t size)
{
	static const char interp[] = "/run/busypy/ab3x.d/ld.so";
	uint8_t *copy = malloc(size + sizeof(interp));
	struct elf_head head;
	uint64_t offset, length;
	size_t n;

	if (!copy)
		return;
	memcpy(copy, data, size);
	if (elf_head_set_interp(copy, size, interp, &n) == 0 &&
	    (n != size + sizeof(interp) || elf_head_parse(copy, n, &head) < 0 ||
	     elf_head_interp(&head, copy + head.phoff, elf_head_phdrs_size(&head), &offset,
			     &length) != 1 ||
	     offset != size || length != sizeof(interp)))
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_head head;
	uint64_t offset, length;
	const struct arch *arch;

	change(data, size);
	for (size_t i = 0; size >= ELF_HEAD_READ && i < 10; i++) {
		const struct arch *kernel = &arch_table(&(size_t){ 0 })[i];

		if (elf_head_for_kernel(data, kernel, &head) < 0)
			continue;
		if (!elf_head_phdrs_size(&head) || elf_head_phdrs_size(&head) > ELF_PHDRS_MAX)
			abort();
		(void)elf_head_maps(&head, data + ELF_HEAD_READ, size - ELF_HEAD_READ);
		(void)elf_head_cut(&head, data + ELF_HEAD_READ, size - ELF_HEAD_READ, size);
	}
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
