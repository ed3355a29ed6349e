/* SPDX-License-Identifier: MIT */
/* The format "newc", the only one that the kernel takes: 070701, or 070702 with sums (since Linux
 * 5.19). Each state's function returns true where the kernel leaves its loop. */
#include "core/cpio.h"

#include <string.h>

#include "core/str.h"

enum { MAGIC = 6, FIELD = 8, FIELDS = 13, ALIGN = 4 };

enum { KIND = 0170000, REGULAR = 0100000, LINK = 0120000 };

void cpio_fail(struct cpio *cpio, const char *message)
{
	if (!cpio->message)
		cpio->message = message;
}

void cpio_init(struct cpio *cpio, const struct cpio_visitor *visitor)
{
	memset(cpio, 0, sizeof(*cpio));
	cpio->visitor = visitor;
	/* left so by the archive that every kernel has inside */
	cpio->next = CPIO_RESET;
}

void cpio_start(struct cpio *cpio)
{
	cpio->state = CPIO_START;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As simple_strtoul(): "0x" may stand before it, and the first other byte ends it. */
static uint32_t hex(const uint8_t *at)
{
	uint32_t value = 0;

	for (size_t i = at[0] == '0' && (at[1] | 0x20) == 'x' ? 2 : 0; i < FIELD; i++) {
		int d = digit(at[i]);

		if (d < 0)
			break;
		value = value << 4 | (uint32_t)d;
	}
	return value;
}

/* A name and its padding, behind a header that is no multiple of 4. */
static uint64_t padded_name(uint64_t size)
{
	return ((size + 1) & ~(uint64_t)(ALIGN - 1)) + 2;
}

static void eat(struct cpio *cpio, size_t n)
{
	cpio->victim += n;
	cpio->n -= n;
	cpio->at += n;
}

static void collect_into(struct cpio *cpio, uint8_t *buffer, size_t size, enum cpio_state next)
{
	cpio->collect = buffer;
	cpio->collected = buffer;
	cpio->remains = size;
	cpio->next = next;
	cpio->state = CPIO_COLLECT;
}

static void read_into(struct cpio *cpio, uint8_t *buffer, size_t size, enum cpio_state next)
{
	if (cpio->n < size) {
		collect_into(cpio, buffer, size, next);
		return;
	}
	cpio->collected = cpio->victim;
	eat(cpio, size);
	cpio->state = next;
}

static bool do_collect(struct cpio *cpio)
{
	size_t n = cpio->remains < cpio->n ? cpio->remains : cpio->n;

	memcpy(cpio->collect, cpio->victim, n);
	eat(cpio, n);
	cpio->collect += n;
	cpio->remains -= n;
	if (cpio->remains)
		return true;
	cpio->state = cpio->next;
	return false;
}

static bool has_magic(struct cpio *cpio)
{
	const uint8_t *head = cpio->collected;

	cpio->has_sum = memcmp(head, "070702", MAGIC) == 0;
	if (cpio->has_sum || memcmp(head, "070701", MAGIC) == 0)
		return true;
	if (head != cpio->head)
		memcpy(cpio->head, head, CPIO_HEAD);
	cpio_fail(cpio, memcmp(head, "070707", MAGIC) == 0
				? "incorrect cpio method used: use -H newc option"
				: "no cpio magic");
	return false;
}

static void parse_head(struct cpio *cpio)
{
	uint32_t fields[FIELDS];

	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = hex(cpio->collected + MAGIC + i * FIELD);
	cpio->member = (struct cpio_member){ .ino = fields[0],
					     .mode = fields[1] & 0xffff,
					     .links = fields[4],
					     .size = fields[6],
					     .major = fields[7],
					     .minor = fields[8] };
	cpio->left = fields[6];
	cpio->name_size = fields[11];
	cpio->promised_sum = fields[12];
}

/* Where a member is left out, the kernel goes on with the state that it has noted last: between two
 * members as a rule, but at the same header again where that came in two pieces. */
static bool do_header(struct cpio *cpio)
{
	const struct cpio_member *member = &cpio->member;

	if (!has_magic(cpio))
		return true;
	parse_head(cpio);
	cpio->next_header = cpio->at + padded_name(cpio->name_size) + member->size;
	cpio->next_header = (cpio->next_header + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
	if (cpio->whole)
		cpio->next = CPIO_RESET;
	cpio->state = CPIO_SKIP;
	if (cpio->name_size == 0 || cpio->name_size > CPIO_PATH_MAX)
		return false;
	if ((member->mode & KIND) == LINK) {
		if (member->size <= CPIO_PATH_MAX)
			collect_into(cpio, cpio->link, padded_name(cpio->name_size) + member->size,
				     CPIO_LINK);
		return false;
	}
	if ((member->mode & KIND) == REGULAR || !member->size)
		read_into(cpio, cpio->name, padded_name(cpio->name_size), CPIO_NAME);
	return false;
}

static bool do_skip(struct cpio *cpio)
{
	if (cpio->at + cpio->n < cpio->next_header) {
		eat(cpio, cpio->n);
		return true;
	}
	eat(cpio, cpio->next_header - cpio->at);
	cpio->state = cpio->next;
	return false;
}

static bool do_reset(struct cpio *cpio)
{
	while (cpio->n && !*cpio->victim)
		eat(cpio, 1);
	if (cpio->n && cpio->at % ALIGN)
		cpio_fail(cpio, "broken padding");
	return true;
}

/* Keeps a visitor's error; true for one. */
static bool failed(struct cpio *cpio, int r)
{
	if (r < 0)
		cpio->failed = r;
	return r < 0;
}

/* False for a name that does not end where it should: it is read on by kernels before 6.13 that
 * have no correction of 2024. */
static bool take_name(struct cpio *cpio)
{
	cpio->member.name = (const char *)cpio->collected;
	if (!cpio->collected[cpio->name_size - 1])
		return true;
	cpio_fail(cpio, "malformed archive");
	return false;
}

static bool do_name(struct cpio *cpio)
{
	const struct cpio_visitor *visitor = cpio->visitor;
	int r;

	cpio->state = CPIO_SKIP;
	cpio->next = CPIO_RESET;
	if (!take_name(cpio))
		return true;
	if (str_eq(cpio->member.name, "TRAILER!!!"))
		return failed(cpio, visitor->trailer(visitor->ctx));
	r = visitor->member(&cpio->member, visitor->ctx);
	if (r > 0) {
		cpio->sum = 0;
		cpio->state = CPIO_COPY;
	}
	return failed(cpio, r);
}

static bool copy(struct cpio *cpio, size_t n)
{
	const struct cpio_visitor *visitor = cpio->visitor;

	for (size_t i = 0; cpio->has_sum && i < n; i++)
		cpio->sum += cpio->victim[i];
	return n && failed(cpio, visitor->body(cpio->victim, n, visitor->ctx));
}

static bool do_copy(struct cpio *cpio)
{
	const struct cpio_visitor *visitor = cpio->visitor;
	size_t n = cpio->left < cpio->n ? cpio->left : cpio->n;
	bool is_all = n == cpio->left;

	if (copy(cpio, n))
		return true;
	eat(cpio, n);
	cpio->left -= (uint32_t)n;
	if (!is_all)
		return true;
	if (cpio->has_sum && cpio->sum != cpio->promised_sum)
		cpio_fail(cpio, "bad data checksum"); /* the file stays */
	cpio->state = CPIO_SKIP;
	return failed(cpio, visitor->complete(visitor->ctx));
}

static bool do_link(struct cpio *cpio)
{
	const struct cpio_visitor *visitor = cpio->visitor;
	size_t name = padded_name(cpio->name_size);

	cpio->state = CPIO_SKIP;
	cpio->next = CPIO_RESET;
	if (!take_name(cpio))
		return true;
	cpio->link[name + cpio->member.size] = '\0';
	return failed(cpio,
		      visitor->link(&cpio->member, (const char *)cpio->link + name, visitor->ctx));
}

static bool step(struct cpio *cpio)
{
	switch (cpio->state) {
	case CPIO_START:
		read_into(cpio, cpio->head, CPIO_HEAD, CPIO_HEADER);
		return false;
	case CPIO_COLLECT:
		return do_collect(cpio);
	case CPIO_HEADER:
		return do_header(cpio);
	case CPIO_SKIP:
		return do_skip(cpio);
	case CPIO_NAME:
		return do_name(cpio);
	case CPIO_COPY:
		return do_copy(cpio);
	case CPIO_LINK:
		return do_link(cpio);
	case CPIO_RESET:
		return do_reset(cpio);
	}
	return true;
}

static size_t write_piece(struct cpio *cpio, const uint8_t *bytes, size_t n)
{
	cpio->victim = bytes;
	cpio->n = n;
	while (!step(cpio))
		;
	return n - cpio->n;
}

int cpio_write(struct cpio *cpio, const uint8_t *bytes, size_t n, size_t *ret_used)
{
	cpio->whole = true;
	*ret_used = write_piece(cpio, bytes, n);
	return cpio->failed;
}

int cpio_flush(struct cpio *cpio, const uint8_t *bytes, size_t n)
{
	if (cpio->message)
		return 1;
	cpio->whole = false;
	for (;;) {
		size_t used = write_piece(cpio, bytes, n);

		if (cpio->failed)
			return cpio->failed;
		if (used == n || cpio->message)
			return 0;
		bytes += used;
		n -= used;
		if (*bytes == '0')
			cpio->state = CPIO_START;
		else if (*bytes == '\0')
			cpio->state = CPIO_RESET;
		else
			cpio_fail(cpio, "junk within compressed archive");
		if (cpio->message)
			return 0;
	}
}
