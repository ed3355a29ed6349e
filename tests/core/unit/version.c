/* SPDX-License-Identifier: MIT */
/* Ids, dates and records of versions. */
#include "core/version.h"

#include <errno.h>
#include <time.h>

#include "core/err.h"
#include "check.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RECORD "v1\npublished 5\nmanifest " SUM "\nfiles 2\nbytes 3\n"

static void refuses(const char *text, const char *sentence)
{
	struct version_record record = { .files = 7 };
	struct err err = { 0 };

	CHECK(version_record_parse(text, strlen(text), &record, &err) == -EINVAL &&
		      record.files == 7,
	      sentence);
	CHECK_TEXT(err.text, sentence, "the sentence says why");
}

static void check_ids(void)
{
	char id[VERSION_ID_SIZE + 1];

	CHECK(version_id_valid("v1") && version_id_valid("2026.11_a-b"), "ids");
	CHECK(!version_id_valid("") && !version_id_valid(".") && !version_id_valid("..") &&
		      !version_id_valid("-v") && !version_id_valid("_"),
	      "an id begins with a letter or digit");
	CHECK(!version_id_valid(":") && !version_id_valid("@") && !version_id_valid("[") &&
		      !version_id_valid("`") && !version_id_valid("{") &&
		      version_id_valid("Z9zA0a"),
	      "bytes beside letters and digits");
	CHECK(!version_id_valid("a/b") && !version_id_valid("a b"), "no other bytes");
	CHECK(!version_id_valid("v1.tmp") && !version_id_valid("v1.gone") &&
		      version_id_valid("v1.tmp2"),
	      "endings that mean something else");
	memset(id, 'a', sizeof(id));
	id[63] = '\0';
	CHECK(version_id_valid(id), "63 bytes");
	id[63] = 'a';
	id[64] = '\0';
	CHECK(!version_id_valid(id), "not 64");
}

/* Every 11 days or so until the year 2500 against the C library. */
static void check_dates(void)
{
	char got[VERSION_DATE_SIZE], wanted[64], id[VERSION_ID_SIZE];
	bool same = true;

	for (time_t t = 0; t < 16725225600; t += 999983) {
		struct tm tm;

		(void)gmtime_r(&t, &tm);
		(void)strftime(wanted, sizeof(wanted), "%Y-%m-%d %H:%M:%SZ", &tm);
		version_date((uint64_t)t * 1000 + 999, got);
		same = same && strcmp(got, wanted) == 0;
	}
	CHECK(same, "dates are those of the C library");
	version_id_default(1795177967123, SUM, id);
	CHECK_TEXT(id, "20261120-123247.123-01234567", "an id has the date and the sum");
	version_id_default(UINT64_MAX, SUM, id);
	CHECK_TEXT(id, "99991231-235959.999-01234567", "however far away");
	version_id_default(951782400000, SUM, id);
	CHECK_TEXT(id, "20000229-000000.000-01234567", "a leap day");
}

int main(void)
{
	struct version_record record = { 0 };
	char text[VERSION_RECORD_MAX], big[VERSION_RECORD_MAX + 2] = "";

	CHECK(version_record_parse(RECORD, strlen(RECORD), &record, NULL) == 0, "a record");
	CHECK_TEXT(record.id, "v1", "its id");
	CHECK_TEXT(record.manifest, SUM, "its manifest");
	CHECK(record.published == 5 && record.files == 2 && record.bytes == 3, "its numbers");
	CHECK(version_record_format(&record, text, sizeof(text)) == 0, "is written again");
	CHECK_TEXT(text, RECORD, "as it was");
	CHECK(version_record_format(&record, text, 30) == -E2BIG, "not into too little room");
	CHECK(version_record_parse(RECORD "more later\n", strlen(RECORD "more later\n"), &record,
				   NULL) == 0,
	      "lines of a later BusyPy are passed over");
	CHECK(version_record_parse("v1\0", 3, &record, NULL) == -EINVAL, "no NUL");
	refuses("", "the record is incomplete");
	refuses("v1\n", "the record is incomplete");
	refuses("v1", "the record's last line has no end");
	refuses("../v1\n", "the record does not begin with an id");
	refuses(RECORD "files 3\n", "the record's line 'files' is wrong or a second one");
	refuses("v1\npublished x\n", "the record's line 'published' is wrong or a second one");
	refuses("v1\nmanifest 12\n", "the record's line 'manifest' is wrong or a second one");
	refuses("v1\nfiles x\n", "the record's line 'files' is wrong or a second one");
	refuses("v1\nbytes x\n", "the record's line 'bytes' is wrong or a second one");
	refuses("v1\nmanifest X123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
		"the record's line 'manifest' is wrong or a second one");
	memset(big, 'a', sizeof(big) - 1);
	refuses(big, "no version's record");
	refuses("v1\nword\n", "the record's line 'word' is wrong or a second one");
	check_ids();
	check_dates();
	return done();
}
