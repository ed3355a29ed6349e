"""chown, chgrp: change owner and group of files."""

import os
import stat

from busypy import cli

USAGE = """
usage: %s [-cfhRv] [-H | -L | -P] %s file ...
       %s --reference=file file ...
  -c, --changes  say what was changed
  -f, --quiet, --silent  no messages about what could not be changed
  -H  with -R, follow symbolic links among the operands
  -h, --no-dereference  change symbolic links themselves
  -L  with -R, follow all symbolic links to directories
  -P  with -R, follow no symbolic link (default)
  -R, --recursive  all below directories too
  -v, --verbose  say what is done
  --reference=FILE  take owner and group of this file
"""


def user_id(text):
    import pwd
    try:
        return pwd.getpwnam(text).pw_uid
    except KeyError:
        if text.isascii() and text.isdigit():
            return int(text)
        return None


def group_id(text):
    import grp
    try:
        return grp.getgrnam(text).gr_gid
    except KeyError:
        if text.isascii() and text.isdigit():
            return int(text)
        return None


def owner(text):
    """`user`, `user:group`, `user:` (login group), `:group` -> (uid, gid), -1 for unchanged."""
    name, colon, group = text.partition(":")
    if not colon and "." in text and user_id(text) is None:
        name, colon, group = text.partition(".")
    uid = gid = -1
    if name:
        uid = user_id(name)
        if uid is None:
            raise cli.Fail("invalid user: %s" % cli.quote(text))
    if group:
        gid = group_id(group)
        if gid is None:
            raise cli.Fail("invalid group: %s" % cli.quote(text))
    elif colon and name:
        import pwd
        try:
            gid = pwd.getpwuid(uid).pw_gid
        except KeyError:
            raise cli.Fail("invalid spec: %s" % cli.quote(text)) from None
    return uid, gid


class Changer:
    """The wanted owner and how to go through trees."""

    def __init__(self, opts, uid, gid, group_only):
        self.opts, self.uid, self.gid = opts, uid, gid
        self.what = "group" if group_only else "ownership"
        self.walk = (opts.last("HLP") or "P") if opts["R"] else ""
        self.status = 0

    def fail(self, text):
        if not self.opts["f"]:
            cli.warn(text)
        self.status = 1

    def follows(self, operand):
        if self.opts["h"]:
            return False
        if not self.opts["R"]:
            return True
        return self.walk == "L" or (self.walk == "H" and operand)

    def change(self, path, info):
        follow = self.follows(True) if not self.opts["R"] else not stat.S_ISLNK(info.st_mode)
        try:
            os.chown(path, self.uid, self.gid, follow_symlinks=bool(follow))
        except OSError as error:
            self.fail("changing %s of %s: %s" % (self.what, cli.quote(path), cli.why(error)))
            return
        except OverflowError:
            raise cli.Fail("invalid number of a user or group") from None
        changed = self.uid not in (-1, info.st_uid) or self.gid not in (-1, info.st_gid)
        if self.opts["v"] or (self.opts["c"] and changed):
            verb = "changed" if changed else "retained"
            cli.out().write(cli.enc("%s of %s %s\n" % (self.what, cli.quote(path), verb)))

    def run(self, path):
        pending = [(path, True)]
        while pending:
            path, operand = pending.pop()
            try:
                info = os.stat(path) if self.follows(operand) else os.lstat(path)
            except OSError as error:
                self.fail("cannot access %s: %s" % (cli.quote(path), cli.why(error)))
                continue
            if self.opts["R"] and stat.S_ISDIR(info.st_mode):
                try:
                    names = sorted(os.listdir(path), reverse=True)
                    pending += [(os.path.join(path, name), False) for name in names]
                except OSError as error:
                    self.fail("cannot read directory %s: %s" % (cli.quote(path), cli.why(error)))
            self.change(path, info)


def main(argv):
    group_only = argv[0] == "chgrp"
    form = "group" if group_only else "[user][:[group]]"
    opts, args = cli.parse(argv, USAGE % (argv[0], form, argv[0]))
    if opts["reference"] is not None:
        info = os.stat(opts["reference"])
        uid, gid = info.st_uid, info.st_gid
        uid = -1 if group_only else uid
        cli.operands(args, 1)
    else:
        cli.operands(args, 2)
        uid, gid = owner((":" if group_only else "") + args.pop(0))
    changer = Changer(opts, uid, gid, group_only)
    for path in args:
        changer.run(path)
    return changer.status
