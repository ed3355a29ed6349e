/* SPDX-License-Identifier: MIT */
/* The paths of a tree: how they are made, and what they say. */
#include "core/tree_layout.h"

#include "check.h"

static void made(void)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "/srv/" TREE_USR_OF "/bin", "x86_64");
	CHECK_TEXT(path, "/srv/etc/python/x86_64/usr/bin", "what is on /usr");
	(void)snprintf(path, sizeof(path), TREE_CLIB_OF, "x86_64");
	CHECK_TEXT(path, "etc/clib/x86_64", "what is on /lib");
	(void)snprintf(path, sizeof(path), TREE_INIT_OF, "aarch64");
	CHECK_TEXT(path, "sbin/aarch64-init", "PID 1");
	(void)snprintf(path, sizeof(path), TREE_RESCUE_OF, "aarch64");
	CHECK_TEXT(path, "etc/busypy/aarch64/rescue", "the rescue shell's folder");
	CHECK_TEXT(tree_shared[TREE_SHARED_FOLDERS - 1], "site-package", "shared packages");
}

static void below(void)
{
	static const char *const elsewhere[] = {
		"",
		"etc",
		"etc/python",
		"etc/python/",
		"etc/python//usr",
		"etc/pythons/x86_64",
		"/etc/python/x86_64",
		"etc/python/an-arch-of-thirty-two-bytes-name/usr"
	};
	char arch[TREE_ARCH_SIZE] = "before";
	const char *rest = tree_layout_below("etc/python/x86_64/usr/lib", TREE_PYTHON, arch);

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		char other[TREE_ARCH_SIZE];

		CHECK(!tree_layout_below(elsewhere[i], TREE_PYTHON, other), elsewhere[i]);
	}
	CHECK(rest, "a path of a runtime");
	CHECK_TEXT(rest ? rest : "", "/usr/lib", "what follows");
	CHECK_TEXT(arch, "x86_64", "its arch");
	rest = tree_layout_below("etc/clib/armhf", TREE_CLIB, arch);
	CHECK(rest && !*rest && strcmp(arch, "armhf") == 0, "the folder itself");
}

static void inits(void)
{
	char arch[TREE_ARCH_SIZE];

	CHECK(tree_layout_is_init("sbin/x86_64-init"), "an init");
	CHECK(tree_layout_is_init("sbin/aarch64-virt-init"), "a machine's name for it");
	CHECK(!tree_layout_is_init("bin/x86_64-init"), "elsewhere");
	CHECK(!tree_layout_is_init("sbin/init"), "without an arch");
	CHECK(tree_layout_init_arch("sbin/aarch64-virt-init", arch), "tells its arch");
	CHECK_TEXT(arch, "aarch64", "which is this");
	CHECK(!tree_layout_init_arch("sbin/reboot", arch), "what is no init tells none");
	CHECK(!tree_layout_init_arch("sbin/a_name_of_more_than_any_archs_bytes-init", arch),
	      "nor does what is longer than any arch's name");
}

static void data(void)
{
	static const char *const ours[] = { "share/man/man1/x.1", "etc/x", "README", "library/x",
					    "share/zoneinfos" };
	static const char *const others[] = { "",	 "bin",
					      "bin/x",	 "lib/python3.11/os.py",
					      "lib64/x", "share/zoneinfo/UTC",
					      "local/x" };
	char arch[TREE_ARCH_SIZE];
	const char *below = tree_layout_data("etc/python/armhf/usr/share/x", arch);

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		CHECK(tree_layout_is_data(ours[i]), ours[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!tree_layout_is_data(others[i]), others[i]);
	CHECK_TEXT(below ? below : "", "share/x", "data of a runtime");
	CHECK_TEXT(arch, "armhf", "of which arch");
	CHECK(!tree_layout_data("etc/python/armhf/share/x", arch), "not below usr");
	CHECK(!tree_layout_data("etc/python/armhf/usr/bin/x", arch), "a program is none");
	CHECK(!tree_layout_data("site-package/share/x", arch), "elsewhere");
}

int main(void)
{
	data();
	made();
	below();
	inits();
	return done();
}
