/* SPDX-License-Identifier: MIT */
/* The pages of the image: which there are, and the file. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/sha256.h"
#include "core/start_image.h"
#include "core/str.h"
#include "maker.h"
#include "sys/raw.h"

enum { PAGE = 4096, ZERO_RUN = 32 /* pages: less is not worth a mapping of its own */ };

static bool is_zero(uint64_t page)
{
	const uint64_t *words = (const uint64_t *)page;

	for (unsigned i = 0; i < PAGE / sizeof(*words); i++) {
		if (words[i])
			return false;
	}
	return true;
}

static bool belongs(const struct area *area)
{
	if (maker_is_special(area))
		return false;
	if (area->shared && area->protection & PROT_WRITE)
		maker_fail("a file is mapped to be written: ", area->path);
	return area->protection & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

static void add(struct image_parts *parts, struct start_segment *new)
{
	struct start_head *head = parts->head;
	struct start_segment *last = parts->segments + head->n_segments - 1;

	if (!(new->flags &START_SEGMENT_ZERO)) {
		new->offset = head->size;
		head->size += new->length;
	}
	if (head->n_segments && last->address + last->length == new->address &&
	    last->protection == new->protection && last->flags == new->flags) {
		last->length += new->length;
		return;
	}
	if (head->n_segments == START_SEGMENTS_MAX)
		maker_fail("too many segments", "");
	parts->segments[head->n_segments++] = *new;
}

/* The end of pages that are all zero, or that are not: a short run of zeros is as the rest. */
static uint64_t run_end(uint64_t from, uint64_t end, bool *ret_zero)
{
	uint64_t zeros = 0, at = from;

	while (at < end && is_zero(at))
		at += PAGE;
	*ret_zero = at - from >= ZERO_RUN * PAGE;
	if (*ret_zero)
		return at;
	for (; at < end && zeros < ZERO_RUN * PAGE; at += PAGE)
		zeros = is_zero(at) ? zeros + PAGE : 0;
	return zeros >= ZERO_RUN * PAGE ? at - zeros : at;
}

static void add_range(const struct area *area, uint64_t from, uint64_t to,
		      struct image_parts *parts)
{
	bool relro = maker_is_relro(area), zero = false;
	uint32_t protection = area->protection | (relro ? PROT_WRITE : 0U);

	for (uint64_t at = from, end = to; at < to; at = end, end = to) {
		if (protection & PROT_WRITE)
			end = run_end(at, to, &zero);
		add(parts, &(struct start_segment){
				   .address = at,
				   .length = end - at,
				   .protection = protection,
				   .flags = (zero ? START_SEGMENT_ZERO : 0U) |
					    (relro ? START_SEGMENT_RELRO : 0U),
			   });
	}
}

void maker_segments(const struct area *areas, unsigned n, struct image_parts *parts)
{
	parts->head->size = START_HEAD_SIZE;
	for (unsigned i = 0; i < n; i++) {
		const struct area *area = areas + i;

		if (!belongs(area))
			continue;
		for (uint64_t at = area->start, end; maker_piece(area, &at, &end); at = end)
			add_range(area, at, end, parts);
	}
}

/* -- the file ------------------------------------------------------------------------------- */

static void write_at(int fd, const void *bytes, uint64_t n, uint64_t offset)
{
	for (uint64_t done = 0; done < n;) {
		long r = RAW_4(__NR_pwrite64, fd, (const char *)bytes + done, n - done,
			       offset + done);

		if (r <= 0)
			maker_fail("cannot write it", "");
		done += (uint64_t)r;
	}
}

static void put_tables(const struct image_parts *parts, char *bytes)
{
	const struct start_head *head = parts->head;
	struct start_tables at;

	if (start_image_tables(head, &at) < 0)
		maker_fail("its head is too large", "");
	memcpy(bytes, head, sizeof(*head));
	memcpy(bytes + at.segments, parts->segments, head->n_segments * sizeof(*parts->segments));
	memcpy(bytes + at.words, parts->words, head->n_words * sizeof(*parts->words));
	memcpy(bytes + at.watches, parts->watches, head->n_watches * sizeof(*parts->watches));
	memcpy(bytes + at.text, parts->text, head->text_size);
	memcpy(bytes + at.vdso, parts->vdso, head->vdso_size);
}

void maker_write(struct image_parts *parts, int fd)
{
	char *bytes = maker_scratch(START_HEAD_SIZE);
	struct start_image checked;
	struct sha256 sum;

	sha256_init(&sum);
	for (uint32_t i = 0; i < parts->head->n_segments; i++) {
		const struct start_segment *segment = parts->segments + i;
		const void *from = (const void *)segment->address;

		if (segment->flags & START_SEGMENT_ZERO)
			continue;
		write_at(fd, from, segment->length, segment->offset);
		sha256_add(&sum, from, segment->length);
	}
	sha256_end(&sum, parts->head->sum);
	put_tables(parts, bytes);
	if (start_image_check(bytes, parts->head->size, PAGE, parts->head->arch, &checked) < 0)
		maker_fail("it would not be sound", "");
	write_at(fd, bytes, START_HEAD_SIZE, 0);
}
