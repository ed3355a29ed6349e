/* SPDX-License-Identifier: MIT */
/* Reads the tables of symbols and versions of an image. A file that lies costs no more than an
 * honest one of its size. */
#include "elf/symbols.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/elf_reloc.h"
#include "core/elf_versions.h"
#include "core/number.h"
#include "elf/image.h"

#ifndef DT_MIPS_SYMTABNO
#define DT_MIPS_SYMTABNO 0x70000011
#endif
#ifndef DT_MIPS_GOTSYM
#define DT_MIPS_GOTSYM 0x70000013
#endif

enum {
	VERSIONS_MAX = 32 * 1024,     /* of one file; an index has 15 bits */
	INDEX_MASK = VERSIONS_MAX - 1 /* the 16th bit hides a symbol */
};

/* A table being read. */
struct reader {
	const struct elf_image *image;
	struct elf_symbols *out;
	struct name {
		const char *version, *file;
	} * names; /* of versions, by index */
	size_t n_names, room_names;
	size_t room;   /* symbols for which the file has bytes */
	uint8_t *uses; /* flags of each symbol that there is: what relocations want of it */
	size_t n_uses, room_uses;
	uint64_t budget; /* bytes of names that may still be read */
};

uint32_t elf_symbol_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

bool elf_symbols_provide(const struct elf_symbols *symbols, const char *version)
{
	for (size_t i = 0; i < symbols->n_provides; i++) {
		if (strcmp(symbols->provides[i], version) == 0)
			return true;
	}
	return false;
}

void elf_symbols_free(struct elf_symbols *symbols)
{
	free(symbols->symbols);
	free(symbols->provides);
	free(symbols->needs);
	memset(symbols, 0, sizeof(*symbols));
}

/* 1 and where a table of the dynamic section is, 0 if there is none. */
static int find_table(const struct elf_image *image, int64_t tag, const uint8_t **ret,
		      size_t *ret_n)
{
	uint64_t address, offset, room;

	if (!elf_image_value(image, tag, &address))
		return 0;
	if (elf_image_offset(image, address, &offset, &room) < 0)
		return -ENOEXEC;
	*ret = (const uint8_t *)image->bytes + offset;
	*ret_n = (size_t)room;
	return 1;
}

/* A name from DT_STRTAB. Each costs some of the budget, so that a million symbols cannot have one
 * long name between them. */
static const char *take_name(struct reader *reader, uint64_t offset)
{
	const char *name = elf_image_string(reader->image, offset);
	size_t n = name ? strlen(name) + 1 : 0;

	if (!name || n > reader->budget)
		return NULL;
	reader->budget -= n;
	return name;
}

static int start_versions(const struct reader *reader, int64_t tag, int64_t count_tag,
			  struct elf_versions *ret)
{
	uint64_t count = 0;
	int r;

	*ret = (struct elf_versions){ .big = reader->image->data == ELFDATA2MSB };
	r = find_table(reader->image, tag, &ret->bytes, &ret->n);
	if (r == 1 && elf_image_value(reader->image, count_tag, &count))
		ret->left = count < VERSIONS_MAX ? (size_t)count : VERSIONS_MAX;
	return r < 0 ? r : 0;
}

/* Few files have more than a dozen of all that an index can tell apart. */
static int set_name(struct reader *reader, uint16_t index, struct name name)
{
	size_t i = index & INDEX_MASK;

	if (array_reserve(&reader->names, &reader->room_names, i + 1, sizeof(*reader->names)) < 0)
		return -ENOMEM;
	while (reader->n_names <= i)
		reader->names[reader->n_names++] = (struct name){ 0 };
	reader->names[i] = name;
	return 0;
}

static int read_provided(struct reader *reader)
{
	struct elf_symbols *out = reader->out;
	struct elf_versions versions;
	struct elf_verdef def;
	int r = start_versions(reader, DT_VERDEF, DT_VERDEFNUM, &versions);

	if (r < 0 || !versions.left)
		return r;
	out->defines_versions = true;
	out->provides = calloc(versions.left, sizeof(*out->provides));
	if (!out->provides)
		return -ENOMEM;
	while ((r = elf_verdef_next(&versions, &def)) == 1) {
		const char *name = take_name(reader, def.name);

		if (!name)
			return -ENOEXEC;
		if (def.base)
			continue;
		out->provides[out->n_provides++] = name;
		if (set_name(reader, def.index, (struct name){ .version = name }) < 0)
			return -ENOMEM;
	}
	return r;
}

static int read_needed(struct reader *reader)
{
	struct elf_symbols *out = reader->out;
	struct elf_versions versions;
	struct elf_verneed need;
	size_t room = 0;
	int r = start_versions(reader, DT_VERNEED, DT_VERNEEDNUM, &versions);

	while (r == 0 && (r = elf_verneed_next(&versions, &need)) == 1) {
		struct elf_version_need *to;

		if (out->n_needs == VERSIONS_MAX)
			return -ENOEXEC;
		if (array_reserve(&out->needs, &room, out->n_needs + 1, sizeof(*out->needs)) < 0)
			return -ENOMEM;
		to = &out->needs[out->n_needs++];
		to->file = take_name(reader, need.file);
		to->version = take_name(reader, need.name);
		to->weak = need.weak;
		if (!to->file || !to->version)
			return -ENOEXEC;
		r = set_name(reader, need.index, (struct name){ to->version, to->file });
	}
	return r;
}

/* The bytes of a table, as far as they lie in the file. */
static void find_relocs(const struct elf_image *image, int64_t tag, int64_t size_tag, bool addends,
			struct elf_relocs *ret)
{
	uint64_t size;
	const uint8_t *bytes;
	size_t room;

	if (!elf_image_value(image, size_tag, &size) || find_table(image, tag, &bytes, &room) != 1)
		return;
	*ret = (struct elf_relocs){ .bytes = bytes,
				    .n = size < room ? (size_t)size : room,
				    .machine = image->machine,
				    .big = image->data == ELFDATA2MSB,
				    .wide = image->elf_class == ELFCLASS64,
				    .addends = addends };
}

/* How many symbols there are, which no tag tells but on MIPS. */
static int count_symbols(const struct elf_image *image, uint64_t *ret)
{
	bool big = image->data == ELFDATA2MSB, wide = image->elf_class == ELFCLASS64;
	const uint8_t *bytes;
	size_t n;
	int r;

	*ret = 0;
	if (image->machine == EM_MIPS && elf_image_value(image, DT_MIPS_SYMTABNO, ret))
		return 0;
	r = find_table(image, DT_HASH, &bytes, &n);
	if (r == 1)
		return elf_hash_count(bytes, n, big, wide && image->machine == EM_S390 ? 8 : 4,
				      ret);
	if (r == 0)
		r = find_table(image, DT_GNU_HASH, &bytes, &n);
	if (r == 1)
		return elf_gnu_hash_count(bytes, n, big, wide ? 8 : 4, ret);
	return r;
}

/* As check_match() in glibc's dl-lookup.c has it, and musl's find_sym(). */
static bool is_definition(const GElf_Sym *sym)
{
	unsigned type = GELF_ST_TYPE(sym->st_info);

	if (sym->st_shndx == SHN_UNDEF ||
	    (!sym->st_value && sym->st_shndx != SHN_ABS && type != STT_TLS))
		return false;
	return type <= STT_FUNC || type == STT_COMMON || type == STT_TLS || type == STT_GNU_IFUNC;
}

static int take_symbol(struct reader *reader, const GElf_Sym *sym, uint16_t version, uint8_t uses)
{
	struct elf_symbol *to = &reader->out->symbols[reader->out->n_symbols];
	unsigned bind = GELF_ST_BIND(sym->st_info);

	if (!sym->st_name || bind == STB_LOCAL)
		return 0;
	*to = (struct elf_symbol){ .name = take_name(reader, sym->st_name) };
	if (!to->name)
		return -ENOEXEC;
	to->hash = elf_symbol_hash(to->name);
	to->index = version & INDEX_MASK;
	if (version && (version & INDEX_MASK) < reader->n_names) {
		to->version = reader->names[version & INDEX_MASK].version;
		to->file = reader->names[version & INDEX_MASK].file;
	}
	to->flags = uses;
	if (!sym->st_value && (uses & ELF_SYMBOL_CALLED) && reader->image->machine == EM_MIPS)
		to->flags |= ELF_SYMBOL_BOUND; /* no stub: a variable */
	if (is_definition(sym))
		to->flags |= ELF_SYMBOL_DEFINED;
	if (bind == STB_WEAK)
		to->flags |= ELF_SYMBOL_WEAK;
	if (version & (INDEX_MASK + 1))
		to->flags |= ELF_SYMBOL_HIDDEN;
	reader->out->n_symbols++;
	return 0;
}

/* -- what is looked for ---------------------------------------------------------------------- */

/* As many symbols as n there are, and nothing is known of what is wanted of the new ones. */
static int grow_uses(struct reader *reader, uint64_t n)
{
	if (n <= reader->n_uses)
		return 0;
	if (n > reader->room)
		return -ENOEXEC;
	if (array_reserve(&reader->uses, &reader->room_uses, (size_t)n, 1) < 0)
		return -ENOMEM;
	memset(reader->uses + reader->n_uses, 0, (size_t)n - reader->n_uses);
	reader->n_uses = (size_t)n;
	return 0;
}

/* without: a table inside of this one that is looked at by itself, or NULL. */
static int mark(struct reader *reader, const struct elf_relocs *relocs,
		const struct elf_relocs *without, uint8_t use)
{
	struct elf_reloc reloc;

	for (size_t i = 0; relocs->n && elf_reloc_at(relocs, i, &reloc); i++) {
		const uint8_t *at = relocs->bytes + i * elf_reloc_size(relocs);
		int r;

		if (without && at >= without->bytes && at < without->bytes + without->n)
			continue;
		r = grow_uses(reader, (uint64_t)reloc.symbol + 1);
		if (r < 0)
			return r;
		reader->uses[reloc.symbol] |= use | (reloc.copies ? ELF_SYMBOL_COPIED : 0);
	}
	return 0;
}

static int mark_all(struct reader *reader)
{
	const struct elf_image *image = reader->image;
	struct elf_relocs rel = { 0 }, rela = { 0 }, calls = { 0 };
	uint64_t kind = DT_REL;
	int r;

	(void)elf_image_value(image, DT_PLTREL, &kind); /* always there with DT_JMPREL */
	find_relocs(image, DT_REL, DT_RELSZ, false, &rel);
	find_relocs(image, DT_RELA, DT_RELASZ, true, &rela);
	find_relocs(image, DT_JMPREL, DT_PLTRELSZ, kind == DT_RELA, &calls);
	r = mark(reader, &rel, &calls, ELF_SYMBOL_BOUND);
	if (r == 0)
		r = mark(reader, &rela, &calls, ELF_SYMBOL_BOUND);
	return r < 0 ? r : mark(reader, &calls, NULL, ELF_SYMBOL_CALLED);
}

/* MIPS has no relocations for its GOT: it is all symbols from one on. */
static void mark_mips(struct reader *reader)
{
	uint64_t first;

	if (reader->image->machine != EM_MIPS ||
	    !elf_image_value(reader->image, DT_MIPS_GOTSYM, &first))
		return;
	for (; first < reader->n_uses; first++)
		reader->uses[first] |= ELF_SYMBOL_CALLED;
}

/* Fills in what is wanted of each symbol, of all that there are: DT_GNU_HASH of a program that
 * defines nothing tells of none, its relocations do. */
static int read_uses(struct reader *reader)
{
	uint64_t count;
	int r = count_symbols(reader->image, &count);

	if (r >= 0)
		r = grow_uses(reader, count);
	if (r >= 0)
		r = mark_all(reader);
	if (r >= 0)
		mark_mips(reader);
	return r;
}

static int read_symbols(struct reader *reader)
{
	const struct elf_image *image = reader->image;
	size_t each = gelf_fsize(image->elf, ELF_T_SYM, 1, EV_CURRENT), n = 0, n_versions = 0;
	const uint8_t *bytes, *versions = NULL;
	bool big = image->data == ELFDATA2MSB;
	Elf_Data *data;
	int r = find_table(image, DT_SYMTAB, &bytes, &n);

	reader->room = each ? n / each : 0;
	if (r == 1)
		r = read_uses(reader);
	if (r >= 0)
		r = find_table(image, DT_VERSYM, &versions, &n_versions);
	if (r < 0 || !reader->n_uses)
		return r < 0 ? r : 0;
	if (r == 1 && reader->n_uses > n_versions / 2)
		return -ENOEXEC;
	data = elf_getdata_rawchunk(image->elf, bytes - (const uint8_t *)image->bytes,
				    reader->n_uses * each, ELF_T_SYM);
	reader->out->symbols = calloc(reader->n_uses, sizeof(*reader->out->symbols));
	if (!data || !reader->out->symbols)
		return -ENOMEM;
	reader->out->has_versions = versions;
	for (size_t i = 1; i < reader->n_uses; i++) {
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			return -ENOEXEC;
		r = take_symbol(reader, &sym,
				versions ? (uint16_t)number_get(versions + i * 2, 2, big) : 0,
				reader->uses[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_all(struct reader *reader)
{
	int r = read_provided(reader);

	if (r < 0)
		return r;
	r = read_needed(reader);
	if (r < 0)
		return r;
	return read_symbols(reader);
}

int elf_symbols_read(const struct elf_image *image, struct elf_symbols *ret)
{
	struct elf_symbols symbols = { 0 };
	struct reader reader = { .image = image,
				 .out = &symbols,
				 .budget = (uint64_t)image->size * 4 + 64 * 1024 };
	int r;

	r = read_all(&reader);
	free(reader.names);
	free(reader.uses);
	if (r < 0) {
		elf_symbols_free(&symbols);
		return r;
	}
	*ret = symbols;
	return 0;
}
