"""Read the dates that date -d and touch -d are given. Pure: the present is an argument."""

import re
import time

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600,
         "day": 86400, "week": 604800, "fortnight": 1209600}
WORDS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0}

DATE = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?:[t-](?=\d)|$)"
                  r"|(\d{1,2})/(\d{1,2})/(\d{4})$")
TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(am|pm)?")
ZONE = re.compile(r"([+-])(\d\d):?(\d\d)?$")
PACKED = re.compile(r"(\d{8})(\d\d)?(\d\d)?(?:\.(\d\d))?$")


class Bad(ValueError):
    """Not a date."""


class Reading:
    """What the words have said so far."""

    def __init__(self, now, utc):
        self.zone = 0 if utc else None
        local = time.gmtime(now) if utc else time.localtime(now)
        self.day = list(local[:3])
        self.clock = list(local[3:6])
        self.fraction = None
        self.months = self.days = self.seconds = 0
        self.timed = self.dated = False
        self.weekday = None

    def set_date(self, year, month, day):
        if not 1 <= month <= 12:
            raise Bad
        length = days_from_civil(year, month + 1, 1) - days_from_civil(year, month, 1) \
            if month < 12 else 31
        if not 1 <= day <= length:
            raise Bad
        self.day, self.dated = [year, month, day], True

    def set_time(self, hour, minute, second=0, fraction=None, half=None):
        if half:
            if not 1 <= hour <= 12:
                raise Bad
            hour = hour % 12 + (12 if half == "pm" else 0)
        if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 60):
            raise Bad
        self.clock, self.fraction, self.timed = [hour, minute, second], fraction, True

    def shift(self, count, unit):
        unit = unit[:-1] if unit.endswith("s") and unit != "s" else unit
        if unit == "month":
            self.months += count
        elif unit == "year":
            self.months += 12 * count
        elif unit in ("day", "week", "fortnight"):
            self.days += count * UNITS[unit] // 86400
        elif unit in UNITS:
            self.seconds += count * UNITS[unit]
        else:
            raise Bad

    def result(self):
        """(seconds, nanoseconds)."""
        year, month, day = self.day
        month += self.months
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        clock = self.clock
        if not self.timed and (self.dated or self.weekday is not None):
            clock = [0, 0, 0]
        day += self.days
        if self.weekday is not None:
            here = (days_from_civil(year, month, day) + 3) % 7
            day += (self.weekday - here) % 7
        seconds = days_from_civil(year, month, day) * 86400
        seconds += clock[0] * 3600 + clock[1] * 60 + clock[2]
        if self.zone is None:
            seconds = local_seconds(year, month, day, clock)
        else:
            seconds -= self.zone
        nanoseconds = int(((self.fraction or "") + "000000000")[:9])
        return seconds + self.seconds, nanoseconds


def days_from_civil(year, month, day):
    """Days since 1970-01-01; `day` may be any number."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year + day - 1 - 719468


def local_seconds(year, month, day, clock):
    try:
        return int(time.mktime((year, month, day, *clock, 0, 0, -1)))
    except (OverflowError, ValueError):
        raise Bad from None


def packed(text, now, utc):
    """MMDDhhmm[[CC]YY][.ss] (date's operand), or None."""
    match = PACKED.match(text)
    if not match:
        return None
    stamp, first, second, seconds = match.groups()
    month, day, hour, minute = (int(stamp[i:i + 2]) for i in (0, 2, 4, 6))
    reading = Reading(now, utc)
    year = reading.day[0]
    if second:
        year = int(first + second)
    elif first:
        year = int(first) + (1900 if int(first) >= 69 else 2000)
    reading.set_date(year, month, day)
    reading.set_time(hour, minute, int(seconds or 0))
    return reading.result()


def touch_stamp(text, now):
    """[[CC]YY]MMDDhhmm[.SS] (touch -t); raises Bad."""
    body, dot, seconds = text.partition(".")
    if not (body.isascii() and body.isdigit()) or len(body) not in (8, 10, 12):
        raise Bad(text)
    if dot and not (seconds.isdigit() and len(seconds) == 2):
        raise Bad(text)
    result = packed(body[-8:] + body[:-8] + dot + seconds, now, False)
    if result is None:
        raise Bad(text)
    return result


def parse(text, now, utc=False):
    """Seconds and nanoseconds of a date in words and numbers; raises Bad."""
    try:
        return _parse(text, now, utc)
    except (Bad, OverflowError, IndexError):
        raise Bad(text) from None


def _parse(text, now, utc):
    text = text.strip().lower()
    if text.startswith("@"):
        match = re.match(r"@(-?\d+)(?:[.,](\d+))?$", text)
        if not match or not text.isascii() or len(text) > 20:
            raise Bad
        return int(match[1]), int(((match[2] or "") + "000000000")[:9])
    reading = Reading(now, utc)
    words = re.findall(r"[^\s,]+", text)
    if not text.isascii():
        raise Bad
    while words:
        words = _word(words, reading)
    return reading.result()


def _word(words, reading):
    """Take one item off the front."""
    word, rest = words[0], words[1:]
    if word in WORDS:
        reading.days += WORDS[word]
        return rest
    if word[:3] in DAYS and word.isalpha() and word not in ("second", "seconds"):
        reading.weekday = DAYS.index(word[:3])
        return rest
    if word[:3] in MONTHS and word.isalpha() and word not in ("month", "months", "second"):
        return _month_first(word, rest, reading)
    match = DATE.match(word)
    if match:
        if match[1]:
            reading.set_date(int(match[1]), int(match[3]), int(match[4]))
        else:
            reading.set_date(int(match[7]), int(match[5]), int(match[6]))
        after = word[match.end():]
        return [after] + rest if after else rest
    match = TIME.match(word)
    if match:
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        reading.set_time(hour, minute, second, match[4], match[5])
        after = word[match.end():]
        return [after] + rest if after else rest
    return _zone_or_count(word, rest, reading)


def _month_first(word, rest, reading):
    """`nov 20 [2026]`."""
    if not rest or not rest[0].isdigit():
        raise Bad
    month, day, rest = MONTHS.index(word[:3]) + 1, int(rest[0]), rest[1:]
    year = reading.day[0]
    if rest and len(rest[0]) == 4 and rest[0].isdigit():
        year, rest = int(rest[0]), rest[1:]
    reading.set_date(year, month, day)
    return rest


def _zone_or_count(word, rest, reading):
    if word in ZONES:
        reading.zone = ZONES[word]
        return rest
    match = ZONE.match(word)
    if match and reading.timed and not (rest and rest[0].rstrip("s") in UNITS):
        offset = int(match[2]) * 3600 + int(match[3] or 0) * 60
        reading.zone = offset if match[1] == "+" else -offset
        return rest
    if word in ("next", "last"):
        if not rest:
            raise Bad
        reading.shift(1 if word == "next" else -1, rest[0])
        return rest[1:]
    match = re.match(r"([+-]?\d{1,9})([a-z]*)$", word)
    if not match:
        raise Bad
    unit, rest = (match[2], rest) if match[2] else (rest[:1] or [""])[0:1] + [rest[1:]]
    if unit[:3] in MONTHS and unit not in ("month", "months", "second", "seconds"):
        return _month_first(unit, [match[1].lstrip("+")] + rest, reading)  # `20 nov 2026`
    count = int(match[1])
    if rest[:1] == ["ago"]:
        count, rest = -count, rest[1:]
    reading.shift(count, unit)
    return rest
