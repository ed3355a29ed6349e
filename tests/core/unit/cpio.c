/* SPDX-License-Identifier: MIT */
/* The kernel's unpacker, state by state. */
#include "core/cpio.h"

#include <string.h>

#include "check.h"
#include "core/str.h"

enum { FILE_MODE = 0100755, DIR_MODE = 0040755, LINK_MODE = 0120777 };

static uint8_t image[64 * 1024];
static size_t used;
static struct cpio cpio;
static char log_text[8192];
static struct text told;

/* -- what the visitor is told, as text ------------------------------------------------------- */

static int on_trailer(void *ctx)
{
	(void)ctx;
	text_add(&told, "end\n");
	return 0;
}

static int on_member(const struct cpio_member *member, void *ctx)
{
	(void)ctx;
	text_addf(&told, "%o %u:%u:%u x%u %s\n", member->mode, member->major, member->minor,
		  member->ino, member->links, strlen(member->name) < 64 ? member->name : "long");
	if (str_eq(member->name, "cannot"))
		return -5;
	return (member->mode & 0170000) == 0100000 && !str_eq(member->name, "refused");
}

static int on_body(const uint8_t *bytes, size_t n, void *ctx)
{
	(void)ctx;
	text_add_bytes(&told, (const char *)bytes, n);
	return bytes[0] == '!' ? -6 : 0;
}

static int on_complete(void *ctx)
{
	(void)ctx;
	text_add(&told, ".\n");
	return 0;
}

static int on_link(const struct cpio_member *member, const char *target, void *ctx)
{
	(void)ctx;
	text_addf(&told, "%s -> %s\n", strlen(member->name) < 64 ? member->name : "long",
		  strlen(target) < 64 ? target : "long");
	return 0;
}

static const struct cpio_visitor visitor = { on_trailer,  on_member, on_body,
					     on_complete, on_link,   NULL };

/* -- images ---------------------------------------------------------------------------------- */

struct head {
	const char *magic, *name, *body;
	unsigned mode, links, size, name_size, sum;
};

static void begin(void)
{
	used = 0;
	cpio_init(&cpio, &visitor);
	text_init(&told, log_text, sizeof(log_text));
}

static void add_bytes(const void *bytes, size_t n)
{
	memcpy(image + used, bytes, n);
	used += n;
}

static void pad(void)
{
	while (used % 4)
		image[used++] = 0;
}

static void add_head(struct head head)
{
	struct text text;
	char digits[128];
	unsigned name_size =
		head.name_size ? head.name_size : (unsigned)strlen(head.name ? head.name : "") + 1;

	text_init(&text, digits, sizeof(digits));
	text_addf(&text, "%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		  head.magic ? head.magic : "070701", 7, head.mode, 0, 0,
		  head.links ? head.links : 1, 0,
		  head.size ? head.size : (unsigned)strlen(head.body ? head.body : ""), 1, 2, 3, 4,
		  name_size, head.sum);
	add_bytes(digits, CPIO_HEAD);
}

static void add(struct head head)
{
	add_head(head);
	add_bytes(head.name, strlen(head.name) + 1);
	pad();
	if (head.body)
		add_bytes(head.body, strlen(head.body));
	pad();
}

static void add_trailer(void)
{
	add((struct head){ .name = "TRAILER!!!" });
}

/* Feeds the image as it is, as the loop around it does, in pieces of n bytes. */
static bool feed_plain(size_t n)
{
	size_t at = 0;

	cpio_init(&cpio, &visitor);
	text_init(&told, log_text, sizeof(log_text));
	while (at < used && !cpio.message) {
		size_t end = at + n < used ? at + n : used, taken;

		if (cpio.state == CPIO_START || cpio.state == CPIO_RESET)
			cpio_start(&cpio);
		for (;;) {
			if (cpio_write(&cpio, image + at, end - at, &taken) < 0)
				return false;
			at += taken;
			if (at < end || at == used || cpio.message)
				break;
			end = at + n < used ? at + n : used;
		}
		if (at < used && image[at] != '0')
			return true;
	}
	return true;
}

static int feed_stream(size_t n)
{
	int r = 0;

	cpio_init(&cpio, &visitor);
	text_init(&told, log_text, sizeof(log_text));
	for (size_t at = 0; at < used && r == 0; at += n)
		r = cpio_flush(&cpio, image + at, at + n < used ? n : used - at);
	return r;
}

static bool says(const char *message)
{
	return message ? cpio.message && str_eq(cpio.message, message) : !cpio.message;
}

/* -- tests ----------------------------------------------------------------------------------- */

static void check_members(void)
{
	static const char want[] = "40755 1:2:7 x1 bin/\n100755 1:2:7 x1 bin/a\nhello.\n"
				   "100755 1:2:7 x1 empty\n.\nup -> ../x\n100755 1:2:7 x1 refused\n"
				   "end\n100755 1:2:7 x2 b\n.\nend\n";

	bool same = true;

	begin();
	add((struct head){ .name = "bin/", .mode = DIR_MODE });
	add((struct head){ .name = "bin/a", .mode = FILE_MODE, .body = "hello" });
	add((struct head){ .name = "empty", .mode = FILE_MODE });
	add((struct head){ .name = "up", .mode = LINK_MODE, .body = "../x" });
	add((struct head){ .name = "refused", .mode = FILE_MODE, .body = "body" });
	add_trailer();
	memset(image + used, 0, 512);
	used += 512;
	add((struct head){ .name = "b", .mode = FILE_MODE, .links = 2 });
	add_trailer();
	for (size_t n = 1; n < 400; n += n < 20 ? 1 : 37) {
		same = feed_plain(n) && says(NULL) && str_eq(log_text, want) && same;
		same = feed_stream(n) == 0 && says(NULL) && str_eq(log_text, want) && same;
	}
	CHECK(same, "the same in pieces of any size");
	CHECK(feed_plain(used) && cpio.state == CPIO_RESET, "between two members at the end");
	CHECK_TEXT(log_text, want, "all kinds of members");
}

static void check_magics(void)
{
	begin();
	add((struct head){ .magic = "070707", .name = "a", .mode = FILE_MODE });
	CHECK(feed_plain(used) && says("incorrect cpio method used: use -H newc option"), "odc");
	CHECK(memcmp(cpio.head, "070707", 6) == 0, "and its head is there to be looked at");
	begin();
	add((struct head){ .magic = "070703", .name = "a", .mode = FILE_MODE });
	CHECK(feed_plain(used) && says("no cpio magic") && !*log_text, "no magic");
	CHECK(feed_stream(used) == 0 && says("no cpio magic"), "nor in a stream");
	CHECK(cpio_flush(&cpio, image, 1) == 1, "which ends there");
	CHECK(feed_plain(50) && says("no cpio magic") && memcmp(cpio.head, "070703", 6) == 0,
	      "nor in a header that comes in pieces");
}

static void check_sums(void)
{
	begin();
	add((struct head){ .magic = "070702",
			   .name = "a",
			   .mode = FILE_MODE,
			   .body = "ab",
			   .sum = 'a' + 'b' });
	add((struct head){
		.magic = "070702", .name = "b", .mode = FILE_MODE, .body = "ab", .sum = 1 });
	add((struct head){ .name = "c", .mode = FILE_MODE, .body = "ab", .sum = 1 });
	CHECK(feed_plain(used) && says("bad data checksum"), "a wrong sum");
	CHECK(str_ends(log_text, "b\nab.\n"), "the file stays, and is the last");
	CHECK(feed_stream(10) == 1 && str_ends(log_text, "b\nab.\n"), "also in pieces");
}

/* A file whose name has so many letters. */
static void add_long_name(unsigned n)
{
	add_head((struct head){ .mode = FILE_MODE, .name_size = n + 1 });
	memset(image + used, 'n', n);
	used += n;
	image[used++] = 0;
	pad();
}

static void check_names(void)
{
	begin();
	add((struct head){ .name = "ab", .mode = FILE_MODE, .name_size = 2 });
	CHECK(feed_plain(used) && says("malformed archive"), "a name without its end");
	begin();
	add((struct head){ .name = "ab", .mode = LINK_MODE, .name_size = 2 });
	CHECK(feed_plain(used) && says("malformed archive"), "also of a link");
	begin();
	add_long_name(4096);
	add((struct head){ .name = "b", .mode = FILE_MODE });
	CHECK(feed_plain(used) && says(NULL) && str_eq(log_text, "100755 1:2:7 x1 b\n.\n"),
	      "a name that is too long is left out");
	begin();
	add_long_name(4095);
	CHECK(feed_plain(used) && str_eq(log_text, "100755 1:2:7 x1 long\n.\n"), "the longest");
}

static void check_no_name(void)
{
	begin();
	add_head((struct head){ .mode = FILE_MODE });
	memset(image + 6 + 11 * 8, '0', 8);
	add_bytes("\0\0", 2);
	add((struct head){ .name = "b", .mode = FILE_MODE });
	CHECK(feed_plain(used) && says(NULL) && str_eq(log_text, "100755 1:2:7 x1 b\n.\n"),
	      "a name without even its end is left out");
}

static void add_long_link(unsigned n)
{
	begin();
	add_head((struct head){ .mode = LINK_MODE, .name_size = 2, .size = n });
	add_bytes("l", 2);
	pad();
	memset(image + used, 't', n);
	used += n;
	pad();
	add((struct head){ .name = "b", .mode = FILE_MODE });
}

static void check_left_out(void)
{
	static const char last[] = "100755 1:2:7 x1 b\n.\n";

	add_long_link(4097);
	CHECK(feed_plain(100) && says(NULL) && str_eq(log_text, last), "a target too long");
	add_long_link(4096);
	CHECK(feed_plain(100) && str_starts(log_text, "l -> long\n"), "the longest target");
	begin();
	add((struct head){ .name = "d", .mode = DIR_MODE, .body = "x" });
	add((struct head){ .name = "b", .mode = FILE_MODE });
	CHECK(feed_plain(used) && says(NULL) && str_eq(log_text, last), "a directory with a body");
	/* a header in two pieces is looked at again, until the bytes end */
	CHECK(feed_stream(60) == 0 && says(NULL) && !*log_text && cpio.state == CPIO_SKIP,
	      "the same, cut in its header, is read for ever");
	CHECK(feed_stream(116) == 0 && str_eq(log_text, last), "but not behind it");
}

static void check_padding(void)
{
	begin();
	add((struct head){ .name = "a", .mode = FILE_MODE });
	add_bytes("\0", 1);
	add_bytes("0", 1);
	CHECK(feed_plain(used) && says("broken padding"), "where no word begins");
	begin();
	add((struct head){ .name = "a", .mode = FILE_MODE });
	add_bytes("junk", 4);
	CHECK(feed_plain(used) && says(NULL), "junk behind it is for the caller");
	CHECK(feed_stream(used) == 0 && says("junk within compressed archive"),
	      "but not in a stream");
	begin();
	add_bytes("\0\0\0\0", 4);
	add((struct head){ .name = "a", .mode = FILE_MODE });
	CHECK(feed_stream(used) == 0 && says("no cpio magic"), "a stream begins with no zeros");
}

static void check_numbers(void)
{
	begin();
	add((struct head){ .name = "a", .mode = FILE_MODE, .body = "0123456789abcdefXYZ" });
	memcpy(image + 6 + 6 * 8, "0X000013", 8);
	CHECK(feed_plain(used) && str_ends(log_text, "XYZ.\n"), "0x before a number");
	memcpy(image + 6 + 6 * 8, "00013   ", 8);
	CHECK(feed_plain(used) && str_ends(log_text, "XYZ.\n"), "blanks behind it");
	memcpy(image + 6 + 6 * 8, "00013ghi", 8);
	CHECK(feed_plain(used) && str_ends(log_text, "XYZ.\n"), "or letters that are no digits");
	memcpy(image + 6 + 6 * 8, "      13", 8);
	CHECK(feed_plain(used) && str_ends(log_text, "a\n.\n"), "blanks before it are 0");
}

static void check_visitor(void)
{
	begin();
	add((struct head){ .name = "cannot", .mode = FILE_MODE, .body = "x" });
	CHECK(!feed_plain(used) && cpio.failed == -5, "the visitor ends it");
	CHECK(feed_stream(used) == -5, "also in a stream");
	begin();
	add((struct head){ .name = "a", .mode = FILE_MODE, .body = "!x" });
	CHECK(!feed_plain(used) && cpio.failed == -6 && str_ends(log_text, "\n!x"),
	      "or where it takes no body");
	CHECK(feed_stream(used) == -6, "in a stream as well");
}

static void check_ends(void)
{
	begin();
	add((struct head){ .name = "a", .mode = FILE_MODE, .body = "hello" });
	used -= 6;
	CHECK(feed_plain(used) && says(NULL) && cpio.state == CPIO_COPY, "cut in a body");
	CHECK(str_ends(log_text, "\nhe"), "what has come is there");
	begin();
	add((struct head){ .name = "a", .mode = 0 });
	CHECK(feed_plain(used) && str_eq(log_text, "0 1:2:7 x1 a\n"), "no kind");
	cpio_fail(&cpio, "first");
	cpio_fail(&cpio, "second");
	CHECK(says("first"), "the first message counts");
}

int main(void)
{
	check_members();
	check_magics();
	check_sums();
	check_names();
	check_no_name();
	check_left_out();
	check_padding();
	check_numbers();
	check_visitor();
	check_ends();
	return done();
}
