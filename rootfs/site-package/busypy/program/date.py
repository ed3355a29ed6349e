"""date: show or set the time."""

import os
import time

from busypy import cli

USAGE = """
usage: date [-u] [-R | -I[what]] [-d date | -r file] [+format]
       date [-u] [-s] MMDDhhmm[[CC]YY][.ss]
  -d DATE, --date=DATE  this time instead of now
  -I[WHAT], --iso-8601[=WHAT]  ISO 8601: date, hours, minutes, seconds or ns
  -R, --rfc-email, --rfc-2822  as mail headers have it
  -r FILE, --reference=FILE  when this file was changed
  -s DATE, --set=DATE  set the clock
  -u, --utc, --universal  universal time

Dates: `now`, `2026-11-20 10:11:12.5 +0100`, `20 nov 2026`, `@seconds`, `3 days ago`, `tomorrow`.
"""
ISO = {"date": "%Y-%m-%d", "hours": "%Y-%m-%dT%H%:z", "minutes": "%Y-%m-%dT%H:%M%:z",
       "seconds": "%Y-%m-%dT%H:%M:%S%:z", "ns": "%Y-%m-%dT%H:%M:%S,%N%:z"}


def zone(moment, colon):
    offset = moment.tm_gmtoff or 0
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    return "%s%02d%s%02d" % (sign, minutes // 60, colon, minutes % 60)


def expand(form, seconds, nanoseconds, utc):
    """strftime with GNU's additions: %N, %:z, %s, %P, and the flags - _ 0 ^ #."""
    moment = time.gmtime(seconds) if utc else time.localtime(seconds)
    parts, at = [], 0
    while at < len(form):
        if form[at] != "%" or at + 1 == len(form):
            parts.append(form[at])
            at += 1
            continue
        end = at + 1
        while end < len(form) and form[end] in "-_0^#:123456789EO":
            end += 1
        flags, letter = form[at + 1:end], form[end:end + 1]
        parts.append(field(flags, letter, moment, seconds, nanoseconds, utc))
        at = end + 1
    return "".join(parts)


def field(flags, letter, moment, seconds, nanoseconds, utc):
    width = flags.strip("-_0^#:EO")
    if letter == "N":
        digits = int(width) if width.isdigit() else 9
        return ("%09d" % nanoseconds)[:digits].ljust(digits, "0")
    if letter == "z":
        return zone(moment, ":" if ":" in flags else "")
    simple = {"s": str(seconds), "n": "\n", "t": "\t", "%": "%"}
    if letter == "P":
        return time.strftime("%p", moment).lower()
    if letter == "Z" and utc:
        return "UTC"
    if letter in simple:
        return simple[letter]
    if not (letter.isalpha() and letter.isascii()):
        return "%" + flags + letter
    shown = time.strftime("%" + letter, moment)
    if "^" in flags or "#" in flags:
        shown = shown.upper()
    if "-" in flags:
        return shown.lstrip("0 ") or "0"
    if "_" in flags:
        return (shown.lstrip("0") or "0").rjust(len(shown))
    return shown.rjust(int(width), "0") if width.isdigit() and width else shown


def read(text, now, utc, setting=False):
    """(seconds, nanoseconds) of a text; one that sets the clock may be packed."""
    from busypy import dates  # the price of re, which showing the time does not pay
    words, own = text.strip(), os.environ.get("TZ")
    try:
        if words.startswith('TZ="') and words.count('"') > 1:   # this zone, only to read by
            os.environ["TZ"], words = words[4:].split('"', 1)
            time.tzset()
            utc = False
        found = dates.packed(words, now, utc) if setting else None
        return found if found else dates.parse(words, now, utc)
    except dates.Bad:
        raise cli.Fail("invalid date %s" % cli.quote(text)) from None
    finally:
        if own is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = own
        time.tzset()


def moment_of(opts, now, utc):
    """(seconds, nanoseconds) of the time to show."""
    if opts["d"] is not None:
        return read(opts["d"], now, utc)
    if opts["r"] is not None:
        stamp = os.stat(opts["r"]).st_mtime_ns
    else:
        stamp = time.time_ns()
    return stamp // 1000000000, stamp % 1000000000


def form_of(opts, args):
    formats = [word[1:] for word in args if word.startswith("+")]
    if len(formats) > 1:
        raise cli.Fail("multiple output formats specified")
    if formats:
        return formats[0]
    if opts["R"]:
        return "%a, %d %b %Y %H:%M:%S %z"
    if opts["I"]:
        wanted = "date" if opts["I"] is True else opts["I"]
        matches = [name for name in ISO if name.startswith(wanted)]
        if not matches:
            raise cli.Usage("invalid argument %s for '--iso-8601'" % cli.quote(wanted))
        return ISO[matches[0]]
    return "%a %b %e %H:%M:%S %Z %Y"


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    form = form_of(opts, args)
    setting = [word for word in args if not word.startswith("+")]
    cli.operands(setting, 0, 1)
    if opts["u"]:
        os.environ["TZ"] = "UTC0"  # the words of -d too are then universal time
        time.tzset()
    now = time.time()
    status = 0
    if setting or opts["s"] is not None:
        text = opts["s"] if opts["s"] is not None else setting[0]
        seconds, nanoseconds = read(text, now, opts["u"], bool(setting))
        try:
            time.clock_settime_ns(time.CLOCK_REALTIME, seconds * 1000000000 + nanoseconds)
        except (OSError, OverflowError) as error:
            reason = cli.why(error) if isinstance(error, OSError) else "out of range"
            status = cli.warn("cannot set date: " + reason)
    else:
        seconds, nanoseconds = moment_of(opts, now, opts["u"])
    try:
        shown = expand(form, seconds, nanoseconds, opts["u"])
    except (OverflowError, ValueError, OSError):
        raise cli.Fail("time %d is out of range" % seconds) from None
    cli.out().write(cli.enc(shown) + b"\n")
    return status
