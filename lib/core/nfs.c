/* SPDX-License-Identifier: MIT */
/* nfsroot= and NFS mount options; pure. */
#include "core/nfs.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/ip4.h"
#include "core/str.h"

int nfs_share_parse(const char *word, struct nfs_share *ret, struct err *err)
{
	const char *path = word, *comma = strchr(word, ',');
	size_t n = comma ? (size_t)(comma - word) : strlen(word);
	struct nfs_share parsed = { 0 };
	const char *colon = memchr(word, ':', n);

	if (colon && ip4_parse(word, (size_t)(colon - word), &parsed.server) < 0)
		return err_say(err, EINVAL, "'%.*s' is no IPv4 address", (int)(colon - word), word);
	if (colon)
		path = colon + 1;
	if (*path != '/')
		return err_say(err, EINVAL, "'%.64s' is not [SERVER:]/PATH[,OPTIONS]", word);
	n -= (size_t)(path - word);
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (str_copy_bytes(parsed.path, sizeof(parsed.path), path, n) < 0 ||
	    (comma && str_copy(parsed.options, sizeof(parsed.options), comma + 1) < 0))
		return err_say(err, E2BIG, "'%.64s...' is too long", word);
	*ret = parsed;
	return 0;
}

/* True if the n bytes of an option have this name, with a value or without. */
static bool is_named(const char *option, size_t n, const char *name)
{
	size_t length = strlen(name);

	return n >= length && memcmp(option, name, length) == 0 &&
	       (n == length || option[length] == '=');
}

static bool has_one(const struct nfs_share *share, const char *const *names, size_t n_names)
{
	for (const char *s = share->options; *s; s += *s == ',') {
		size_t n = strcspn(s, ",");

		for (size_t i = 0; i < n_names; i++) {
			if (is_named(s, n, names[i]))
				return true;
		}
		s += n;
	}
	return false;
}

static bool has(const struct nfs_share *share, const char *name)
{
	return has_one(share, &name, 1);
}

bool nfs_names_version(const struct nfs_share *share)
{
	static const char *const names[] = {
		"vers", "nfsvers", "v3", "v4", "v4.0", "v4.1", "v4.2"
	};

	return has_one(share, names, sizeof(names) / sizeof(names[0]));
}

bool nfs_names_caching(const struct nfs_share *share)
{
	static const char *const names[] = { "cto",	 "nocto",    "ac",
					     "noac",	 "actimeo",  "acregmin",
					     "acregmax", "acdirmin", "acdirmax" };

	return has_one(share, names, sizeof(names) / sizeof(names[0]));
}

static bool is_v3(const struct nfs_share *share, unsigned flags)
{
	const char *s = share->options;

	if (!nfs_names_version(share))
		return flags & NFS_V3;
	for (; *s; s += *s == ',') {
		size_t n = strcspn(s, ",");

		if (is_named(s, n, "v3") || (n == 6 && memcmp(s, "vers=3", 6) == 0) ||
		    (n == 9 && memcmp(s, "nfsvers=3", 9) == 0))
			return true;
		s += n;
	}
	return false;
}

int nfs_source(const struct nfs_share *share, uint32_t client, const char *below,
	       char ret[NFS_SOURCE_MAX])
{
	const char *hole = strstr(share->path, "%s");
	struct text text;

	text_init(&text, ret, NFS_SOURCE_MAX);
	ip4_add(&text, share->server);
	text_add(&text, ":");
	text_add_bytes(&text, share->path,
		       hole ? (size_t)(hole - share->path) : strlen(share->path));
	if (hole) {
		ip4_add(&text, client);
		text_add(&text, hole + 2);
	}
	if (*below)
		text_addf(&text, "%s%s", str_ends(share->path, "/") ? "" : "/", below);
	return text_check(&text);
}

/* Words of fstab(5) that are flags of mount(2), which the kernel refuses as data. */
static bool is_flag(const char *option, size_t n)
{
	static const char *const flags[] = { "ro",	 "rw",	       "atime",	   "noatime",
					     "diratime", "nodiratime", "relatime", "suid",
					     "nosuid",	 "dev",	       "nodev",	   "exec",
					     "noexec",	 "defaults",   "auto",	   "noauto",
					     "_netdev" };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (n == strlen(flags[i]) && memcmp(option, flags[i], n) == 0)
			return true;
	}
	return false;
}

static void add_given(struct text *text, const struct nfs_share *share)
{
	for (const char *s = share->options; *s; s += *s == ',') {
		size_t n = strcspn(s, ",");

		if (n > 0 && !is_flag(s, n)) {
			text_add(text, ",");
			text_add_bytes(text, s, n);
		}
		s += n;
	}
}

int nfs_mount_data(const struct nfs_share *share, uint32_t client, unsigned flags,
		   char ret[NFS_DATA_MAX])
{
	bool v3 = is_v3(share, flags);
	struct text text;

	text_init(&text, ret, NFS_DATA_MAX);
	text_add(&text, "addr=");
	ip4_add(&text, share->server);
	if (!nfs_names_version(share))
		text_add(&text, v3 ? ",vers=3" : ",vers=4.2");
	if (v3) {
		text_add(&text, ",mountaddr=");
		ip4_add(&text, share->server);
		text_add(&text, ",nolock"); /* lockd's helpers do not run yet */
		if (!has(share, "mountproto"))
			text_add(&text, ",mountproto=tcp");
		if (has(share, "mountport") && !has(share, "port"))
			text_add(&text, ",port=2049"); /* else both come from the portmapper */
	} else if (client) {
		text_add(&text, ",clientaddr=");
		ip4_add(&text, client);
	}
	if (!has(share, "proto") && !has(share, "tcp") && !has(share, "udp"))
		text_add(&text, ",proto=tcp");
	if ((flags & NFS_FIXED) && !nfs_names_caching(share))
		text_add(&text, ",nocto,actimeo=3600");
	if (flags & NFS_SOFT)
		text_add(&text, ",soft,timeo=50,retrans=2");
	add_given(&text, share);
	return text_check(&text);
}
