/* SPDX-License-Identifier: MIT */
/* Ids, dates and records, without a clock. */
#include "core/version.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"

enum {
	FIELD_PUBLISHED = 1 << 0,
	FIELD_MANIFEST = 1 << 1,
	FIELD_FILES = 1 << 2,
	FIELD_BYTES = 1 << 3,
	FIELD_ALL = 15
};

static bool alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool version_id_valid(const char *id)
{
	size_t n = strnlen(id, VERSION_ID_SIZE);

	if (n == 0 || n == VERSION_ID_SIZE || !alphanumeric(id[0]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!alphanumeric(id[i]) && id[i] != '.' && id[i] != '_' && id[i] != '-')
			return false;
	}
	return !str_ends(id, ".tmp") && !str_ends(id, ".gone");
}

struct date {
	unsigned year, month, day, hour, minute, second, milli;
};

/* Days to a date of the Gregorian calendar, counted in eras of 400 years that begin in March. */
static struct date date_of(uint64_t published)
{
	const uint64_t last = 253402300799999; /* the end of year 9999 */
	uint64_t ms = published < last ? published : last;
	uint64_t days = ms / 86400000 + 719468;
	unsigned era = (unsigned)(days / 146097), of_era = (unsigned)(days % 146097);
	unsigned years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * years + years / 4 - years / 100);
	unsigned month = (5 * of_year + 2) / 153; /* from March */
	unsigned rest = (unsigned)(ms % 86400000);

	return (struct date){
		.year = years + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
		.hour = rest / 3600000,
		.minute = rest / 60000 % 60,
		.second = rest / 1000 % 60,
		.milli = rest % 1000,
	};
}

void version_id_default(uint64_t published, const char *sum, char ret[VERSION_ID_SIZE])
{
	struct date d = date_of(published);
	struct text text;

	text_init(&text, ret, VERSION_ID_SIZE);
	text_addf(&text, "%04u%02u%02u-%02u%02u%02u.%03u-%.8s", d.year, d.month, d.day, d.hour,
		  d.minute, d.second, d.milli, sum);
}

void version_date(uint64_t published, char ret[VERSION_DATE_SIZE])
{
	struct date d = date_of(published);
	struct text text;

	text_init(&text, ret, VERSION_DATE_SIZE);
	text_addf(&text, "%04u-%02u-%02u %02u:%02u:%02uZ", d.year, d.month, d.day, d.hour, d.minute,
		  d.second);
}

static int take_number(const char *value, uint64_t *ret)
{
	return str_to_u64(value, 10, ret) < 0 ? -EINVAL : 0;
}

static int take_sum(const char *value, char ret[65])
{
	if (strlen(value) != 64 || value[strspn(value, "0123456789abcdef")])
		return -EINVAL;
	return str_copy(ret, 65, value);
}

/* Takes "key value"; returns the field's bit, 0 for another line, -EINVAL. */
static int take_line(char *line, struct version_record *ret)
{
	char *value = strchr(line, ' ');
	int r = 0;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (str_eq(line, "published")) {
		r = take_number(value, &ret->published);
		return r < 0 ? r : FIELD_PUBLISHED;
	}
	if (str_eq(line, "manifest")) {
		r = take_sum(value, ret->manifest);
		return r < 0 ? r : FIELD_MANIFEST;
	}
	if (str_eq(line, "files")) {
		r = take_number(value, &ret->files);
		return r < 0 ? r : FIELD_FILES;
	}
	if (str_eq(line, "bytes")) {
		r = take_number(value, &ret->bytes);
		return r < 0 ? r : FIELD_BYTES;
	}
	return 0;
}

int version_record_parse(const char *bytes, size_t n, struct version_record *ret, struct err *err)
{
	struct version_record record = { 0 };
	char copy[VERSION_RECORD_MAX + 1];
	int seen = 0;

	if (n > VERSION_RECORD_MAX || memchr(bytes, '\0', n) ||
	    str_copy_bytes(copy, sizeof(copy), bytes, n) < 0)
		return err_say(err, EINVAL, "no version's record");
	for (char *line = copy, *next; *line; line = next) {
		int field;

		next = line + strcspn(line, "\n");
		if (!*next)
			return err_say(err, EINVAL, "the record's last line has no end");
		*next++ = '\0';
		if (!record.id[0]) {
			if (!version_id_valid(line))
				return err_say(err, EINVAL, "the record does not begin with an id");
			(void)str_copy(record.id, sizeof(record.id), line); /* valid: it fits */
			continue;
		}
		field = take_line(line, &record);
		if (field < 0 || (seen & field))
			return err_say(err, EINVAL,
				       "the record's line '%s' is wrong or a second one", line);
		seen |= field;
	}
	if (seen != FIELD_ALL)
		return err_say(err, EINVAL, "the record is incomplete");
	*ret = record;
	return 0;
}

int version_record_format(const struct version_record *record, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%s\npublished %llu\nmanifest %s\nfiles %llu\nbytes %llu\n", record->id,
		  (unsigned long long)record->published, record->manifest,
		  (unsigned long long)record->files, (unsigned long long)record->bytes);
	return text_check(&text);
}
