/* SPDX-License-Identifier: MIT */
/* Checks the head of an image: every table within it, every address within a segment. */
#include "core/start_image.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/start_judge.h"
#include "core/str.h"

enum { READ = 1, WRITE = 2, EXECUTE = 4 }; /* PROT_... */

/* User space of x86_64 with 4 levels, and of aarch64 with 48 bits, ends below. */
static const uint64_t address_end = (uint64_t)1 << 47, address_first = 1 << 16;

static size_t rounded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

int start_image_tables(const struct start_head *head, struct start_tables *ret)
{
	struct start_tables at = { .segments = rounded(sizeof(*head)) };

	if (head->n_segments > START_SEGMENTS_MAX || head->n_words > START_WORDS_MAX ||
	    head->n_watches > START_WATCHES_MAX || head->text_size > START_HEAD_SIZE ||
	    head->vdso_size > START_VDSO_MAX)
		return -E2BIG;
	at.words = at.segments + head->n_segments * sizeof(struct start_segment);
	at.watches = at.words + head->n_words * sizeof(struct start_word);
	at.text = at.watches + head->n_watches * sizeof(struct start_watch);
	at.vdso = rounded(at.text + head->text_size);
	at.end = at.vdso + head->vdso_size;
	if (at.end > START_HEAD_SIZE)
		return -E2BIG;
	*ret = at;
	return 0;
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool texts_end(const struct start_head *head)
{
	return ends(head->boot, sizeof(head->boot)) && ends(head->release, sizeof(head->release)) &&
	       ends(head->locale, sizeof(head->locale)) &&
	       ends(head->program, sizeof(head->program)) && ends(head->id, sizeof(head->id)) &&
	       ends(head->machine.platform, sizeof(head->machine.platform));
}

static bool segment_sound(const struct start_segment *segment, uint64_t size, uint32_t page)
{
	uint64_t all = segment->address | segment->length | segment->offset;

	if (all % page || !segment->length || segment->address < address_first ||
	    segment->address >= address_end || segment->length > address_end - segment->address)
		return false;
	if (segment->protection & ~(uint32_t)(READ | WRITE | EXECUTE) ||
	    segment->flags & ~(uint32_t)(START_SEGMENT_ZERO | START_SEGMENT_RELRO))
		return false;
	if (segment->flags & START_SEGMENT_ZERO)
		return segment->offset == 0;
	return segment->offset >= START_HEAD_SIZE && segment->offset <= size &&
	       segment->length <= size - segment->offset;
}

static bool segments_sound(const struct start_image *image, uint32_t page)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < image->head->n_segments; i++) {
		const struct start_segment *segment = image->segments + i;

		if (!segment_sound(segment, image->head->size, page) || segment->address < end)
			return false;
		end = segment->address + segment->length;
	}
	return true;
}

/* True if n bytes there are in one segment that has all of these rights. */
static bool within(const struct start_image *image, uint64_t address, uint64_t n, uint32_t rights)
{
	for (uint32_t i = 0; i < image->head->n_segments; i++) {
		const struct start_segment *segment = image->segments + i;

		if (address >= segment->address && address - segment->address < segment->length)
			return n <= segment->length - (address - segment->address) &&
			       (segment->protection & rights) == rights;
	}
	return false;
}

static bool writable(const struct start_image *image, uint64_t address, uint64_t n)
{
	return address % 4 == 0 && within(image, address, n, READ | WRITE);
}

static bool words_sound(const struct start_image *image)
{
	const struct start_head *head = image->head;

	for (uint32_t i = 0; i < head->n_words; i++) {
		const struct start_word *word = image->words + i;

		if (!writable(image, word->address, sizeof(uint64_t)) || word->address % 8 ||
		    word->value - head->vdso > START_VDSO_MAX)
			return false;
	}
	return true;
}

static bool watches_sound(const struct start_image *image)
{
	const struct start_head *head = image->head;

	if (head->text_size && image->text[head->text_size - 1])
		return false;
	for (uint32_t i = 0; i < head->n_watches; i++) {
		if (image->watches[i].path >= head->text_size)
			return false;
	}
	return true;
}

/* What the restorer writes to, and where it jumps. */
static bool places_sound(const struct start_image *image)
{
	const struct start_head *head = image->head;

	return within(image, head->entry, 1, READ | EXECUTE) &&
	       writable(image, head->thread, 8 * sizeof(uint64_t)) && head->thread % 8 == 0 &&
	       writable(image, head->tid, sizeof(uint32_t)) &&
	       (!head->robust || writable(image, head->robust, head->robust_size)) &&
	       (!head->rseq || writable(image, head->rseq, head->rseq_size)) &&
	       head->robust_size <= 64 && head->rseq_size <= 4096 &&
	       (!head->canary ||
		(head->canary % 8 == 0 && writable(image, head->canary, sizeof(uint64_t)))) &&
	       (!head->vdso || head->vdso_size >= sizeof(Elf64_Ehdr)) && head->kind < START_KINDS;
}

int start_image_check(const void *bytes, uint64_t size, uint32_t page, uint32_t arch,
		      struct start_image *ret)
{
	const struct start_head *head = bytes;
	struct start_image image = { .head = head };
	struct start_tables at;
	const char *start = bytes;

	if (size < START_HEAD_SIZE ||
	    memcmp(head->magic, START_IMAGE_MAGIC, sizeof(head->magic)) != 0 ||
	    head->version != START_IMAGE_VERSION || head->arch != arch || head->size != size ||
	    !page || head->machine.page != page || !texts_end(head) ||
	    start_image_tables(head, &at) < 0)
		return -EINVAL;
	image.segments = (const void *)(start + at.segments);
	image.words = (const void *)(start + at.words);
	image.watches = (const void *)(start + at.watches);
	image.text = start + at.text;
	image.vdso = (const uint8_t *)start + at.vdso;
	if (!segments_sound(&image, page) || !places_sound(&image) || !words_sound(&image) ||
	    !watches_sound(&image))
		return -EINVAL;
	*ret = image;
	return 0;
}

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

void start_machine_read(const struct start_aux *auxv, struct start_machine *ret)
{
	const char *platform = (const char *)(uintptr_t)start_aux(auxv, AT_PLATFORM, 0);

	*ret = (struct start_machine){
		.hwcap = start_aux(auxv, AT_HWCAP, 0),
		.hwcap2 = start_aux(auxv, AT_HWCAP2, 0),
		.page = start_aux(auxv, AT_PAGESZ, 0),
		.clock = start_aux(auxv, AT_CLKTCK, 0),
		.least_signal_stack = start_aux(auxv, AT_MINSIGSTKSZ, 0),
	};
	if (platform)
		(void)str_copy_bytes(ret->platform, sizeof(ret->platform), platform,
				     strnlen(platform, sizeof(ret->platform) - 1));
}

bool start_machine_same(const struct start_machine *a, const struct start_machine *b)
{
	return a->hwcap == b->hwcap && a->hwcap2 == b->hwcap2 && a->page == b->page &&
	       a->clock == b->clock && a->least_signal_stack == b->least_signal_stack &&
	       strncmp(a->platform, b->platform, sizeof(a->platform)) == 0;
}

static void add_name(struct text *text, uint32_t kind, uint32_t serial)
{
	text_add_number(text, kind);
	text_add(text, ".");
	text_add_number(text, serial);
}

int start_image_name(uint32_t kind, uint32_t serial, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	add_name(&text, kind, serial);
	return text_check(&text);
}

int start_image_path(const char *folder, uint32_t kind, uint32_t serial, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_add(&text, folder);
	text_add(&text, "/");
	add_name(&text, kind, serial);
	return text_check(&text);
}

void start_watch_fill(const struct stat *st, struct start_watch *ret)
{
	*ret = (struct start_watch){ .flags = START_WATCH_ABSENT };
	if (!st)
		return;
	*ret = (struct start_watch){
		.major = major(st->st_dev),
		.minor = minor(st->st_dev),
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.seconds = st->st_ctim.tv_sec,
		.nanoseconds = (uint32_t)st->st_ctim.tv_nsec,
	};
}

bool start_watch_same(const struct start_watch *watch, const struct start_watch *found)
{
	return (watch->flags & START_WATCH_ABSENT) == (found->flags & START_WATCH_ABSENT) &&
	       watch->major == found->major && watch->minor == found->minor &&
	       watch->inode == found->inode && watch->size == found->size &&
	       watch->seconds == found->seconds && watch->nanoseconds == found->nanoseconds;
}
