/* SPDX-License-Identifier: MIT */
/* A version is held to its manifest under each of its names, also those of one file. */
#include "export/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "core/version_line.h"
#include "check.h"

static char dir[] = "/tmp/manifest.XXXXXX";

static void add(struct version_manifest *manifest, const char *path, const char *sum, uint64_t size)
{
	const struct version_line line = { .type = sum ? VERSION_FILE : VERSION_DIR,
					   .mode = sum ? 0444 : 0755,
					   .size = size,
					   .sum = sum ? sum : "",
					   .path = path,
					   .target = "" };

	CHECK(version_manifest_add(manifest, &line, NULL) == 0, path);
}

/* Verifies the version against a manifest with this sum and size of bin/second. */
static int verify(const struct folder *version, const char *first, const char *second,
		  uint64_t size, struct err *err)
{
	VERSION_MANIFEST_CLEANUP struct version_manifest manifest = { 0 };
	struct version_record record = { .id = "v1", .published = 1, .files = 1, .bytes = 5 };
	char bytes[VERSION_RECORD_MAX];
	FILES_FREE char *text = NULL;
	struct sha256 sha;
	size_t n;

	add(&manifest, "bin", NULL, 0);
	add(&manifest, "bin/first", first, 5);
	add(&manifest, "bin/second", second, size);
	add(&manifest, "etc", NULL, 0);
	add(&manifest, TREE_INFO, NULL, 0);
	CHECK(version_manifest_text(&manifest, &text, &n, err) == 0, "a manifest");
	sha256_init(&sha);
	sha256_add(&sha, text, n);
	sha256_end_hex(&sha, record.manifest);
	CHECK(version_record_format(&record, bytes, sizeof(bytes)) == 0 &&
		      folder_remove(version, TREE_VERSION_MANIFEST, err) == 0 &&
		      folder_remove(version, TREE_VERSION_RECORD, err) == 0 &&
		      folder_write(version, TREE_VERSION_MANIFEST, text, n, 0444, err) == 0 &&
		      folder_write(version, TREE_VERSION_RECORD, bytes, strlen(bytes), 0444, err) ==
			      0,
	      "and its record");
	return version_manifest_verify(version, err);
}

static void refused(int r, struct err *err, const char *name, const char *what)
{
	CHECK(r == -EBADMSG && str_ends(err->text, " has other bytes than its manifest says") &&
		      strstr(err->text, name),
	      what);
	*err = (struct err){ 0 };
}

static void test_names_of_one_file(const struct folder *version, struct err *err)
{
	char sum[SHA256_HEX_SIZE], other[SHA256_HEX_SIZE];
	uint64_t size;

	CHECK(folder_mkdirs(version, "bin", err) == 0 &&
		      folder_mkdirs(version, TREE_INFO, err) == 0 &&
		      folder_write(version, "bin/first", "text\n", 5, 0444, err) == 0 &&
		      linkat(version->fd, "bin/first", version->fd, "bin/second", 0) == 0 &&
		      folder_sum(version, "bin/first", sum, &size, err) == 0,
	      "a file of two names");
	memcpy(other, sum, sizeof(other));
	other[0] = (char)(sum[0] == '0' ? '1' : '0');
	CHECK(verify(version, sum, sum, 5, err) == 0, "both have the bytes of their lines");
	refused(verify(version, sum, other, 5, err), err, "bin/second",
		"the second has another sum");
	refused(verify(version, sum, sum, 6, err), err, "bin/second", "or another size");
	refused(verify(version, other, sum, 5, err), err, "bin/first", "the first has");
	refused(verify(version, other, other, 5, err), err, "bin/first", "both have");
	CHECK(unlinkat(version->fd, "bin/second", 0) == 0 &&
		      folder_write(version, "bin/second", "other", 5, 0444, err) == 0,
	      "a file of its own");
	refused(verify(version, sum, sum, 5, err), err, "bin/second", "of other bytes");
}

int main(void)
{
	FOLDER_CLEANUP struct folder version = FOLDER_NONE;
	struct err err = { 0 };

	CHECK(mkdtemp(dir) && chmod(dir, 0755) == 0 && folder_open(dir, &version, &err) == 0,
	      "a folder of its own");
	test_names_of_one_file(&version, &err);
	CHECK(walk_remove(dir, NULL) == 0, "all of it");
	return done();
}
