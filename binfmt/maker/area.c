/* SPDX-License-Identifier: MIT */
/* The maker's own address space, and its words when it gives up. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/str.h"
#include "maker.h"
#include "sys/raw.h"

enum { MAPS_SIZE = 512 << 10, SCRATCHES_MAX = 8 };

static uint64_t scratches[SCRATCHES_MAX][2];
static unsigned n_scratches;

void maker_fail(const char *what, const char *which)
{
	char line[512];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_add(&text, "cannot make an image: ");
	text_add(&text, what);
	text_add(&text, which);
	text_add(&text, "\n");
	(void)RAW_3(__NR_write, STDERR_FILENO, text.data, text.used);
	_exit(1);
}

void maker_copy(char *ret, size_t size, const char *value, const char *name)
{
	if (value && str_copy(ret, size, value) < 0)
		maker_fail("too long: ", name);
}

void *maker_scratch(size_t bytes)
{
	size_t size = (bytes + 0xffff) & ~(size_t)0xffff;
	long at = raw_call(__NR_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at < 0 || n_scratches == SCRATCHES_MAX)
		maker_fail("there is no memory", "");
	scratches[n_scratches][0] = (uint64_t)at;
	scratches[n_scratches++][1] = (uint64_t)at + size;
	return (void *)at;
}

static bool is_scratch(uint64_t address, uint64_t *ret_end)
{
	for (unsigned i = 0; i < n_scratches; i++) {
		if (address >= scratches[i][0] && address < scratches[i][1]) {
			*ret_end = scratches[i][1];
			return true;
		}
	}
	return false;
}

/* Where the next scratch begins, at or above the address. */
static uint64_t next_scratch(uint64_t address)
{
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < n_scratches; i++) {
		if (scratches[i][0] >= address && scratches[i][0] < next)
			next = scratches[i][0];
	}
	return next;
}

bool maker_piece(const struct area *area, uint64_t *at, uint64_t *ret_end)
{
	uint64_t next;

	while (*at < area->end && is_scratch(*at, at))
		;
	if (*at >= area->end)
		return false;
	next = next_scratch(*at);
	*ret_end = next < area->end ? next : area->end;
	return true;
}

bool maker_is_special(const struct area *area)
{
	return area->path[0] == '[' && !str_eq(area->path, "[heap]");
}

static const char *take_number(const char *at, uint64_t *ret)
{
	*ret = 0;
	for (;; at++) {
		if (*at >= '0' && *at <= '9')
			*ret = *ret << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			*ret = *ret << 4 | (uint64_t)(*at - 'a' + 10);
		else
			return at;
	}
}

/* "7f00-7f01 r-xp 00000000 fe:00 1234    /usr/lib/libc.so.6" */
static void parse(const char *line, const char *end, struct area *ret)
{
	const char *at = take_number(line, &ret->start);

	at = take_number(at + 1, &ret->end) + 1;
	ret->protection = (at[0] == 'r' ? PROT_READ : 0U) | (at[1] == 'w' ? PROT_WRITE : 0U) |
			  (at[2] == 'x' ? PROT_EXEC : 0U);
	ret->shared = at[3] == 's';
	at = take_number(at + 5, &ret->offset) + 1;
	at = memchr(at, ' ', (size_t)(end - at)); /* device */
	ret->inode = 0;
	for (at++; *at >= '0' && *at <= '9'; at++)
		ret->inode = ret->inode * 10 + (uint64_t)(*at - '0');
	while (at < end && *at == ' ')
		at++;
	if (str_copy_bytes(ret->path, sizeof(ret->path), at, (size_t)(end - at)) < 0)
		maker_fail("a path is too long", "");
	ret->file = ret->path[0] == '/';
}

static size_t read_maps(char *bytes, size_t size)
{
	long fd = RAW_4(__NR_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0), r;
	size_t n = 0;

	if (fd < 0)
		maker_fail("there is no /proc/self/maps", "");
	while ((r = RAW_3(__NR_read, fd, bytes + n, size - n)) > 0)
		n += (size_t)r;
	(void)RAW_1(__NR_close, fd);
	if (r < 0 || n == size)
		maker_fail("cannot read /proc/self/maps", "");
	return n;
}

unsigned maker_areas(struct area *areas, unsigned size)
{
	static char *bytes;
	unsigned n = 0;
	size_t used;

	if (!bytes)
		bytes = maker_scratch(MAPS_SIZE);
	used = read_maps(bytes, MAPS_SIZE);
	for (const char *at = bytes, *end; at < bytes + used; at = end + 1, n++) {
		end = memchr(at, '\n', used - (size_t)(at - bytes));
		if (!end || n == size)
			maker_fail("there are too many mappings", "");
		parse(at, end, areas + n);
	}
	return n;
}
