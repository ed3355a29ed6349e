/* SPDX-License-Identifier: MIT */
/* The kernel command line, command texts, and mountinfo's lines: what PID 1 reads besides inittab.
 */
#include "core/cmdline.h"

#include <errno.h>

#include "core/command.h"
#include "core/err.h"
#include "core/mountline.h"
#include "core/str.h"
#include "check.h"

static struct cmdline cmdline;

/* Parses a whole line; the last complaint, or "". */
static const char *parse_bytes(const char *line, size_t n)
{
	static struct err err;
	size_t at = 0;
	int r;

	err.text[0] = '\0';
	cmdline_init(&cmdline);
	while ((r = cmdline_next(line, n, &at, &cmdline, &err)) != 0)
		;
	return err.text;
}

static const char *parse(const char *line)
{
	return parse_bytes(line, strlen(line));
}

static void check_options(void)
{
	CHECK_TEXT(parse("root=/dev/nfs ro quiet\n"), "", "other words");
	CHECK(cmdline.start == CMDLINE_INITTAB && cmdline.fail == CMDLINE_RESCUE &&
		      cmdline.shutdown_s == 90 && cmdline.grace_s == 1 && !cmdline.respawn_count &&
		      !cmdline.debug && !cmdline.overlay && !cmdline.arch[0],
	      "the defaults");
	CHECK_TEXT(parse("busypy.init=/bin/x"), "", "init");
	CHECK(cmdline.start == CMDLINE_INIT, "init");
	CHECK_TEXT(cmdline.program, "/bin/x", "init");
	CHECK_TEXT(parse("a=\"b c\" \"busypy.run=/bin/x 'a b'\" d"), "", "a quoted word");
	CHECK_TEXT(cmdline.program, "/bin/x 'a b'", "a quoted word");
	CHECK_TEXT(parse("busypy.run=\"/bin/x y\""), "", "a quoted value");
	CHECK_TEXT(cmdline.program, "/bin/x y", "a quoted value");
	CHECK_TEXT(parse("root=/dev/nfs nfsroot=/x,ro ip=a ip=b init=/i busypy.lease=s:/l"), "",
		   "words of the kernel");
	CHECK_TEXT(cmdline.root, "/dev/nfs", "root=");
	CHECK_TEXT(cmdline.nfsroot, "/x,ro", "nfsroot=");
	CHECK_TEXT(cmdline.ip, "b", "the last ip= counts");
	CHECK_TEXT(cmdline.init, "/i", "init=");
	CHECK_TEXT(cmdline.lease, "s:/l", "a share for leases");
	CHECK_TEXT(parse("busypy.shell busypy.debug=1 busypy.overlay=0"), "", "flags");
	CHECK(cmdline.start == CMDLINE_SHELL && cmdline.debug && !cmdline.overlay, "flags");
	CHECK_TEXT(parse("busypy.arch=aarch64 busypy.fail=reboot busypy.grace=0 "
			 "busypy.shutdown=5 busypy.respawn=3/60"),
		   "", "values");
	CHECK_TEXT(cmdline.arch, "aarch64", "values");
	CHECK(cmdline.fail == CMDLINE_REBOOT && cmdline.grace_s == 0 && cmdline.shutdown_s == 5 &&
		      cmdline.respawn_count == 3 && cmdline.respawn_s == 60,
	      "values");
	CHECK_TEXT(parse("busypy.respawn=3/60 busypy.respawn=0"), "", "a limiter turned off");
	CHECK(cmdline.respawn_count == 0, "a limiter turned off");
	CHECK_TEXT(parse("busypy.shell busypy.shell=0"),
		   "1:14: busypy.shell contradicts an earlier option; the last one counts", "off");
	CHECK(cmdline.start == CMDLINE_INITTAB, "a shell turned off");
	CHECK_TEXT(parse("busypy.image=images/a.erofs"), "", "an image");
	CHECK_TEXT(cmdline.image, "images/a.erofs", "an image");
	CHECK_TEXT(parse("busypyx=1 busypy"), "", "words that only look like ours");
	CHECK_TEXT(parse("busypy.shell=0 busypy.fail=reboot busypy.fail=rescue"), "", "defaults");
	CHECK(cmdline.start == CMDLINE_INITTAB && cmdline.fail == CMDLINE_RESCUE, "given");
	CHECK_TEXT(parse("a\tbusypy.debug\vb\fbusypy.overlay\rip=c\n"), "", "all kinds of blanks");
	CHECK(cmdline.debug && cmdline.overlay, "all kinds of blanks");
	CHECK_TEXT(parse_bytes("busypy.debug\0 busypy.overlay", 29), "", "a NUL ends the line");
	CHECK(cmdline.debug && !cmdline.overlay, "a NUL ends the line");
	CHECK_TEXT(parse_bytes("busypy.debug \0busypy.overlay", 29), "", "after a blank, too");
	CHECK(cmdline.debug && !cmdline.overlay, "after a blank, too");
}

/* KEY= and a value of n bytes, as PID 1 takes it from its own arguments. */
static const char *take_long(const char *key, size_t n)
{
	static char line[2 * CMDLINE_VALUE_MAX];
	static struct err err;
	size_t used = strlen(key);

	memcpy(line, key, used);
	memset(line + used, 'x', n);
	line[used + n] = '\0';
	err.text[0] = '\0';
	cmdline_init(&cmdline);
	(void)cmdline_take(line, 7, &cmdline, &err);
	return err.text;
}

static void check_long_values(void)
{
	static const char *const keys[] = { "busypy.init", "busypy.arch", "busypy.lease",
					    "busypy.image" };
	static char line[2 * CMDLINE_VALUE_MAX] = "root=";
	struct text text;
	char wanted[256], key[64];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		text_init(&text, wanted, sizeof(wanted));
		text_addf(&text, "1:7: %s cannot be '", keys[i]);
		for (size_t n = 0; n < 64; n++)
			text_add(&text, "x");
		text_add(&text, "', ignoring");
		text_init(&text, key, sizeof(key));
		text_addf(&text, "%s=", keys[i]);
		CHECK_TEXT(take_long(key, CMDLINE_VALUE_MAX), wanted, keys[i]);
	}
	CHECK_TEXT(take_long("busypy.run=", CMDLINE_VALUE_MAX + 60),
		   "1:7: the option is too long, ignoring", "longer than any");
	memset(line + 5, 'x', CMDLINE_VALUE_MAX);
	CHECK_TEXT(parse(line), "1:1: root= is too long, ignoring", "a root that is too long");
	CHECK_TEXT(cmdline.root, "", "a root that is too long");
}

static void check_mistakes(void)
{
	static const char *const wrong[][2] = {
		{ "a busypy.foo", "1:3: there is no option busypy.foo, ignoring" },
		{ "  busypy.", "1:3: there is no option busypy., ignoring" },
		{ "busypy.init", "1:1: busypy.init needs a value, ignoring" },
		{ "busypy.init=", "1:1: busypy.init cannot be '', ignoring" },
		{ "busypy.grace=-1", "1:1: busypy.grace cannot be '-1', ignoring" },
		{ "busypy.grace=86401", "1:1: busypy.grace cannot be '86401', ignoring" },
		{ "busypy.debug=yes", "1:1: busypy.debug cannot be 'yes', ignoring" },
		{ "busypy.fail=panic", "1:1: busypy.fail cannot be 'panic', ignoring" },
		{ "busypy.image=", "1:1: busypy.image cannot be '', ignoring" },
		{ "busypy.image", "1:1: busypy.image needs a value, ignoring" },
		{ "busypy.lease=", "1:1: busypy.lease cannot be '', ignoring" },
		{ "busypy.arch=../x", "1:1: busypy.arch cannot be '../x', ignoring" },
		{ "busypy.respawn=0/5", "1:1: busypy.respawn cannot be '0/5', ignoring" },
		{ "busypy.respawn=5/", "1:1: busypy.respawn cannot be '5/', ignoring" },
		{ "busypy.respawn=5/0", "1:1: busypy.respawn cannot be '5/0', ignoring" },
		{ "busypy.respawn=x/5", "1:1: busypy.respawn cannot be 'x/5', ignoring" },
		{ "busypy.respawn=5", "1:1: busypy.respawn cannot be '5', ignoring" },
		{ "busypy.respawn=1234567890123456/5",
		  "1:1: busypy.respawn cannot be '1234567890123456/5', ignoring" },
		{ "busypy.respawn", "1:1: busypy.respawn needs a value, ignoring" },
		{ "busypy.shutdown", "1:1: busypy.shutdown needs a value, ignoring" },
		{ "busypy.shutdown=x", "1:1: busypy.shutdown cannot be 'x', ignoring" },
		{ "busypy.fail", "1:1: busypy.fail needs a value, ignoring" },
		{ "busypy.shell=x", "1:1: busypy.shell cannot be 'x', ignoring" },
		{ "busypy.arch", "1:1: busypy.arch needs a value, ignoring" },
		{ "busypy.arch=", "1:1: busypy.arch cannot be '', ignoring" },
		{ "busypy.arch=.", "1:1: busypy.arch cannot be '.', ignoring" },
		{ "busypy.init=a busypy.run=b",
		  "1:15: busypy.run contradicts an earlier option; the last one counts" },
	};
	static char line[4096];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_TEXT(parse(wrong[i][0]), wrong[i][1], wrong[i][0]);
	memset(line, 'x', sizeof(line));
	memcpy(line, "busypy.init=", 12);
	CHECK_TEXT(parse_bytes(line, sizeof(line)), "1:1: the option is too long, ignoring",
		   "4 kB in one option");
	CHECK(cmdline.start == CMDLINE_INITTAB, "4 kB in one option");
	memset(line, 'x', sizeof(line));
	memcpy(line + sizeof(line) - 14, " busypy.debug ", 14);
	CHECK_TEXT(parse_bytes(line, sizeof(line)), "", "an option behind 4 kB");
	CHECK(cmdline.debug, "an option behind 4 kB");
}

static struct command command;

static void check_commands(void)
{
	static char line[sizeof(command.text) + 1];

	CHECK(command_parse("/bin/x  a\tb ", &command) == 0, "words");
	CHECK_TEXT(command.path, "/bin/x", "words");
	CHECK_TEXT(command.argv[2], "b", "words");
	CHECK(!command.argv[3] && !command.login && !command.shell, "words");
	CHECK(command_parse("-/bin/sh", &command) == 0 && command.login, "a login shell");
	CHECK_TEXT(command.path, "/bin/sh", "a login shell");
	CHECK_TEXT(command.argv[0], "-/bin/sh", "a login shell");
	CHECK(command_parse(" x", &command) == 0, "a blank before the command");
	CHECK_TEXT(command.path, "", "a blank before the command");
	CHECK(command_parse("-a; b", &command) == 0 && command.shell, "a shell");
	CHECK_TEXT(command.argv[0], "-/bin/sh", "a shell");
	CHECK_TEXT(command.argv[2], "exec a; b", "a shell");
	CHECK(command_parse("", &command) == 0 && !command.argv[0], "nothing");
	CHECK(command_parse("a; b", &command) == 0 && command.shell && !command.login,
	      "a shell that is not a login shell");
	CHECK_TEXT(command.argv[0], "/bin/sh", "a shell that is not a login shell");
	memset(line, 'x', sizeof(line) - 1);
	CHECK(command_parse(line, &command) == -E2BIG, "more than a command can be");
}

static void check_roots(void)
{
	static const char line[] = "36 35 98:0 /sub\\0401 /mnt\\0402 rw - ext3 /dev/root rw";
	static const char *const cut[] = { "36",
					   "36 35",
					   "36 35 98:0",
					   "36 35 98:0 /",
					   "36 35 98:0 x /y",
					   "36 35 98:0 /x y",
					   "36 35 98:0 /\\000 /y",
					   "36 35 98:0 /x /\\000",
					   "36 35 1234567890:1234567890123 / /y" };
	struct mountline_root mount;

	CHECK(mountline_root(line, sizeof(line) - 1, 36, &mount) == 1, "a mount by its number");
	CHECK_TEXT(mount.device, "98:0", "its device");
	CHECK_TEXT(mount.root, "/sub 1", "its root, unescaped");
	CHECK_TEXT(mount.path, "/mnt 2", "its mount point, unescaped");
	CHECK(mountline_root(line, sizeof(line) - 1, 35, &mount) == 0, "another's");
	CHECK(mountline_root("x", 1, 35, &mount) == 0, "no number");
	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++)
		CHECK(mountline_root(cut[i], strlen(cut[i]), 36, &mount) == -EINVAL, cut[i]);
}

static void check_mounts(void)
{
	static const char line[] =
		"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw";
	/* what begins like an escape, but stands for no byte */
	static const char *const kept[] = { "/a\\",    "/a\\04",  "/a\\480", "/a\\408", "/a\\080",
					    "/a\\04:", "/a\\/00", "/a\\0/0", "/a\\00/" };
	static char longer[8192];
	struct mountline mount;

	CHECK(mountline_parse(line, sizeof(line) - 1, &mount) == 0, "a line of proc(5)");
	CHECK_TEXT(mount.path, "/mnt 2", "the mount point, unescaped");
	CHECK_TEXT(mount.type, "ext3", "the type");
	CHECK_TEXT(mount.source, "/dev/root", "the source");
	CHECK(mountline_parse(line, 30, &mount) == -EINVAL, "a line that is cut");
	CHECK(mountline_parse("", 0, &mount) == -EINVAL, "an empty line");
	CHECK(mountline_parse("1 2 3 4 x - y", 13, &mount) == -EINVAL, "no path");
	CHECK(mountline_parse("1 2 3 4 ", 8, &mount) == -EINVAL, "nothing after the root");
	CHECK(mountline_parse("1 2 3 4 /x rw -", 15, &mount) == -EINVAL, "no type");
	CHECK(mountline_parse("1 2 3 4 /x rw", 13, &mount) == -EINVAL, "no dash");
	CHECK(mountline_parse("1 2 3 4 /x rw a - t", 19, &mount) == 0 && !mount.source[0],
	      "no source");
	CHECK(mountline_parse("1 2 3 4 /\0 rw - t s", 19, &mount) == -EINVAL, "a NUL");
	CHECK(mountline_parse("1 2 3 4 /x rw - \\000 s", 22, &mount) == -EINVAL, "one escaped");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct text text;
		char odd[128];

		text_init(&text, odd, sizeof(odd));
		text_addf(&text, "1 2 3:4 / %s rw - t s", kept[i]);
		CHECK(mountline_parse(odd, text.used, &mount) == 0, kept[i]);
		CHECK_TEXT(mount.path, kept[i], "is no escape and stays");
	}
	memset(longer, 'x', sizeof(longer) - 1);
	memcpy(longer, "1 2 3:4 / /", 11);
	memcpy(longer + sizeof(longer) - 12, " rw - t src", 11);
	CHECK(mountline_parse(longer, sizeof(longer) - 1, &mount) == -EINVAL, "a path too long");
}

static int fuse_user(const char *line, uint64_t number, uint64_t *ret)
{
	*ret = 12345;
	return mountline_fuse_user(line, strlen(line), number, ret);
}

static void check_fuse_users(void)
{
	static const char *const untold[] = {
		"36 35 0:50 / /m rw - fuse s rw,xuser_id=0",
		"36 35 0:50 / /m rw - fuse s rw,user_id=",
		"36 35 0:50 / /m rw - fuse s rw,user_id=,group_id=0",
		"36 35 0:50 / /m rw - fuse s rw,user_id=00000000000",
		"36 35 0:50 / /m rw - fuse user_id=0",
		"36 35 0:50 / /m rw,user_id=0 user_id=0",
		"36 35 0:50 / /virtiofs rw - virtiofs2 virtiofs rw",
		"36",
	};
	uint64_t user;

	CHECK(fuse_user("36 35 0:50 / /m rw - fuse s rw,user_id=1000,group_id=0", 36, &user) == 1 &&
		      user == 1000,
	      "who mounted a FUSE file system");
	CHECK(fuse_user("36 35 0:50 / /m rw master:1 - fuseblk /dev/x rw,user_id=0", 36, &user) ==
			      1 &&
		      user == 0,
	      "root");
	CHECK(fuse_user("36 35 0:50 / /tmp/,user_id=0 rw - fuse.x user_id=0 rw,user_id=7", 36,
			&user) == 1 &&
		      user == 7,
	      "not what path and source say");
	CHECK(fuse_user("36 35 0:50 / /m rw - virtiofs tag rw", 36, &user) == 1 && user == 0,
	      "only root mounts virtiofs");
	CHECK(fuse_user("36 35 0:50 / /m rw - fuse.xyz s rw,user_id=7", 36, &user) == 1 &&
		      user == 7,
	      "a type of the same length");
	CHECK(fuse_user("36 35 0:50 / /m rw - fuse s rw,user_id=7:x", 36, &user) == 1 && user == 7,
	      "digits end where there are none");
	CHECK(fuse_user("36 35 0:50 / /m rw - fuse s rw,user_id=0", 3, &user) == 0, "another");
	CHECK(fuse_user("36 35 0:50 / /m rw - fuse s rw,user_id=0", 35, &user) == 0, "its parent");
	CHECK(fuse_user("", 36, &user) == 0, "no line");
	for (size_t i = 0; i < sizeof(untold) / sizeof(untold[0]); i++)
		CHECK(fuse_user(untold[i], 36, &user) == -EINVAL, untold[i]);
}

int main(void)
{
	check_options();
	check_mistakes();
	check_long_values();
	check_commands();
	check_mounts();
	check_roots();
	check_fuse_users();
	return done();
}
