/* SPDX-License-Identifier: MIT */
/* Any bytes as an ELF file, as lib/elf reads it with libelf: headers, dynamic section, symbols,
 * versions, and the marks of damage. */
#include "elf/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf/damage.h"
#include "elf/dynamic.h"
#include "elf/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct elf_image *image, size_t size)
{
	struct elf_dynamic file = { 0 };
	struct elf_symbols symbols = { 0 };
	size_t names = 0;
	char what[256];

	if (image->size != size)
		abort();
	(void)elf_damage_find(image, 65536, what, sizeof(what));
	if (strlen(what) >= sizeof(what))
		abort();
	if (elf_dynamic_take(image, &file) == 0)
		elf_dynamic_free(&file);
	if (elf_symbols_read(image, &symbols) < 0)
		return;
	for (size_t i = 0; i < symbols.n_symbols; i++)
		names += strlen(symbols.symbols[i].name) + 1;
	for (size_t i = 0; i < symbols.n_needs; i++)
		names += strlen(symbols.needs[i].file) + strlen(symbols.needs[i].version) + 2;
	/* a file cannot make it read much more than it has */
	if (names > size * 4 + 64 * 1024 || symbols.n_symbols > size / 16)
		abort();
	elf_symbols_free(&symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image image = { .fd = -1 };
	int fd = memfd_create("elf", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (elf_image_take(fd, "elf", &image, NULL) == 0)
		look(&image, size);
	elf_image_close(&image);
	return 0;
}
