/* SPDX-License-Identifier: MIT */
/* What a file server and its clients are told. */
#include "core/nfs_export.h"

#include <errno.h>

#include "core/err.h"
#include "core/str.h"
#include "check.h"

static void refuses_path(const char *path, const char *sentence)
{
	struct err err = { 0 };

	CHECK(nfs_export_check(path, &err) == -EINVAL, path);
	CHECK_TEXT(err.text, sentence, "and says why");
}

static void test_paths(void)
{
	CHECK(nfs_export_check("/srv/busypy", NULL) == 0, "a path");
	CHECK(nfs_export_check("/srv/a.b_c+d-e@f:g=h", NULL) == 0, "all that is harmless");
	refuses_path("/", "/ cannot be exported");
	refuses_path("srv", "srv cannot be exported");
	refuses_path("/srv/../etc", "/srv/../etc cannot be exported");
	for (const char *s = " \"#()\\*?[],;{}\t\n\x80"; *s; s++) {
		char path[] = "/srv/x";

		path[5] = *s;
		CHECK(nfs_export_check(path, NULL) == -EINVAL, "what a configuration would read");
	}
}

static void test_networks(void)
{
	static const char *const good[] = { "*",	   "0.0.0.0/0",	  "10.0.0.0/8",
					    "10.1.2.3",	   "10.1.2.3/32", "255.255.255.255",
					    "10.1.2.2/31", "128.0.0.0/1" };
	static const char *const bad[] = { "",		"**",	       "10.0.0.0/8/8", "10.0.0.1/8",
					   "1.2.3.4.5", "1.2.3",       "1.2.3.4/",     "1.2.3.4/33",
					   "1.2.3.256", "-1.2.3.4",    "1.2.3.4 ",     "::1",
					   "1..3.4",	"1.2.3.4/08x", "1.2.3.1234",   "x.2.3.4",
					   "1.2.3.4/x" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(nfs_network_check(good[i], NULL) == 0, good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(nfs_network_check(bad[i], NULL) == -EINVAL, "no network");
}

static void test_shares(void)
{
	struct nfs_export one = { .path = "/srv/one", .network = "*", .leases = true };
	struct nfs_export two = { .path = "/srv/two", .network = "*" };
	char a[2048], b[2048];
	struct text first, second;

	text_init(&first, a, sizeof(a));
	text_init(&second, b, sizeof(b));
	nfs_export_add(&first, &one, NFS_SERVER_KERNEL, NFS_SHARE_TREE);
	nfs_export_add(&second, &one, NFS_SERVER_KERNEL, NFS_SHARE_TREE);
	CHECK_TEXT(a, b, "the same export has the same ids");
	text_init(&second, b, sizeof(b));
	nfs_export_add(&second, &two, NFS_SERVER_KERNEL, NFS_SHARE_TREE);
	CHECK(strcmp(strstr(a, "fsid="), strstr(b, "fsid=")) != 0, "another one has others");
	text_init(&second, b, sizeof(b));
	nfs_export_add(&second, &one, NFS_SERVER_KERNEL, NFS_SHARE_LEASES);
	CHECK(strcmp(strstr(a, "fsid="), strstr(b, "fsid=")) != 0, "the leases have their own");
	CHECK(!strstr(a, "rw") && strstr(b, "rw,all_squash"), "the tree is read-only");
}

static void test_ganesha(void)
{
	struct nfs_export export = { .path = "/srv/one", .network = "*", .leases = true };
	char a[2048];
	struct text text;

	text_init(&text, a, sizeof(a));
	nfs_export_add(&text, &export, NFS_SERVER_GANESHA, NFS_SHARE_TREE);
	CHECK(strstr(a, "    Export_Id = 7001;\n    Path = \"/srv/one\";\n") &&
		      strstr(a, "    Access_Type = RO;\n    Squash = Root_Squash;\n") &&
		      !strstr(a, "CLIENT"),
	      "a tree for all");
	text_init(&text, a, sizeof(a));
	nfs_export_add(&text, &export, NFS_SERVER_GANESHA, NFS_SHARE_LEASES);
	CHECK(strstr(a, "    Export_Id = 7002;\n    Path = \"/srv/one/leases\";\n") &&
		      strstr(a, "    Access_Type = RW;\n    Squash = All_Squash;\n"),
	      "leases for all");
	export.network = "10.0.0.0/8";
	text_init(&text, a, sizeof(a));
	nfs_export_add(&text, &export, NFS_SERVER_GANESHA, NFS_SHARE_TREE);
	CHECK(strstr(a, "    Access_Type = None;\n") &&
		      strstr(a, "    CLIENT { Clients = 10.0.0.0/8; Access_Type = RO; }\n"),
	      "a tree for a network");
}

static void test_words(void)
{
	struct nfs_export export = { .path = "/srv/busypy", .network = "*" };
	enum nfs_server server;
	char a[512];
	struct text text;
	size_t n;
	const struct nfs_recipe *recipes = nfs_recipes(&n);

	text_init(&text, a, sizeof(a));
	nfs_export_add_words(&text, &export, recipes, "10.0.0.1");
	CHECK_TEXT(a,
		   "root=/dev/nfs nfsroot=10.0.0.1:/srv/busypy,vers=3,proto=tcp,nolock,nocto,"
		   "actimeo=3600 ip=dhcp ro",
		   "a client's command line");
	export.leases = true;
	text_init(&text, a, sizeof(a));
	nfs_export_add_words(&text, &export, recipes, "10.0.0.1");
	CHECK(str_ends(a, " ro busypy.lease=10.0.0.1:/srv/busypy/leases"), "with leases");
	for (size_t i = 0; i < n; i++)
		CHECK(str_starts(recipes[i].options, recipes[i].root), "both mount alike");
	for (size_t i = 0; i < NFS_SERVERS; i++)
		CHECK(nfs_server_by_name(nfs_server_name((enum nfs_server)i), &server) == 0 &&
			      server == i,
		      nfs_server_name((enum nfs_server)i));
	CHECK(nfs_server_by_name("nfsd", &server) == -EINVAL, "no server");
}

int main(void)
{
	test_paths();
	test_networks();
	test_shares();
	test_ganesha();
	test_words();
	return done();
}
