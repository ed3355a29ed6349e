/* SPDX-License-Identifier: MIT */
/* Lines for file servers' configurations. exports(5), ganesha-export-config(8), and the kernel's
 * Documentation/admin-guide/nfs/nfsroot.rst.
 */
#include "core/nfs_export.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/err.h"
#include "core/sha256.h"
#include "core/str.h"

enum { NOBODY = 65534, FIRST_ID = 7000 };

static const char *const names[NFS_SERVERS] = { "knfsd", "ganesha" };

int nfs_server_by_name(const char *name, enum nfs_server *ret)
{
	for (size_t i = 0; i < NFS_SERVERS; i++) {
		if (str_eq(name, names[i])) {
			*ret = (enum nfs_server)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *nfs_server_name(enum nfs_server server)
{
	return names[server];
}

int nfs_export_check(const char *path, struct err *err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-@:=";
	size_t n = strspn(path, plain);

	if (!path_canonical(path) || str_eq(path, "/"))
		return err_say(err, EINVAL, "%s cannot be exported", path);
	if (path[n])
		return err_say(err, EINVAL,
			       "%s has a character that cannot stand in a file server's "
			       "configuration: '%c' (Hint: letters, digits and /._+-@:= can)",
			       path, path[n]);
	return 0;
}

/* "0" to "255", then stop, the rest of the text; NULL if that is not what it says. */
static const char *read_number(const char *s, const char *stop, unsigned max, unsigned *ret)
{
	char digits[4];
	uint64_t value;
	size_t n = strcspn(s, stop);

	if (str_copy_bytes(digits, sizeof(digits), s, n) < 0 || str_to_u64(digits, 10, &value) < 0)
		return NULL;
	*ret = (unsigned)value;
	return value > max ? NULL : s + n;
}

int nfs_network_check(const char *network, struct err *err)
{
	unsigned byte, length = 32;
	uint32_t address = 0;
	const char *s = network;

	if (str_eq(network, "*"))
		return 0;
	for (size_t i = 0; s && i < 4; i++) {
		s = read_number(s, i < 3 ? "." : "/", 255, &byte);
		address = address << 8 | byte;
		if (s && i < 3)
			s = *s == '.' ? s + 1 : NULL;
	}
	if (s && *s == '/')
		s = read_number(s + 1, "", 32, &length);
	if (!s || *s)
		return err_say(err, EINVAL,
			       "'%s' is no network: neither '*' nor like 192.168.7.0/24", network);
	if (length < 32 && address << length)
		return err_say(err, EINVAL, "'%s' is no network: it has bits behind the first %u",
			       network, length);
	return 0;
}

/* The kernel's server makes file handles from the file system's UUID. Not all have one, so that
 * each share gets its own, which is made of its path. */
static void add_uuid(struct text *text, const char *path, const char *share)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, path, strlen(path));
	sha256_add(&sha, share, strlen(share));
	sha256_end_hex(&sha, hex);
	text_addf(text, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void add_kernel(struct text *text, const struct nfs_export *export, bool leases)
{
	text_addf(text, "%s%s %s(", export->path, leases ? "/" NFS_EXPORT_LEASES : "",
		  export->network);
	if (leases)
		text_addf(text, "rw,all_squash,anonuid=%d,anongid=%d", NOBODY, NOBODY);
	else
		text_add(text, "ro,root_squash");
	text_add(text, ",no_subtree_check,sec=sys,fsid=");
	add_uuid(text, export->path, leases ? NFS_EXPORT_LEASES : "");
	text_add(text, ")\n");
}

static void add_ganesha(struct text *text, const struct nfs_export *export, bool leases)
{
	const char *below = leases ? "/" NFS_EXPORT_LEASES : "", *access = leases ? "RW" : "RO";
	bool all = str_eq(export->network, "*");

	text_addf(text, "EXPORT {\n    Export_Id = %d;\n", FIRST_ID + (leases ? 2 : 1));
	text_addf(text, "    Path = \"%s%s\";\n    Pseudo = \"%s%s\";\n", export->path, below,
		  export->path, below);
	text_addf(text, "    Access_Type = %s;\n", all ? access : "None");
	text_addf(text, "    Squash = %s;\n", leases ? "All_Squash" : "Root_Squash");
	text_addf(text, "    Anonymous_Uid = %d;\n    Anonymous_Gid = %d;\n", NOBODY, NOBODY);
	text_add(text, "    SecType = sys;\n    Protocols = 3,4;\n    Transports = TCP;\n"
		       "    Attr_Expiration_Time = 0;\n");
	if (!all)
		text_addf(text, "    CLIENT { Clients = %s; Access_Type = %s; }\n", export->network,
			  access);
	text_add(text, "    FSAL { Name = VFS; }\n}\n");
}

void nfs_export_add(struct text *text, const struct nfs_export *export, enum nfs_server server,
		    enum nfs_share_kind kind)
{
	if (server == NFS_SERVER_KERNEL)
		add_kernel(text, export, kind == NFS_SHARE_LEASES);
	else
		add_ganesha(text, export, kind == NFS_SHARE_LEASES);
}

const struct nfs_recipe *nfs_recipes(size_t *ret_n)
{
	static const struct nfs_recipe recipes[] = {
		{ "3", "vers=3,proto=tcp,nolock,nocto,actimeo=3600",
		  "vers=3,proto=tcp,nolock,nocto,actimeo=3600,noatime,nosuid,nodev,ro",
		  "nothing is opened on the server: what was read once costs no request again" },
		{ "4.2", "vers=4.2,proto=tcp,nocto,actimeo=3600",
		  "vers=4.2,proto=tcp,nocto,actimeo=3600,noatime,nosuid,nodev,ro",
		  "one port; but each open file costs two requests, unless the server delegates" },
	};

	*ret_n = sizeof(recipes) / sizeof(recipes[0]);
	return recipes;
}

void nfs_export_add_words(struct text *text, const struct nfs_export *export,
			  const struct nfs_recipe *recipe, const char *address)
{
	text_addf(text, "root=/dev/nfs nfsroot=%s:%s,%s ip=dhcp ro", address, export->path,
		  recipe->root);
	if (export->leases)
		text_addf(text, " busypy.lease=%s:%s/" NFS_EXPORT_LEASES, address, export->path);
}
