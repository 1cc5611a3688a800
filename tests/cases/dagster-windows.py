"""Records windows and names of Dagster's time-window partitions around changes of the clock, as JSON on stdout.

Times are minutes since 1970: a row's `starts` are those of its names, and `end` is that of the last. Windows tile.

    python3 -m venv v && v/bin/pip install dagster==1.13.28 && v/bin/python tests/cases/dagster-windows.py > tests/cases/dagster-windows.json
"""
import json
from datetime import datetime, timezone

from dagster import (
    DailyPartitionsDefinition, HourlyPartitionsDefinition, MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition, WeeklyPartitionsDefinition, __version__)
from dagster._core.definitions.partitions.context import partition_loading_context

# zone, first day, the day after the last; each has a change of the clock inside.
spans = [
    ("UTC", "2026-03-28", "2026-03-31"),
    ("Europe/Berlin", "2026-03-28", "2026-03-31"),
    ("Europe/Berlin", "2026-10-24", "2026-10-27"),
    ("America/New_York", "2026-03-07", "2026-03-10"),
    ("America/New_York", "2026-10-31", "2026-11-03"),
    ("America/Santiago", "2026-09-05", "2026-09-08"),
    ("America/Santiago", "2026-04-04", "2026-04-07"),
    ("Australia/Lord_Howe", "2026-10-03", "2026-10-06"),
    ("Australia/Lord_Howe", "2026-04-04", "2026-04-07"),
    ("America/Havana", "2026-03-07", "2026-03-10"),
    ("America/Havana", "2026-10-31", "2026-11-03"),
    ("Asia/Beirut", "2026-03-28", "2026-03-31"),
    ("Asia/Beirut", "2026-10-24", "2026-10-27"),
    ("Africa/Cairo", "2026-04-23", "2026-04-26"),
    ("Africa/Cairo", "2026-10-29", "2026-11-01"),
    ("Pacific/Chatham", "2026-04-04", "2026-04-07"),
    ("Asia/Kolkata", "2026-03-28", "2026-03-31"),
    ("America/Sao_Paulo", "2018-11-03", "2018-11-06"),
    ("America/Sao_Paulo", "2018-02-17", "2018-02-20"),
]
long = [
    ("Europe/Berlin", "2026-01-01", "2027-01-02"),
    ("America/Santiago", "2026-01-01", "2027-01-02"),
    ("America/Havana", "2026-01-01", "2027-01-02"),
]

def minutes(t):
    whole, rest = divmod(t.timestamp(), 60)
    assert rest == 0
    return int(whole)

def record(definition, made, now):
    with partition_loading_context(effective_dt=now):
        keys = made.get_partition_keys()
        windows = [made.time_window_for_partition_key(key) for key in keys]
    assert all(a.end == b.start for a, b in zip(windows, windows[1:]))
    return {"definition": definition, "now": minutes(now), "names": list(keys),
            "starts": [minutes(w.start) for w in windows], "end": minutes(windows[-1].end) if windows else None}


rows = []
def at(day):
    return datetime.fromisoformat(day).replace(tzinfo=timezone.utc)

crons = [("*/15 * * * *", "%Y-%m-%d-%H:%M"), ("0 */4 * * *", "%Y-%m-%d-%H"), ("30 2 * * *", "%Y-%m-%d"),
         ("0 1,13 * * *", "%Y-%m-%dT%H"), ("0 * * * *", "%Y-%m-%dT%H:%M%z")]
for zone, first, last in spans:
    rows.append(record({"type": "daily", "start": first, "timezone": zone}, DailyPartitionsDefinition(first, timezone=zone), at(last)))
    # Dagster's windows of an hour do not tile where clocks change by half of one: they stay half an hour off.
    half = zone == "Australia/Lord_Howe"
    if not half:
        rows.append(record({"type": "hourly", "start": first + "-00:00", "timezone": zone}, HourlyPartitionsDefinition(first + "-00:00", timezone=zone), at(last)))
    for cron, fmt in crons[2:4] if half else crons[1:] if zone != "Europe/Berlin" else crons:
        rows.append(record({"type": "cron", "cron": cron, "fmt": fmt, "start": first, "timezone": zone},
            TimeWindowPartitionsDefinition(start=datetime.fromisoformat(first), fmt=fmt, cron_schedule=cron, timezone=zone), at(last)))
for zone, first, last in long:
    rows.append(record({"type": "weekly", "start": first, "timezone": zone}, WeeklyPartitionsDefinition(first, timezone=zone), at(last)))
    rows.append(record({"type": "monthly", "start": first, "timezone": zone}, MonthlyPartitionsDefinition(first, timezone=zone), at(last)))
    rows.append(record({"type": "daily", "start": first, "timezone": zone}, DailyPartitionsDefinition(first, timezone=zone), at(last)))
for offset in (-3, -1, 1, 2):
    for now in ("2025-12-01", "2026-01-01", "2026-01-02T12:00", "2026-01-06", "2026-01-20"):
        for end in (None, "2026-01-10"):
            d = {"type": "daily", "start": "2026-01-01", "end_offset": offset}
            if end: d["end"] = end
            rows.append(record(d, DailyPartitionsDefinition("2026-01-01", end_date=end, end_offset=offset), at(now)))
for now in ("2025-12-01", "2026-01-02T12:00", "2026-01-20"):
    rows.append(record({"type": "daily", "start": "2026-01-01", "end": "2026-01-10"}, DailyPartitionsDefinition("2026-01-01", end_date="2026-01-10"), at(now)))
lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
print('{"dagster":"%s","rows":[\n%s\n]}' % (__version__, lines))
