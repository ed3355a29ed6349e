"""id, whoami, groups, logname: print who a user is."""

import os

from busypy import cli

USAGE = """
usage: id [-Ggu [-nr]] [user]
  -g, --group   only the group
  -G, --groups  all groups
  -n, --name    names instead of numbers (with -g, -G, -u)
  -r, --real    the real instead of the effective number (with -g, -u)
  -u, --user    only the user
  -a            ignored
"""
SHORT = "usage: %s [user]"


def user_name(uid):
    import pwd
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def group_name(gid):
    import grp
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return None


def lookup(name):
    """(uid, gid, groups) of a named user, or of this process."""
    if name is None:
        gid = os.getegid()
        return os.geteuid(), gid, [gid] + [g for g in os.getgroups() if g != gid]
    import pwd
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        try:
            entry = pwd.getpwuid(int(name))
        except (KeyError, ValueError, OverflowError):
            raise cli.Fail("%s: no such user" % cli.quote(name)) from None
    return entry.pw_uid, entry.pw_gid, os.getgrouplist(entry.pw_name, entry.pw_gid)


def part(label, number, name):
    return "%s=%d" % (label, number) + ("(%s)" % name if name else "")


def full(name, uid, gid, groups):
    """The long form; effective numbers only where they differ."""
    words = []
    if name is None:
        ruid, rgid = os.getuid(), os.getgid()
        words += [part("uid", ruid, user_name(ruid)), part("gid", rgid, group_name(rgid))]
        if ruid != uid:
            words.append(part("euid", uid, user_name(uid)))
        if rgid != gid:
            words.append(part("egid", gid, group_name(gid)))
    else:
        words += [part("uid", uid, user_name(uid)), part("gid", gid, group_name(gid))]
    listed = (part("", g, group_name(g))[1:] for g in groups)
    return " ".join(words + ["groups=" + ",".join(listed)])


def main(argv):
    if argv[0] != "id":
        return short(argv)
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 1)
    name = args[0] if args else None
    uid, gid, groups = lookup(name)
    mode = [key for key in "ugG" if opts[key]]
    if len(mode) > 1:
        raise cli.Fail("cannot print \"only\" of more than one choice")
    if not mode:
        if opts["n"] or opts["r"]:
            raise cli.Fail("cannot print only names or real IDs in default format")
        cli.out().write(cli.enc(full(name, uid, gid, groups)) + b"\n")
        return 0
    if opts["r"] and name is None:
        uid, gid = os.getuid(), os.getgid()
    numbers = {"u": [uid], "g": [gid], "G": groups}[mode[0]]
    status = 0
    words = []
    for number in numbers:
        text = (user_name if mode == ["u"] else group_name)(number) if opts["n"] else str(number)
        if text is None:
            kind = "user" if mode == ["u"] else "group"
            status = cli.warn("cannot find name for %s ID %d" % (kind, number))
        words.append(text or str(number))
    cli.out().write(cli.enc(" ".join(words)) + b"\n")
    return status


def short(argv):
    """whoami and groups."""
    _, args = cli.parse(argv, SHORT % argv[0])
    cli.operands(args, 0, 1 if argv[0] == "groups" else 0)
    uid, _, groups = lookup(args[0] if args else None)
    if argv[0] == "groups":
        text = " ".join(group_name(g) or str(g) for g in groups)
        text = "%s : %s" % (args[0], text) if args else text
    else:
        text = user_name(uid)
        if text is None:
            raise cli.Fail("cannot find name for user ID %d" % uid)
    cli.out().write(cli.enc(text) + b"\n")
    return 0
