"""Ticks of cron expressions by Vixie cron's rules, from Python's zoneinfo: a second implementation, in JSON lines.

Reads {"zones": [...], "expressions": [...], "start": "2026-01-01", "end": "2028-01-01"} from stdin. Writes, of each zone,
{"zone": ..., "ticks": {expression: [minutes since 1970]}}. Fixed times (no wildcard or step in minute and hour) that
clocks skip run at the first moment after the gap, those that they repeat run once. Other expressions run by elapsed time:
whenever clocks show a time that matches.
"""
import json
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

DAYS = {name: i for i, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
MONTHS = {name: i + 1 for i, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())}


def field(text, low, high, names={}):
    found = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        else:
            ends = [names.get(end.upper()) if end.upper() in names else int(end) for end in span.split("-")]
            first, last = ends[0], ends[-1]
        found.update(range(first, last + 1, int(step or 1)))
    return found


class Expression:
    def __init__(self, text):
        minute, hour, self.dom, month, self.dow = text.split()
        self.minutes = sorted(field(minute, 0, 59))
        self.hours = sorted(field(hour, 0, 23))
        self.days = field(self.dom, 1, 31)
        self.months = field(month, 1, 12, MONTHS)
        self.weekdays = {day % 7 for day in field(self.dow, 0, 7, DAYS)}
        self.is_fixed = not any(sign in minute + hour for sign in "*/")

    def is_day(self, day):
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        # Either will do where both are restricted.
        return of_month or of_week if self.dom != "*" and self.dow != "*" else of_month and of_week


def offset(zone, minute):
    seconds = datetime.fromtimestamp(minute * 60, timezone.utc).astimezone(zone).utcoffset().total_seconds()
    assert seconds % 60 == 0
    return int(seconds // 60)


def spans_of(zone, start, end):
    """(first minute, minute after the last, offset) of each time in which clocks do not change."""
    spans, begin = [], start
    for hour in range(start, end, 60):
        if offset(zone, hour) != offset(zone, min(hour + 60, end)):
            low, high = hour, min(hour + 60, end)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(zone, middle) == offset(zone, hour) else (low, middle)
            spans.append((begin, high, offset(zone, hour)))
            begin = high
    return spans + [(begin, end, offset(zone, begin))]


def local_times(expression, first, last):
    """Wall-clock minutes that match, on the days from first to last."""
    epoch = date(1970, 1, 1)
    for i in range((last - first).days + 1):
        day = first + timedelta(days=i)
        if expression.is_day(day):
            for hour in expression.hours:
                for minute in expression.minutes:
                    yield ((day - epoch).days * 24 + hour) * 60 + minute


def ticks_of(expression, spans, first, last):
    ticks = set()
    for local in local_times(expression, first, last):
        instants = [local - off for begin, end, off in spans if begin <= local - off < end]
        if not expression.is_fixed:
            ticks.update(instants)
        elif instants:
            ticks.add(min(instants))
        else:
            # In a gap: before it by the clock that went, and after it by the clock that came.
            ticks.update(end for (_, end, off), (_, _, later) in zip(spans, spans[1:]) if end + off <= local < end + later)
    return ticks


def main():
    asked = json.load(sys.stdin)
    days = [date.fromisoformat(asked[name]) for name in ("start", "end")]
    start, end = [int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp()) // 60 for day in days]
    slack = timedelta(days=2)
    for name in asked["zones"]:
        spans = spans_of(ZoneInfo(name), start - 2880, end + 2880)
        ticks = {}
        for text in asked["expressions"]:
            found = ticks_of(Expression(text), spans, days[0] - slack, days[1] + slack)
            ticks[text] = sorted(tick for tick in found if start <= tick < end)
        print(json.dumps({"zone": name, "ticks": ticks}))


main()
