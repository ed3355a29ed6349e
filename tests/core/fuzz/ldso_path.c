/* SPDX-License-Identifier: MIT */
/* Any bytes as a list of directories with tokens, as the head of a library, as an ld.so and as
 * relocations: what comes out is inside of what went in, or fits where it goes. */
#include "core/ldso_path.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/arch.h"
#include "core/elf_reloc.h"
#include "core/ldso.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expand(const char *entry, size_t n, bool secure)
{
	const struct ldso_tokens tokens = { "/origin", "lib/x86_64", "haswell", secure };
	char *dst = malloc(64); /* so that a byte too many is found */
	int r = dst ? ldso_expand(entry, n, &tokens, dst, 64) : -1;

	if (r == 0 && !memchr(entry, '$', n) && (strlen(dst) != n || memcmp(dst, entry, n) != 0))
		abort();
	free(dst);
}

static void read_list(const char *list, const char *separators)
{
	struct ldso_list all = { list, separators };
	const char *entry, *last = list;
	char musl[64];
	size_t n;

	while (ldso_list_next(&all, &entry, &n)) {
		if (entry < last || entry + n > list + strlen(list))
			abort();
		last = entry + n;
		expand(entry, n, false);
		expand(entry, n, true);
	}
	if (last != list + strlen(list))
		abort();
	(void)ldso_expand_musl(list, "/origin", musl, sizeof(musl));
}

static void read_relocs(const uint8_t *data, size_t size)
{
	static const uint16_t machines[] = { EM_X86_64, EM_MIPS, EM_S390 };

	for (unsigned i = 0; i < 3 * 8; i++) {
		const struct elf_relocs relocs = {
			data, size, machines[i / 8], i & 1, i & 2, i & 4
		};
		struct elf_reloc reloc;
		size_t n = 0;

		while (elf_reloc_at(&relocs, n, &reloc))
			n++;
		if (n != size / elf_reloc_size(&relocs))
			abort();
	}
}

static void read_build(const uint8_t *data, size_t size)
{
	struct ldso_build build;

	if (!ldso_build_read((const char *)data, size, &build))
		return;
	if (!build.dirs_size || build.dirs_size > sizeof(build.dirs) ||
	    build.dirs[build.dirs_size - 1] || strlen(build.lib) >= sizeof(build.lib))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const separators[] = { LDSO_SEP_ENVIRONMENT, LDSO_SEP_RPATH,
						  LDSO_SEP_MUSL, LDSO_SEP_PRELOAD_FILE };
	char *list = malloc(size + 1);
	size_t n_archs;
	const struct arch *archs = arch_table(&n_archs);
	const char *why;

	if (!list)
		return 0;
	memcpy(list, data, size);
	list[size] = '\0';
	for (size_t i = 0; i < 4; i++)
		read_list(list, separators[i]);
	free(list);
	for (size_t i = 0; i < 2 * n_archs; i++) {
		enum ldso_verdict verdict =
			ldso_verify(data, size < 64 ? size : 64, size, &archs[i / 2], i & 1, &why);

		if ((verdict == LDSO_REFUSES) != (why != NULL))
			abort();
	}
	read_relocs(data, size);
	read_build(data, size);
	return 0;
}
