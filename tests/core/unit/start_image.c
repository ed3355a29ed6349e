/* SPDX-License-Identifier: MIT */
/* The head of an image: one that is sound, and each way in which it may not be. */
#include "core/start_image.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/start_judge.h"

#include "check.h"

enum { PAGE = 4096, RW = 3, RX = 5, SIZE = START_HEAD_SIZE + 3 * PAGE };

static _Alignas(8) char bytes[START_HEAD_SIZE];
static struct start_head *const head = (struct start_head *)bytes;
static struct start_segment *segments;
static struct start_word *words;
static struct start_watch *watches;

/* Two segments of the file, one of zeros; a word, a watch, a vdso. */
static void fill(void)
{
	struct start_tables at;

	(void)memset(bytes, 0, sizeof(bytes));
	(void)memcpy(head->magic, START_IMAGE_MAGIC, sizeof(head->magic));
	*head = (struct start_head){ .version = START_IMAGE_VERSION,
				     .arch = EM_X86_64,
				     .size = SIZE,
				     .n_segments = 3,
				     .n_words = 1,
				     .n_watches = 1,
				     .text_size = 8,
				     .vdso_size = 64,
				     .entry = 0x400010,
				     .thread = 0x500100,
				     .tid = 0x500204,
				     .robust = 0x500300,
				     .robust_size = 24,
				     .rseq = 0x500400,
				     .rseq_size = 32,
				     .canary = 0x500128,
				     .vdso = 0x7ffd0000,
				     .machine = { .page = PAGE } };
	(void)memcpy(head->magic, START_IMAGE_MAGIC, sizeof(head->magic));
	if (start_image_tables(head, &at) < 0)
		abort();
	segments = (void *)(bytes + at.segments);
	words = (void *)(bytes + at.words);
	watches = (void *)(bytes + at.watches);
	segments[0] = (struct start_segment){ 0x400000, PAGE, START_HEAD_SIZE, RX, 0 };
	segments[1] = (struct start_segment){ 0x500000, PAGE, START_HEAD_SIZE + PAGE, RW, 0 };
	segments[2] = (struct start_segment){ 0x501000, PAGE, 0, RW, START_SEGMENT_ZERO };
	words[0] = (struct start_word){ 0x500000, 0x7ffd0040 };
	watches[0].path = 4;
	(void)memcpy(bytes + at.text, "abc\0/x/", 8);
}

static bool sound(void)
{
	struct start_image image;
	bool is = start_image_check(bytes, SIZE, PAGE, EM_X86_64, &image) == 0;

	fill();
	return is;
}

#define BROKEN(change, what)           \
	do {                           \
		change;                \
		CHECK(!sound(), what); \
	} while (0)

static void check_head(void)
{
	BROKEN(head->magic[3] = 'x', "another magic");
	BROKEN(head->version++, "another version");
	BROKEN(head->arch = EM_AARCH64, "another arch");
	BROKEN(head->size++, "another size than the file's");
	BROKEN(head->machine.page = 65536, "other pages");
	BROKEN((void)memset(head->release, 'x', sizeof(head->release)), "a text without end");
	BROKEN(head->n_segments = START_SEGMENTS_MAX + 1, "too many segments");
	BROKEN(head->n_words = UINT32_MAX, "too many words");
	BROKEN(head->n_watches = UINT32_MAX, "too many files");
	BROKEN(head->text_size = START_HEAD_SIZE, "a table that leads out of the head");
	BROKEN(head->vdso_size = START_VDSO_MAX + 1, "a vdso that is too large");
	BROKEN(head->vdso_size = 8, "a vdso that is none");
	BROKEN(head->kind = START_KINDS, "no kind");
	BROKEN(head->n_segments = 0, "no segment at all");
}

static void check_segments(void)
{
	BROKEN(segments[0].address++, "an address that is no page's");
	BROKEN(segments[0].address = 0, "the first page");
	BROKEN(segments[2].address = (uint64_t)1 << 47, "beyond user space");
	BROKEN(segments[2].length = (uint64_t)1 << 47, "into beyond");
	BROKEN(segments[2].length = 0, "nothing");
	BROKEN(segments[1].address = 0x400000, "one that overlaps");
	BROKEN(segments[0].address = 0x600000, "out of order");
	BROKEN(segments[1].offset = 0, "the head itself");
	BROKEN(segments[1].offset = SIZE, "after the end of the file");
	BROKEN(segments[1].length = 3 * PAGE, "over the end of the file");
	BROKEN(segments[1].offset = UINT64_MAX - PAGE + 1, "an offset that wraps");
	BROKEN(segments[2].offset = PAGE, "zeros have no offset");
	BROKEN(segments[1].protection = 8, "a right that is none");
	BROKEN(segments[1].flags = 4, "a flag that is none");
}

static void check_places(void)
{
	BROKEN(head->entry = 0x500010, "an entry in data");
	BROKEN(head->entry = 0, "no entry");
	BROKEN(head->thread = 0x400100, "a thread in text");
	BROKEN(head->thread = 0x500ff8, "one that leads out of its segment");
	BROKEN(head->thread++, "one that is not aligned");
	BROKEN(head->tid = 0, "no tid");
	BROKEN(head->tid = 0x500202, "a tid that is not aligned");
	BROKEN(head->robust_size = 4096, "a robust list that is too long");
	BROKEN(head->robust = 0x700000, "a robust list elsewhere");
	BROKEN(head->rseq = 0x500ff0, "rseq that leads out of its segment");
	BROKEN(head->canary = 0x400100, "a canary in text");
	BROKEN(words[0].address = 0x400000, "a word in text");
	BROKEN(words[0].address = 0x500004, "a word that is not aligned");
	BROKEN(words[0].value = 0, "a word that leads elsewhere");
	BROKEN(watches[0].path = 8, "a path after the text");
}

static void check_machine(void)
{
	static const char platform[] = "x86_64";
	const struct start_aux auxv[] = { { AT_HWCAP, 7 },
					  { AT_PAGESZ, PAGE },
					  { AT_PLATFORM, (uint64_t)(uintptr_t)platform },
					  { AT_NULL, 0 } };
	struct start_machine a, b;

	start_machine_read(auxv, &a);
	b = a;
	CHECK(a.hwcap == 7 && a.page == PAGE && !a.hwcap2, "what the kernel says");
	CHECK_TEXT(a.platform, "x86_64", "and the platform");
	b.cpu[3] = 1;
	CHECK(start_machine_same(&a, &b), "the processor's leaves are compared apart");
	b.hwcap2 = 1;
	CHECK(!start_machine_same(&a, &b), "another capability");
	b = a;
	b.platform[0] = 'X';
	CHECK(!start_machine_same(&a, &b), "another platform");
}

static void check_watches(void)
{
	const struct start_watch file = { .inode = 5,
					  .size = 7,
					  .seconds = 3,
					  .flags = START_WATCH_ALWAYS },
				 absent = { .flags = START_WATCH_ABSENT };
	struct start_watch found = { .path = 9, .inode = 5, .size = 7, .seconds = 3 };
	const struct stat st = {
		.st_dev = makedev(8, 1), .st_ino = 5, .st_size = 7, .st_ctim = { 3, 2 }
	};

	CHECK(start_watch_same(&file, &found), "the same file");
	CHECK(start_watch_same(&absent, &absent), "still none");
	CHECK(!start_watch_same(&file, &absent) && !start_watch_same(&absent, &found),
	      "gone, or come");
	found.nanoseconds = 1;
	CHECK(!start_watch_same(&file, &found), "changed");
	start_watch_fill(NULL, &found);
	CHECK(start_watch_same(&absent, &found), "none was found");
	start_watch_fill(&st, &found);
	CHECK(found.major == 8 && found.minor == 1 && found.inode == 5 && found.size == 7 &&
		      found.seconds == 3 && found.nanoseconds == 2 && !found.flags,
	      "what was found");
}

int main(void)
{
	char path[32];

	fill();
	CHECK(sound(), "a sound one");
	head->rseq = head->robust = head->canary = 0;
	CHECK(sound(), "what a kernel does not have");
	check_head();
	check_segments();
	check_places();
	check_machine();
	check_watches();
	CHECK(start_image_name(16, 1, path, 8) == 0, "an image");
	CHECK_TEXT(path, "16.1", "its name");
	CHECK(start_image_name(16, 1, path, 4) == -E2BIG, "no room");
	CHECK(start_image_path("/f", 48, 10, path, sizeof(path)) == 0, "a path");
	CHECK_TEXT(path, "/f/48.10", "of kind and serial");
	CHECK(start_image_path("/f", 48, 10, path, 8) == -E2BIG, "that must fit");
	return done();
}
