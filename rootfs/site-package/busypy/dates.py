"""Read the dates that date -d and touch -d are given. Pure: the present is an argument."""

import re
import time

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600,
         "day": 86400, "week": 604800, "fortnight": 1209600}
WORDS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1, "midnight": 0, "noon": 0}
ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "bst": 1, "cet": 1, "cest": 2, "eet": 2,
         "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
         "pst": -8, "pdt": -7, "jst": 9}
ORDINALS = {"last": -1, "this": 0, "next": 1, "first": 1, "third": 3, "fourth": 4, "fifth": 5,
            "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
            "twelfth": 12}

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
        self.year_told = True
        self.weekday = None
        self.weeks = 0

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
            if self.weeks and (self.weeks < 0 or self.weekday != here):
                day += 7 * (self.weeks - (self.weeks > 0))
            elif self.weeks:
                day += 7 * self.weeks
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
    if not text.isascii():
        raise Bad
    reading, at = Reading(now, utc), 0
    if not text:
        reading.set_time(0, 0)
    while (at := GAP.match(text, at).end()) < len(text):
        for pattern, take in ITEMS:
            match = pattern.match(text, at)
            if match and take(reading, match) is not False:
                at = match.end()
                break
        else:
            raise Bad
    return reading.result()


# What each item of a date does with what has been read; False: it is something else.

def year_first(reading, match):
    reading.set_date(int(match[1]), int(match[3]), int(match[4]))


def month_first(reading, match):
    reading.set_date(year_of(reading, match[3]), int(match[1]), int(match[2]))


def day_and_month(reading, match):
    reading.set_date(year_of(reading, match[3]), MONTHS.index(match[2]) + 1, int(match[1]))
    reading.year_told = match[3] is not None


def month_and_day(reading, match):
    reading.set_date(year_of(reading, match[3]), MONTHS.index(match[1]) + 1, int(match[2]))
    reading.year_told = match[3] is not None


def year_of(reading, text):
    """The year that digits tell; without them this one."""
    if text is None:
        return reading.day[0]
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year >= 69 else 2000)


def clock(reading, match):
    half = match[5] and match[5] + "m"
    reading.set_time(int(match[1]), int(match[2]), int(match[3] or 0), match[4], half)


def hour(reading, match):
    reading.set_time(int(match[1]), 0, half=match[2] + "m")


def offset(reading, match):
    if not reading.timed:
        return False
    hours, minutes = match[2], match[3]
    seconds = int(hours) * 3600 + int(minutes or 0) * 60
    reading.zone = seconds if match[1] == "+" else -seconds
    return True


def zone(reading, match):
    reading.zone = ZONES[match[1]] * 3600


def weekday(reading, match):
    reading.weekday = DAYS.index(match[2])
    reading.weeks = ORDINALS.get(match[1], 0)


def relative(reading, match):
    count = match[1]
    if count is None:
        count = 1
    elif count in ORDINALS:
        count = ORDINALS[count]
    else:
        count = int(count.replace(" ", ""))
    reading.shift(-count if match[3] else count, match[2])


def word(reading, match):
    reading.days += WORDS[match[1]]
    if match[1] == "midnight":
        reading.set_time(0, 0)
    elif match[1] == "noon":
        reading.set_time(12, 0)


def number(reading, match):
    """Digits alone: a year after a date without one, YYYYMMDD, or a time of day."""
    digits = match[1]
    if reading.dated and not reading.year_told and (reading.timed or len(digits) > 2):
        reading.set_date(year_of(reading, digits), *reading.day[1:])
        reading.year_told = True
    elif len(digits) > 4:
        reading.set_date(int(digits[:-4]), int(digits[-4:-2]), int(digits[-2:]))
    elif len(digits) > 2:
        reading.set_time(int(digits[:-2]), int(digits[-2:]))
    else:
        reading.set_time(int(digits), 0)


def names(words):
    return "|".join(sorted(words, key=len, reverse=True))


GAP = re.compile(r"(?:[\s,]|t(?=\d)|-(?=\d\d?:)|of\b|at\b|and\b)*")
MONTH = "(%s)[a-z]*\\.?" % "|".join(MONTHS)
UNIT = r"(%s)s?\b" % names([*UNITS, "month", "year"])
ITEMS = [(re.compile(pattern), take) for pattern, take in (
    (r"(\d{4,})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)", year_first),
    (r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?(?!\d)", month_first),
    (r"(\d{1,2})[-\s]*%s(?:[-\s,]+(\d{4})(?![:\d])|-(?:\d\d)(?!\d))?" % MONTH, day_and_month),
    (r"%s[-\s]*(\d{1,2})(?![:\d])(?:\s*,?\s*(\d{4})(?![:\d]))?" % MONTH, month_and_day),
    (r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?(?:\s*([ap])\.?m\b\.?)?(?!\d)", clock),
    (r"(\d{1,2})\s*([ap])\.?m\b\.?", hour),
    (r"(?:(%s)\s+)?(%s)(?:(?:s|nes|rs|ur)?day|s|nes|r|rs)?\b\.?"
     % (names(ORDINALS), "|".join(DAYS)), weekday),
    (r"(?:([+-]?\s*\d{1,9}|%s)\s*)?%s(\s+ago\b)?" % (names(ORDINALS), UNIT), relative),
    (r"([+-])(\d\d):?(\d\d)?(?!\d)(?!\s*%s)" % UNIT, offset),
    (r"(%s)\b" % names(ZONES), zone),
    (r"(%s)\b" % names(WORDS), word),
    (r"(\d{1,12})(?![\d:])", number))]
