/* SPDX-License-Identifier: MIT */
/* Compares what stands in the tree with what was recorded of it: etc/busypy/<arch>/manifest,
 * python3.sha256 and rescue/sha256. */
#include "check/part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/manifest_line.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"

static const struct finding_kind no_record = {
	FINDING_WARNING, "nobody can tell what the runtime was made from",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind bad_record = {
	FINDING_ERROR, "nobody can tell what the runtime was made from",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind gone = {
	FINDING_ERROR, "something of the runtime was removed after it was staged",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind changed = {
	FINDING_ERROR, "it was changed after it was staged, by hand or by a failing disk",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};

struct sums {
	struct check_part *part;
	struct sysroot root;
	char path[PATH_SIZE]; /* of the record */
	unsigned line;
};

static bool skips(const struct sums *sums)
{
	return sums->part->request->skip & CHECK_SKIP_SUMS;
}

static void sum_bytes(const char *bytes, size_t n, char *ret)
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, bytes, n);
	sha256_end_hex(&sha, ret);
}

/* The pristine sum of a file of ours: where staging has changed something in place, what it was
 * before. */
static int sum_before(const char *real, const char *wanted, char *ret, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	size_t n;
	int r = files_read(real, &bytes, &n, err);

	if (r < 0)
		return r;
	if (ldso_restore(bytes, n) == 0)
		return 0; /* not ours to undo: patchelf moves everything */
	sum_bytes(bytes, n, ret);
	return str_eq(ret, wanted) ? 0 : 1;
}

static void compare(const struct sums *sums, const struct manifest_line *line, const char *real,
		    struct err *err)
{
	const struct arch *arch = sums->part->arch;
	char hex[SHA256_HEX_SIZE];
	uint64_t size, wanted = 0;
	struct stat st;
	int r = 0;

	if (stat(real, &st) < 0 || !S_ISREG(st.st_mode)) {
		finding_add(sums->part->findings, &gone, real, arch,
			    "is in the manifest and is no file here");
		return;
	}
	(void)str_to_u64(line->size, 10, &wanted); /* was parsed with the line */
	if (str_eq(line->state, "patched")) {
		/* The loader's strings can be put back; for other files only what patchelf was
		 * asked to do is recorded, and python3.sha256. */
		if (!skips(sums) && (uint64_t)st.st_size == wanted &&
		    sum_before(real, line->sum, hex, err) == 1)
			finding_add(sums->part->findings, &changed, real, arch,
				    "differs from its line in the manifest");
		return;
	}
	if ((uint64_t)st.st_size != wanted) {
		finding_add(sums->part->findings, &changed, real, arch,
			    "has %llu bytes, and the manifest says %s",
			    (unsigned long long)st.st_size, line->size);
		return;
	}
	if (skips(sums))
		return;
	r = files_sum(real, hex, &size, err);
	if (r < 0)
		finding_add(sums->part->findings, &changed, real, arch, "cannot be read: %s",
			    strerror(-r));
	else if (!str_eq(hex, line->sum))
		finding_add(sums->part->findings, &changed, real, arch,
			    "differs from its line in the manifest");
}

static void take_line(struct sums *sums, char *text, struct err *err)
{
	char real[PATH_SIZE], place[PATH_SIZE];
	struct manifest_line line;

	if (manifest_line_parse(text, &line) < 0) {
		finding_add(sums->part->findings, &bad_record, sums->path, sums->part->arch,
			    "line %u is no line of a manifest", sums->line);
		return;
	}
	if (sysroot_find(&sums->root, line.path, real) == 0) {
		compare(sums, &line, real, err);
		return;
	}
	/* where it should be */
	for (size_t i = 0; i < sums->root.n_mounts; i++) {
		const char *at = sums->root.mounts[i].at;

		if (str_starts(line.path, at) && line.path[strlen(at)] == '/' &&
		    files_path(place, NULL, "%s%s", sums->root.mounts[i].dir,
			       line.path + strlen(at)) == 0) {
			finding_add(sums->part->findings, &gone, place, sums->part->arch,
				    "is in the manifest and is no file here");
			return;
		}
	}
	finding_add(sums->part->findings, &bad_record, sums->path, sums->part->arch,
		    "line %u names %s, which is outside of the runtime", sums->line, line.path);
}

/* Hands on each line, without its line feed, which a NUL replaces in place. */
static void take_lines(struct sums *sums, char *bytes,
		       void (*take)(struct sums *sums, char *line, struct err *err),
		       struct err *err)
{
	for (char *line = bytes; *line;) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		sums->line++;
		take(sums, line, err);
		if (!end)
			break;
		line = end + 1;
	}
}

/* "SHA256  PATH", as sha256sum(1) writes it. */
static void take_sum(struct sums *sums, char *line, struct err *err)
{
	const struct arch *arch = sums->part->arch;
	char real[PATH_SIZE], hex[SHA256_HEX_SIZE];
	uint64_t size;
	int r;

	if (strlen(line) < 67 || memcmp(line + 64, "  ", 2) != 0) {
		finding_add(sums->part->findings, &bad_record, sums->path, arch,
			    "line %u is no line of sha256sum", sums->line);
		return;
	}
	line[64] = '\0';
	/* below the tree; a rescue shell's is beside the record */
	if (strchr(line + 66, '/'))
		r = files_path(real, NULL, "%s/%s", sums->part->request->tree, line + 66);
	else
		r = files_path(real, NULL, "%.*s%s", (int)(path_base(sums->path) - sums->path),
			       sums->path, line + 66);
	if (r == 0)
		r = files_sum(real, hex, &size, err);
	if (r < 0)
		finding_add(sums->part->findings, &gone, real, arch,
			    "has a recorded checksum and cannot be read: %s", strerror(-r));
	else if (!str_eq(hex, line))
		finding_add(sums->part->findings, &changed, real, arch,
			    "differs from its checksum in %s",
			    sums->path + strlen(sums->part->request->tree) + 1);
}

/* wanted: a finding if it is not there. */
static int read_record(struct sums *sums, const char *name, bool wanted,
		       void (*take)(struct sums *sums, char *line, struct err *err),
		       struct err *err)
{
	FILES_FREE char *bytes = NULL;
	size_t n;
	int r = files_path(sums->path, err, "%s/" TREE_INFO_OF "/%s", sums->part->request->tree,
			   sums->part->arch->name, name);

	if (r < 0)
		return r;
	sums->line = 0;
	r = files_read(sums->path, &bytes, &n, err);
	if (r == -ENOENT && !wanted)
		return 0;
	if (r < 0) {
		finding_add(sums->part->findings, &no_record, sums->path, sums->part->arch, "%s",
			    r == -ENOENT ? "is missing" : strerror(-r));
		return 0;
	}
	take_lines(sums, bytes, take, err);
	return 0;
}

int check_sums(struct check_part *part, struct err *err)
{
	struct sums sums = { .part = part };
	struct err ignored = { 0 }; /* findings say it */
	int r = sysroot_init_view(&sums.root, part->request->tree, part->arch);

	if (r < 0)
		return err_set(err, -r, "%s", part->request->tree);
	r = read_record(&sums, "manifest", true, take_line, &ignored);
	if (r == 0 && !skips(&sums))
		r = read_record(&sums, "python3.sha256", true, take_sum, &ignored);
	if (r == 0 && !skips(&sums))
		r = read_record(&sums, "rescue/sha256", false, take_sum, &ignored);
	return r < 0 ? err_set(err, -r, "cannot compare the checksums for %s", part->arch->name)
		     : 0;
}
