/* SPDX-License-Identifier: MIT */
/* What kernel and ld.so take for granted about segments, and what patchelf 0.14 and binutils' strip
 * do to them. */
#include "elf/damage.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "elf/image.h"

enum { SECTIONS_MAX = 64 * 1024, SMALL_PAGE = 4096 };

struct sentence {
	char *text;
	size_t size;
};

static void say(struct sentence *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct sentence *to, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(to->text, to->size, format, args); /* shortened if need be */
	va_end(args);
}

/* The segment in whose bytes the range lies, with its address where the offset says. */
static const struct elf_segment *holder(const struct elf_image *image, uint64_t offset,
					uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < image->n_segments; i++) {
		const struct elf_segment *s = &image->segments[i];

		if (s->type == PT_LOAD && offset >= s->offset &&
		    offset - s->offset <= s->file_size &&
		    size <= s->file_size - (offset - s->offset) &&
		    address - s->address == offset - s->offset)
			return s;
	}
	return NULL;
}

static bool segments_disagree(const struct elf_image *image, struct sentence *to)
{
	const struct elf_segment *before = NULL;

	for (size_t i = 0; i < image->n_segments; i++) {
		const struct elf_segment *s = &image->segments[i];

		if (s->type == PT_LOAD) {
			if (s->file_size > s->size) {
				say(to, "one of its segments has more bytes than memory");
				return true;
			}
			if (before && s->address < before->address + before->size) {
				say(to, "its segments lie upon one another");
				return true;
			}
			before = s;
		}
		if ((s->type == PT_DYNAMIC || s->type == PT_INTERP || s->type == PT_PHDR) &&
		    s->file_size && !holder(image, s->offset, s->address, s->file_size)) {
			say(to, "its %s is in none of the segments that are loaded",
			    s->type == PT_DYNAMIC  ? "dynamic section"
			    : s->type == PT_INTERP ? "PT_INTERP"
						   : "program header table");
			return true;
		}
		if (s->type == PT_PHDR && s->offset != image->phoff) {
			say(to, "its PT_PHDR is not where its header says");
			return true;
		}
	}
	return false;
}

/* A table that the dynamic section names must lie in a segment as a whole. */
static bool tables_are_lost(const struct elf_image *image, struct sentence *to)
{
	static const struct {
		int64_t tag, size_tag;
		const char *name;
	} tables[] = {
		{ DT_STRTAB, DT_STRSZ, "string table" },
		{ DT_SYMTAB, 0, "symbol table" },
		{ DT_HASH, 0, "hash table" },
		{ DT_GNU_HASH, 0, "hash table" },
		{ DT_RELA, DT_RELASZ, "relocation table" },
		{ DT_REL, DT_RELSZ, "relocation table" },
		{ DT_JMPREL, DT_PLTRELSZ, "relocation table" },
		{ DT_VERSYM, 0, "version table" },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		uint64_t address, size = 0, offset, room;

		if (!elf_image_value(image, tables[i].tag, &address))
			continue;
		if (tables[i].size_tag)
			(void)elf_image_value(image, tables[i].size_tag, &size); /* else 0 */
		if (!address || elf_image_offset(image, address, &offset, &room) < 0 ||
		    size > room) {
			if (!size && tables[i].size_tag && tables[i].tag != DT_STRTAB)
				continue; /* an empty one is nowhere */
			say(to, "its %s lies outside of its segments", tables[i].name);
			return true;
		}
	}
	return false;
}

/* Sections are for tools; but where they stand and do not fit the segments, a tool that went by
 * them (strip) has eaten what ld.so needs. */
static bool sections_disagree(const struct elf_image *image, struct sentence *to)
{
	size_t n = 0, names;
	GElf_Ehdr ehdr;

	/* libelf says that there are none where they lie outside */
	if (!gelf_getehdr(image->elf, &ehdr) || elf_getshdrnum(image->elf, &n) < 0 ||
	    (ehdr.e_shnum && n != ehdr.e_shnum) ||
	    (ehdr.e_shoff && (ehdr.e_shoff > image->size ||
			      (uint64_t)n * ehdr.e_shentsize > image->size - ehdr.e_shoff))) {
		say(to, "its section headers lie outside of the file");
		return true;
	}
	if (elf_getshdrstrndx(image->elf, &names) < 0)
		names = 0;
	for (size_t i = 1; i < n && i < SECTIONS_MAX; i++) {
		Elf_Scn *section = elf_getscn(image->elf, i);
		GElf_Shdr header;
		const char *name;

		if (!section || !gelf_getshdr(section, &header)) {
			say(to, "its section headers lie outside of the file");
			return true;
		}
		if (!(header.sh_flags & SHF_ALLOC) || header.sh_type == SHT_NOBITS ||
		    !header.sh_size || !image->n_segments ||
		    holder(image, header.sh_offset, header.sh_addr, header.sh_size))
			continue;
		name = elf_strptr(image->elf, names, header.sh_name);
		say(to, "its section %s is in none of its segments",
		    name ? name : "without a name");
		return true;
	}
	return false;
}

/* patchelf puts what grows into a new writable segment of whole pages, each time another one. No
 * linker makes two of these. */
static bool is_patched_again(const struct elf_image *image, struct sentence *to)
{
	unsigned n = 0;

	for (size_t i = 0; i < image->n_segments; i++) {
		const struct elf_segment *s = &image->segments[i];

		if (s->type == PT_LOAD && (s->flags & PF_W) && !(s->flags & PF_X) && s->file_size &&
		    s->file_size == s->size && s->offset % SMALL_PAGE == 0 &&
		    s->address % SMALL_PAGE == 0)
			n++;
	}
	if (n < 2)
		return false;
	say(to, "it was patched more than once: %u segments are patchelf's", n);
	return true;
}

static bool is_unaligned(const struct elf_image *image, uint32_t page_size, struct sentence *to)
{
	for (size_t i = 0; i < image->n_segments; i++) {
		const struct elf_segment *s = &image->segments[i];

		if (s->type != PT_LOAD || (s->align >= page_size && s->align % page_size == 0 &&
					   (s->address - s->offset) % page_size == 0))
			continue;
		say(to,
		    "its segments are aligned to %" PRIu64 " bytes, and kernels have pages of "
		    "up to %" PRIu32,
		    s->align, page_size);
		return true;
	}
	return false;
}

enum elf_damage elf_damage_find(const struct elf_image *image, uint32_t page_size, char *ret,
				size_t size)
{
	struct sentence to = { ret, size };

	if (size)
		ret[0] = '\0';
	if (image->needs > image->size)
		return ELF_DAMAGE_CUT;
	if (segments_disagree(image, &to) || tables_are_lost(image, &to) ||
	    sections_disagree(image, &to))
		return ELF_DAMAGE_CONTRADICTION;
	if (is_patched_again(image, &to))
		return ELF_DAMAGE_PATCHED;
	return is_unaligned(image, page_size, &to) ? ELF_DAMAGE_UNALIGNED : ELF_DAMAGE_NONE;
}
