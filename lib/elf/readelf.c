/* SPDX-License-Identifier: MIT */
/* Prints through libelf; columns as GNU readelf's wide output has them. */
#include "elf/readelf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "core/err.h"
#include "sys/fd.h"

struct name {
	uint64_t value;
	const char *name;
};

static const struct name segment_names[] = {
	{ PT_NULL, "NULL" },
	{ PT_LOAD, "LOAD" },
	{ PT_DYNAMIC, "DYNAMIC" },
	{ PT_INTERP, "INTERP" },
	{ PT_NOTE, "NOTE" },
	{ PT_PHDR, "PHDR" },
	{ PT_TLS, "TLS" },
	{ PT_GNU_EH_FRAME, "GNU_EH_FRAME" },
	{ PT_GNU_STACK, "GNU_STACK" },
	{ PT_GNU_RELRO, "GNU_RELRO" },
	{ PT_GNU_PROPERTY, "GNU_PROPERTY" },
};

static const struct name dynamic_names[] = {
	{ DT_NEEDED, "NEEDED" },
	{ DT_PLTRELSZ, "PLTRELSZ" },
	{ DT_PLTGOT, "PLTGOT" },
	{ DT_HASH, "HASH" },
	{ DT_STRTAB, "STRTAB" },
	{ DT_SYMTAB, "SYMTAB" },
	{ DT_RELA, "RELA" },
	{ DT_RELASZ, "RELASZ" },
	{ DT_RELAENT, "RELAENT" },
	{ DT_STRSZ, "STRSZ" },
	{ DT_SYMENT, "SYMENT" },
	{ DT_INIT, "INIT" },
	{ DT_FINI, "FINI" },
	{ DT_SONAME, "SONAME" },
	{ DT_RPATH, "RPATH" },
	{ DT_SYMBOLIC, "SYMBOLIC" },
	{ DT_REL, "REL" },
	{ DT_RELSZ, "RELSZ" },
	{ DT_RELENT, "RELENT" },
	{ DT_PLTREL, "PLTREL" },
	{ DT_DEBUG, "DEBUG" },
	{ DT_TEXTREL, "TEXTREL" },
	{ DT_JMPREL, "JMPREL" },
	{ DT_BIND_NOW, "BIND_NOW" },
	{ DT_INIT_ARRAY, "INIT_ARRAY" },
	{ DT_FINI_ARRAY, "FINI_ARRAY" },
	{ DT_INIT_ARRAYSZ, "INIT_ARRAYSZ" },
	{ DT_FINI_ARRAYSZ, "FINI_ARRAYSZ" },
	{ DT_RUNPATH, "RUNPATH" },
	{ DT_FLAGS, "FLAGS" },
	{ DT_GNU_HASH, "GNU_HASH" },
	{ DT_RELACOUNT, "RELACOUNT" },
	{ DT_RELCOUNT, "RELCOUNT" },
	{ DT_FLAGS_1, "FLAGS_1" },
	{ DT_VERDEF, "VERDEF" },
	{ DT_VERDEFNUM, "VERDEFNUM" },
	{ DT_VERNEED, "VERNEED" },
	{ DT_VERNEEDNUM, "VERNEEDNUM" },
	{ DT_VERSYM, "VERSYM" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *find_name(const struct name *table, size_t n, uint64_t value)
{
	for (size_t i = 0; i < n; i++) {
		if (table[i].value == value)
			return table[i].name;
	}
	return "";
}

/* Text in the file's bytes at offset; "" if it would leave the file. */
static const char *text_at(Elf *elf, uint64_t offset)
{
	size_t size;
	const char *bytes = elf_rawfile(elf, &size);

	if (!bytes || offset >= size || !memchr(bytes + offset, '\0', size - offset))
		return "";
	return bytes + offset;
}

static void print_segments(Elf *elf, FILE *out)
{
	size_t n = 0;
	GElf_Phdr phdr;

	(void)elf_getphdrnum(elf, &n); /* a static file may have none */
	(void)fprintf(out, "Program Headers:\n  %-16s %-18s %-18s %-18s %-10s %-10s Flg Align\n",
		      "Type", "Offset", "VirtAddr", "PhysAddr", "FileSiz", "MemSiz");
	for (int i = 0; (size_t)i < n && gelf_getphdr(elf, i, &phdr); i++) {
		const char *name = find_name(segment_names, COUNT(segment_names), phdr.p_type);
		char number[24];

		(void)snprintf(number, sizeof(number), "0x%08x", phdr.p_type);
		(void)fprintf(out,
			      "  %-16s 0x%016" PRIx64 " 0x%016" PRIx64 " 0x%016" PRIx64
			      " 0x%08" PRIx64 " 0x%08" PRIx64 " %c%c%c 0x%" PRIx64 "\n",
			      *name ? name : number, phdr.p_offset, phdr.p_vaddr, phdr.p_paddr,
			      phdr.p_filesz, phdr.p_memsz, phdr.p_flags & PF_R ? 'R' : ' ',
			      phdr.p_flags & PF_W ? 'W' : ' ', phdr.p_flags & PF_X ? 'E' : ' ',
			      phdr.p_align);
		if (phdr.p_type == PT_INTERP)
			(void)fprintf(out, "      [Requesting program interpreter: %s]\n",
				      text_at(elf, phdr.p_offset));
	}
}

static uint64_t file_offset(Elf *elf, uint64_t address)
{
	size_t n = 0;
	GElf_Phdr phdr;

	(void)elf_getphdrnum(elf, &n); /* none: nothing is found below */
	for (int i = 0; (size_t)i < n && gelf_getphdr(elf, i, &phdr); i++) {
		if (phdr.p_type == PT_LOAD && address >= phdr.p_vaddr &&
		    address - phdr.p_vaddr < phdr.p_filesz)
			return phdr.p_offset + (address - phdr.p_vaddr);
	}
	return UINT64_MAX;
}

static void print_entry(Elf *elf, const GElf_Dyn *dyn, uint64_t strings, FILE *out)
{
	static const struct name labels[] = { { DT_NEEDED, "Shared library" },
					      { DT_SONAME, "Library soname" },
					      { DT_RPATH, "Library rpath" },
					      { DT_RUNPATH, "Library runpath" } };
	const char *label = find_name(labels, COUNT(labels), (uint64_t)dyn->d_tag);

	(void)fprintf(out, "  0x%016" PRIx64 " (%s)%*s", (uint64_t)dyn->d_tag,
		      find_name(dynamic_names, COUNT(dynamic_names), (uint64_t)dyn->d_tag), 4, "");
	if (*label && strings != UINT64_MAX)
		(void)fprintf(out, "%s: [%s]\n", label, text_at(elf, strings + dyn->d_un.d_val));
	else
		(void)fprintf(out, "0x%" PRIx64 "\n", dyn->d_un.d_val);
}

static Elf_Data *dynamic_section(Elf *elf)
{
	size_t n = 0;
	GElf_Phdr phdr;

	(void)elf_getphdrnum(elf, &n); /* none: a static file */
	for (int i = 0; (size_t)i < n && gelf_getphdr(elf, i, &phdr); i++) {
		if (phdr.p_type == PT_DYNAMIC)
			return elf_getdata_rawchunk(elf, (int64_t)phdr.p_offset, phdr.p_filesz,
						    ELF_T_DYN);
	}
	return NULL;
}

static void print_dynamic(Elf *elf, FILE *out)
{
	Elf_Data *data = dynamic_section(elf);
	uint64_t strings = UINT64_MAX;
	GElf_Dyn dyn;

	if (!data) {
		(void)fputs("There is no dynamic section in this file.\n", out);
		return;
	}
	(void)fputs("Dynamic section:\n", out);
	for (int i = 0; gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		if (dyn.d_tag == DT_STRTAB)
			strings = file_offset(elf, dyn.d_un.d_ptr);
	}
	for (int i = 0; gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++)
		print_entry(elf, &dyn, strings, out);
}

static int write_one(Elf *elf, void (*print)(Elf *elf, FILE *out), const char *to, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	bool failed;

	if (!out)
		return err_set(err, ENOMEM, "cannot write %s", to);
	print(elf, out);
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return err_set(err, ENOMEM, "cannot write %s", to);
	return files_write(to, text, n, 0644, err);
}

int readelf_write(const char *path, const char *segments_to, const char *dynamic_to,
		  struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	Elf *elf;
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return err_say(err, ENOSYS, "libelf is older than this program");
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf)
		return err_say(err, ENOEXEC, "%s: not a sound ELF file", path);
	r = write_one(elf, print_segments, segments_to, err);
	if (r == 0)
		r = write_one(elf, print_dynamic, dynamic_to, err);
	(void)elf_end(elf); /* only the reference count is returned */
	return r;
}
