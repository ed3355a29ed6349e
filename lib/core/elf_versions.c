/* SPDX-License-Identifier: MIT */
/* Elfxx_Verdef, Elfxx_Verneed, DT_HASH, DT_GNU_HASH: elf(5), glibc's dl-version.c and dl-lookup.c.
 * Both classes have the same layout. A chain goes forward only, so that it has an end. */
#include "core/elf_versions.h"

#include <elf.h>
#include <errno.h>

#include "core/number.h"

enum { DEF_SIZE = 20, DEF_AUX_SIZE = 8, NEED_SIZE = 16, NEED_AUX_SIZE = 16 };

static bool holds(const struct elf_versions *versions, size_t at, size_t size)
{
	return at <= versions->n && versions->n - at >= size;
}

/* The place that is next bytes after at; false if that is none. */
static bool forward(const struct elf_versions *versions, size_t *at, uint64_t next)
{
	if (next == 0 || next > versions->n - *at)
		return false;
	*at += (size_t)next;
	return true;
}

/* To the table's next entry, which is next bytes after this one; 0 for the last. */
static int leave(struct elf_versions *versions, uint64_t next)
{
	versions->left--;
	if (!next)
		versions->left = 0;
	else if (!forward(versions, &versions->at, next))
		return -ENOEXEC;
	return 1;
}

int elf_verdef_next(struct elf_versions *versions, struct elf_verdef *ret)
{
	const uint8_t *entry;
	bool big = versions->big;
	size_t aux;

	if (!versions->left)
		return 0;
	if (!holds(versions, versions->at, DEF_SIZE))
		return -ENOEXEC;
	entry = versions->bytes + versions->at;
	aux = versions->at;
	if (!forward(versions, &aux, number_get(entry + 12, 4, big)) ||
	    !holds(versions, aux, DEF_AUX_SIZE))
		return -ENOEXEC;
	ret->base = number_get(entry + 2, 2, big) & VER_FLG_BASE;
	ret->index = (uint16_t)number_get(entry + 4, 2, big);
	ret->name = (uint32_t)number_get(versions->bytes + aux, 4, big);
	return leave(versions, number_get(entry + 16, 4, big));
}

/* Goes to the next file's first version; 1, 0 at the end. */
static int next_file(struct elf_versions *versions)
{
	const uint8_t *entry;
	bool big = versions->big;

	if (!versions->left)
		return 0;
	if (!holds(versions, versions->at, NEED_SIZE))
		return -ENOEXEC;
	entry = versions->bytes + versions->at;
	versions->n_aux = number_get(entry + 2, 2, big);
	versions->file = (uint32_t)number_get(entry + 4, 4, big);
	versions->aux = versions->at;
	if (!versions->n_aux || !forward(versions, &versions->aux, number_get(entry + 8, 4, big)))
		return -ENOEXEC;
	return leave(versions, number_get(entry + 12, 4, big));
}

int elf_verneed_next(struct elf_versions *versions, struct elf_verneed *ret)
{
	const uint8_t *aux;
	uint64_t next;

	if (!versions->n_aux) {
		int r = next_file(versions);

		if (r <= 0)
			return r;
	}
	if (!holds(versions, versions->aux, NEED_AUX_SIZE))
		return -ENOEXEC;
	aux = versions->bytes + versions->aux;
	ret->file = versions->file;
	ret->weak = number_get(aux + 4, 2, versions->big) & VER_FLG_WEAK;
	ret->index = (uint16_t)number_get(aux + 6, 2, versions->big);
	ret->name = (uint32_t)number_get(aux + 8, 4, versions->big);
	next = number_get(aux + 12, 4, versions->big);
	versions->n_aux--;
	if (!next)
		versions->n_aux = 0;
	else if (!forward(versions, &versions->aux, next))
		return -ENOEXEC;
	return 1;
}

int elf_hash_count(const uint8_t *bytes, size_t n, bool big, unsigned word, uint64_t *ret)
{
	if (n / word < 2)
		return -ENOEXEC;
	*ret = number_get(bytes + word, word, big); /* as many chains as symbols */
	return 0;
}

int elf_gnu_hash_count(const uint8_t *bytes, size_t n, bool big, unsigned word, uint64_t *ret)
{
	uint64_t buckets, first, last = 0, at;

	if (n < 16)
		return -ENOEXEC;
	buckets = number_get(bytes, 4, big);
	first = number_get(bytes + 4, 4, big);
	at = 16 + number_get(bytes + 8, 4, big) * word; /* after the bloom filter */
	if (at > n || buckets > (n - at) / 4)
		return -ENOEXEC;
	for (uint64_t i = 0; i < buckets; i++) {
		uint64_t symbol = number_get(bytes + at + i * 4, 4, big);

		last = symbol > last ? symbol : last;
	}
	*ret = first;
	if (last < first)
		return 0; /* all buckets are empty: there are only undefined symbols */
	at += buckets * 4;
	for (;; last++) { /* a chain ends with an odd hash */
		uint64_t i = last - first;

		if (i >= (n - at) / 4)
			return -ENOEXEC;
		if (number_get(bytes + at + i * 4, 4, big) & 1)
			break;
	}
	*ret = last + 1;
	return 0;
}
