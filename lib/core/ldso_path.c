/* SPDX-License-Identifier: MIT */
/* glibc, elf/dl-load.c (fillin_rpath, _dl_dst_substitute, open_verify), elf/rtld.c
 * (handle_preload_list), elf/dl-hwcaps.c; musl, ldso/dynlink.c (fixup_rpath, path_open). */
#include "core/ldso_path.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/elf_head.h"
#include "core/number.h"
#include "core/str.h"

bool ldso_list_next(struct ldso_list *list, const char **ret, size_t *ret_n)
{
	const char *entry = list->rest;
	size_t n;

	if (!entry)
		return false;
	n = strcspn(entry, list->separators);
	list->rest = entry[n] ? entry + n + 1 : NULL;
	*ret = entry;
	*ret_n = n;
	return true;
}

bool ldso_list_next_word(struct ldso_list *list, const char **ret, size_t *ret_n)
{
	while (ldso_list_next(list, ret, ret_n)) {
		if (*ret_n)
			return true;
	}
	return false;
}

static bool in_identifier(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The bytes of a token's name at s (n bytes), behind its dollar and with its braces; 0 if that is
 * another one. */
static size_t token_size(const char *s, size_t n, const char *name)
{
	size_t size = strlen(name);
	bool braced = n && *s == '{';

	if (braced) {
		s++;
		n--;
	}
	if (n < size || memcmp(s, name, size) != 0)
		return 0;
	if (braced)
		return n > size && s[size] == '}' ? size + 2 : 0;
	return n > size && in_identifier(s[size]) ? 0 : size;
}

/* What stands for the token at s; 0 if none is there. */
static size_t find_token(const char *s, size_t n, const struct ldso_tokens *tokens,
			 const char **ret_value, bool *ret_origin)
{
	const struct {
		const char *name, *value;
	} known[] = { { "ORIGIN", tokens->origin },
		      { "PLATFORM", tokens->platform },
		      { "LIB", tokens->lib } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t size = token_size(s, n, known[i].name);

		if (!size)
			continue;
		*ret_value = known[i].value;
		*ret_origin = i == 0;
		return size;
	}
	return 0;
}

int ldso_expand(const char *entry, size_t n, const struct ldso_tokens *tokens, char *dst,
		size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	for (size_t at = 0; at < n;) {
		const char *value = NULL;
		bool origin = false;
		size_t token = 0;

		if (entry[at] == '$')
			token = find_token(entry + at + 1, n - at - 1, tokens, &value, &origin);
		if (!token) {
			text_add_bytes(&text, entry + at++, 1);
			continue;
		}
		if (origin && tokens->secure && (at || (token + 1 < n && entry[token + 1] != '/')))
			return -ENOENT;
		if (!value)
			return -ENOENT;
		text_add(&text, value);
		at += 1 + token;
	}
	return text_check(&text);
}

int ldso_expand_musl(const char *list, const char *origin, char *dst, size_t size)
{
	static const char *const names[] = { "$ORIGIN", "${ORIGIN}" };
	struct text text;

	text_init(&text, dst, size);
	for (const char *s = list; *s;) {
		size_t n = strcspn(s, "$"), token = 0;

		text_add_bytes(&text, s, n);
		s += n;
		if (!*s)
			break;
		for (size_t i = 0; i < 2 && !token; i++)
			token = str_starts(s, names[i]) ? strlen(names[i]) : 0;
		if (!token)
			return -ENOENT;
		text_add(&text, origin);
		s += token;
	}
	return text_check(&text);
}

/* -- what is found ------------------------------------------------------------------------------
 */

static enum ldso_verdict refuse(const char **ret_why, const char *why)
{
	*ret_why = why;
	return LDSO_REFUSES;
}

/* e_ident beyond what decides about class and byte order. MIPS counts its ABIs there. */
static const char *check_ident(const uint8_t *ident, const struct arch *arch)
{
	if (ident[EI_VERSION] != EV_CURRENT)
		return "it is of another version of ELF";
	if (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_GNU)
		return "it is for another system";
	if (ident[EI_ABIVERSION] && arch->machine != EM_MIPS &&
	    !(ident[EI_OSABI] == ELFOSABI_GNU && ident[EI_ABIVERSION] < 4))
		return "it is for another version of the system";
	for (size_t i = EI_PAD; i < EI_NIDENT; i++) {
		if (ident[i])
			return "the padding of its header is not zero";
	}
	return NULL;
}

/* What is wrong with a file for this machine; NULL if nothing is. */
static const char *check_head(const struct elf_head *head, uint64_t size, bool musl)
{
	uint64_t all = (uint64_t)head->phnum * elf_head_phdr_size(head);

	if (head->type != ET_DYN && head->type != ET_EXEC)
		return "it is neither a library nor a program";
	if (!musl && head->phentsize != elf_head_phdr_size(head))
		return "its program headers are of another size";
	if (head->phoff > size || all > size - head->phoff)
		return "it ends before its program headers";
	return head->type == ET_EXEC && !musl ? "it is a program" : NULL;
}

enum ldso_verdict ldso_verify(const uint8_t *bytes, size_t n, uint64_t size,
			      const struct arch *arch, bool musl, const char **ret_why)
{
	bool wide = arch->elf_class == ELFCLASS64, big = arch->data == ELFDATA2MSB;
	struct elf_head head = { .elf_class = arch->elf_class, .data = arch->data };
	const char *why;

	*ret_why = NULL;
	if (n < (wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return refuse(ret_why, "it is too short");
	if (memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return refuse(ret_why, "it is no ELF file");
	if (bytes[EI_CLASS] != arch->elf_class)
		return musl ? refuse(ret_why, "it is of another class") : LDSO_PASSES;
	if (bytes[EI_DATA] != arch->data)
		return refuse(ret_why, "it is of the other byte order");
	why = musl ? NULL : check_ident(bytes, arch);
	if (!why && !musl && number_get(bytes + 20, 4, big) != EV_CURRENT)
		why = "it is of another version of ELF";
	if (why)
		return refuse(ret_why, why);
	elf_head_read(bytes, &head);
	if (!elf_head_fits(&head, arch))
		return musl ? refuse(ret_why, "it is for another machine") : LDSO_PASSES;
	why = check_head(&head, size, musl);
	return why ? refuse(ret_why, why) : LDSO_TAKES;
}

/* -- subdirectories ------------------------------------------------------------------------------
 */

/* A legacy one is a choice of these, in their order; the first ones vary last. */
static size_t list_parts(const struct ldso_machine *machine, const char **ret)
{
	size_t n = 0;

	ret[n++] = "tls";
	if (machine->platform)
		ret[n++] = machine->platform;
	for (size_t i = 0; machine->parts[i]; i++)
		ret[n++] = machine->parts[i];
	return n;
}

bool ldso_subdir(const struct ldso_machine *machine, bool hwcaps, bool legacy, size_t i,
		 char ret[LDSO_SUBDIR_MAX])
{
	const char *parts[LDSO_PARTS_MAX + 2];
	size_t n_hwcaps = 0, n = 0, choice;
	struct text text;

	while (machine && hwcaps && machine->hwcaps[n_hwcaps])
		n_hwcaps++;
	if (machine && legacy)
		n = list_parts(machine, parts);
	text_init(&text, ret, LDSO_SUBDIR_MAX);
	if (i < n_hwcaps) {
		text_addf(&text, "glibc-hwcaps/%s", machine->hwcaps[i]);
		return true;
	}
	i -= n_hwcaps;
	if (i >> n)
		return false;
	choice = ((size_t)1 << n) - 1 - i;
	for (size_t k = 0; k < n; k++) {
		if (choice >> (n - 1 - k) & 1)
			text_addf(&text, "%s%s", text.used ? "/" : "", parts[k]);
	}
	return true;
}
