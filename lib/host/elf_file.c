/* SPDX-License-Identifier: MIT */
/* Dynamic section and PT_INTERP by program headers alone, as ld.so does: sections may be missing.
 */
#include "elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "elf_head.h"
#include "err.h"
#include "fd.h"

enum { STRING_MAX = 64 * 1024 /* longest RUNPATH that is believed, bytes */ };

static void elf_done(Elf **elf)
{
	(void)elf_end(*elf); /* only the reference count is returned */
}

#define ELF_CLEANUP __attribute__((cleanup(elf_done)))

void elf_file_free(struct elf_file *file)
{
	free(file->interp);
	free(file->soname);
	free(file->rpath);
	free(file->runpath);
	for (size_t i = 0; i < file->n_needed; i++)
		free(file->needed[i]);
	memset(file, 0, sizeof(*file));
}

/* File offset of an address of the running program; -ENOEXEC if no segment's bytes hold it. */
static int address_offset(Elf *elf, size_t n_phdrs, uint64_t address, uint64_t *ret_offset)
{
	for (size_t i = 0; i < n_phdrs; i++) {
		GElf_Phdr phdr;

		if (!gelf_getphdr(elf, (int)i, &phdr))
			return -ENOEXEC;
		if (phdr.p_type == PT_LOAD && address >= phdr.p_vaddr &&
		    address - phdr.p_vaddr < phdr.p_filesz) {
			*ret_offset = phdr.p_offset + (address - phdr.p_vaddr);
			return 0;
		}
	}
	return -ENOEXEC;
}

/* A copy of the NUL-terminated text at offset. NULL if it is cut or too long, or without memory. */
static char *string_at(Elf *elf, uint64_t offset)
{
	size_t size;
	const char *bytes = elf_rawfile(elf, &size);
	size_t n, room;

	if (!bytes || offset >= size)
		return NULL;
	room = size - offset < STRING_MAX ? size - offset : STRING_MAX;
	n = strnlen(bytes + offset, room);
	return n == room ? NULL : strndup(bytes + offset, n);
}

static int set_string(Elf *elf, uint64_t offset, char **ret)
{
	free(*ret);
	*ret = string_at(elf, offset);
	return *ret ? 0 : -ENOEXEC;
}

static int take_string(Elf *elf, const GElf_Dyn *dyn, uint64_t strings, struct elf_file *file)
{
	uint64_t at = strings + dyn->d_un.d_val;

	if (at < strings)
		return -ENOEXEC;
	switch (dyn->d_tag) {
	case DT_SONAME:
		return set_string(elf, at, &file->soname);
	case DT_RPATH:
		return set_string(elf, at, &file->rpath);
	case DT_RUNPATH:
		return set_string(elf, at, &file->runpath);
	case DT_NEEDED:
		if (file->n_needed == ELF_FILE_NEEDED_MAX)
			return -E2BIG;
		file->needed[file->n_needed] = NULL;
		file->n_needed++;
		return set_string(elf, at, &file->needed[file->n_needed - 1]);
	}
	return 0;
}

static int read_dynamic(Elf *elf, size_t n_phdrs, const GElf_Phdr *dynamic, struct elf_file *file)
{
	size_t each = gelf_fsize(elf, ELF_T_DYN, 1, EV_CURRENT);
	Elf_Data *data =
		elf_getdata_rawchunk(elf, (int64_t)dynamic->p_offset, dynamic->p_filesz, ELF_T_DYN);
	uint64_t strings = 0;
	bool have_strings = false;
	GElf_Dyn dyn;

	if (!data || !each)
		return -ENOEXEC;
	for (int i = 0; (size_t)i < dynamic->p_filesz / each; i++) {
		if (!gelf_getdyn(data, i, &dyn) || dyn.d_tag == DT_NULL)
			break;
		if (dyn.d_tag == DT_STRTAB) {
			if (address_offset(elf, n_phdrs, dyn.d_un.d_ptr, &strings) < 0)
				return -ENOEXEC;
			have_strings = true;
		}
	}
	for (int i = 0; have_strings && (size_t)i < dynamic->p_filesz / each; i++) {
		int r;

		if (!gelf_getdyn(data, i, &dyn) || dyn.d_tag == DT_NULL)
			break;
		r = take_string(elf, &dyn, strings, file);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_elf(Elf *elf, struct elf_file *file)
{
	struct elf_head head;
	size_t n_phdrs, size;
	const uint8_t *bytes = (const uint8_t *)elf_rawfile(elf, &size);
	int r;

	if (elf_kind(elf) != ELF_K_ELF || !bytes)
		return -ENOEXEC;
	r = elf_head_parse(bytes, size, &head);
	if (r < 0)
		return r;
	file->class = head.class;
	file->data = head.data;
	file->type = head.type;
	file->machine = head.machine;
	file->flags = head.flags;
	if (elf_getphdrnum(elf, &n_phdrs) < 0)
		return -ENOEXEC;
	for (size_t i = 0; i < n_phdrs; i++) {
		GElf_Phdr phdr;

		if (!gelf_getphdr(elf, (int)i, &phdr))
			return -ENOEXEC;
		r = 0;
		if (phdr.p_type == PT_INTERP)
			r = set_string(elf, phdr.p_offset, &file->interp);
		else if (phdr.p_type == PT_DYNAMIC)
			r = read_dynamic(elf, n_phdrs, &phdr, file);
		if (r < 0)
			return r;
	}
	return 0;
}

int elf_file_read(const char *path, struct elf_file *ret, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ELF_CLEANUP Elf *elf = NULL;
	struct elf_file file = { 0 };
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot open %s", path);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return err_say(err, ENOSYS, "libelf is older than this program");
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	r = elf ? read_elf(elf, &file) : -ENOEXEC;
	if (r < 0) {
		elf_file_free(&file);
		return err_say(err, -r, "%s: not a sound ELF file", path);
	}
	*ret = file;
	return 0;
}

bool elf_file_fits(const struct elf_file *file, const struct arch *arch)
{
	struct elf_head head = { .class = file->class,
				 .data = file->data,
				 .machine = file->machine,
				 .flags = file->flags };

	return elf_head_fits(&head, arch);
}

int elf_file_probe(const char *path)
{
	FD_CLEANUP int fd = -1;
	char magic[SELFMAG];
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return 0; /* opening a fifo could wait for ever */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	n = fd_read_all(fd, magic, sizeof(magic));
	if (n < 0)
		return (int)n;
	return n == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}
