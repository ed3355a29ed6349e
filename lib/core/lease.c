/* SPDX-License-Identifier: MIT */
/* A client's lease: lines, each checked byte by byte. */
#include "core/lease.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"
#include "core/version.h"
#include "core/x86_level.h"

enum field { HOST, ARCH, VERSION, BOOT, UPTIME, PROCESSOR, FIELDS };

enum { NEEDED = PROCESSOR }; /* those before it must be there */

static const char *const names[FIELDS] = {
	"host", "arch", "version", "boot", "uptime", "processor"
};

static bool word_valid(const char *s, size_t size, const char *others)
{
	size_t n = strnlen(s, size);

	if (n == 0 || n == size)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!(s[i] >= 'a' && s[i] <= 'z') && !(s[i] >= 'A' && s[i] <= 'Z') &&
		    !(s[i] >= '0' && s[i] <= '9') && !strchr(others, s[i]))
			return false;
	}
	return true;
}

bool lease_name_valid(const char *name)
{
	return name[0] != '.' && word_valid(name, LEASE_NAME_SIZE, "._-");
}

static bool lease_valid(const struct lease *lease)
{
	return lease_name_valid(lease->host) && word_valid(lease->arch, LEASE_ARCH_SIZE, "_") &&
	       version_id_valid(lease->version) && word_valid(lease->boot, LEASE_BOOT_SIZE, "-") &&
	       lease->x86_level <= X86_LEVEL_MAX;
}

static int take(struct lease *lease, enum field field, const char *value)
{
	switch (field) {
	case HOST:
		return str_copy(lease->host, sizeof(lease->host), value);
	case ARCH:
		return str_copy(lease->arch, sizeof(lease->arch), value);
	case VERSION:
		return str_copy(lease->version, sizeof(lease->version), value);
	case BOOT:
		return str_copy(lease->boot, sizeof(lease->boot), value);
	case UPTIME:
		return str_to_u64(value, 10, &lease->uptime);
	case PROCESSOR:
		lease->x86_level = x86_level_by_name(value); /* or one of a later version */
		return 0;
	case FIELDS:
		break;
	}
	return -EINVAL;
}

/* The line, which is cut up; *seen has a bit for each field. */
static int take_line(struct lease *lease, char *line, unsigned *seen)
{
	char *value = strchr(line, ' ');

	if (!value || value == line || !value[1])
		return -EINVAL;
	*value++ = '\0';
	for (unsigned i = 0; i < FIELDS; i++) {
		if (!str_eq(line, names[i]))
			continue;
		if (*seen & (1U << i))
			return -EINVAL;
		*seen |= 1U << i;
		return take(lease, (enum field)i, value);
	}
	return 0;
}

int lease_parse(const char *bytes, size_t n, struct lease *ret, struct err *err)
{
	struct lease lease = { 0 };
	char copy[LEASE_SIZE_MAX + 1];
	unsigned seen = 0, number = 0;

	if (n > LEASE_SIZE_MAX)
		return err_say(err, EINVAL, "longer than %d bytes", LEASE_SIZE_MAX);
	if (memchr(bytes, '\0', n) || str_copy_bytes(copy, sizeof(copy), bytes, n) < 0)
		return err_say(err, EINVAL, "not text");
	for (char *line = copy, *next; *line; line = next) {
		number++;
		next = line + strcspn(line, "\n");
		if (!*next)
			return err_say(err, EINVAL, "the last line has no end");
		*next++ = '\0';
		if (take_line(&lease, line, &seen) < 0)
			return err_say(err, EINVAL, "line %u is none of a lease", number);
	}
	for (unsigned i = 0; i < NEEDED; i++) {
		if (!(seen & (1U << i)))
			return err_say(err, EINVAL, "no line '%s'", names[i]);
	}
	if (!lease_valid(&lease))
		return err_say(err, EINVAL, "a host, arch, version or boot has forbidden bytes");
	*ret = lease;
	return 0;
}

int lease_format(const struct lease *lease, char *dst, size_t size)
{
	struct text text;

	if (!lease_valid(lease))
		return -EINVAL;
	text_init(&text, dst, size);
	text_addf(&text, "host %s\narch %s\nversion %s\nboot %s\nuptime %llu\n", lease->host,
		  lease->arch, lease->version, lease->boot, (unsigned long long)lease->uptime);
	if (lease->x86_level)
		text_addf(&text, "processor %s\n", x86_level_name(lease->x86_level));
	return text_check(&text);
}
