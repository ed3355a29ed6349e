/* SPDX-License-Identifier: MIT */
/* What is a version of an export, and where its link `current` may lead. */
#include "core/export_layout.h"

#include <errno.h>

#include "check.h"

static void versions(void)
{
	static const char *const wrong[] = { "",	   "/",
					     "versions/1", "/versions/",
					     "/versions",  "/xversions/1",
					     "s:/current", "/versions/1/x" };
	static const char inside[] = "/srv/versions/1/usr";
	const char *id = export_layout_id("10.0.2.2:/srv/versions/2026-1");
	char path[32];

	CHECK_TEXT(id ? id : "", "2026-1", "a version");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK(!export_layout_id(wrong[i]), wrong[i]);
		CHECK(export_layout_export(wrong[i], path, sizeof(path)) == -ENOENT,
		      "in no export");
		CHECK(export_layout_current(wrong[i], path, sizeof(path)) == -ENOENT, "so no link");
	}
	CHECK(export_layout_in_versions(inside, inside + strlen("/srv/versions/")), "its folder");
	CHECK(!export_layout_in_versions(inside, inside + strlen("/srv/")), "not what is above");
	CHECK(!export_layout_in_versions(inside, inside + strlen("/srv/versions/1/")),
	      "not what is below");
}

static void exports(void)
{
	char path[32];

	CHECK(export_layout_export("/srv/x/versions/1", path, sizeof(path)) == 0, "has an export");
	CHECK_TEXT(path, "/srv/x", "which is this");
	CHECK(export_layout_current("/srv/x/versions/1", path, sizeof(path)) == 0, "and a link");
	CHECK_TEXT(path, "/srv/x/current", "beside the versions");
	CHECK(export_layout_export("/versions/1", path, sizeof(path)) == 0, "the root may be one");
	CHECK_TEXT(path, "/", "as itself");
	CHECK(export_layout_current("/versions/1", path, sizeof(path)) == 0, "with a link");
	CHECK_TEXT(path, "/current", "at the top");
	CHECK(export_layout_current("x/versions/1", path, sizeof(path)) == 0, "a short name");
	CHECK_TEXT(path, "x/current", "is no root");
	CHECK(export_layout_export("/srv/x/versions/1", path, 6) == -E2BIG, "too little room");
	CHECK(export_layout_current("/srv/x/versions/1", path, 14) == -E2BIG, "nor for the link");
}

static void targets(void)
{
	static const char *const wrong[] = { "",
					     "versions",
					     "versions/",
					     "versions/a/b",
					     "/versions/1",
					     "versions/..",
					     "../versions/1" };
	const char *id = export_layout_target("versions/1");

	CHECK_TEXT(id ? id : "", "1", "where current leads");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!export_layout_target(wrong[i]), wrong[i]);
}

int main(void)
{
	versions();
	exports();
	targets();
	return done();
}
