"""Leaves out of the generated requests what is wrong for a reason that no OpenAPI document can say."""

import json
import re
import time

import schemathesis

DAY = 24 * 60 * 60
FUTURE_YEAR = time.gmtime(time.time() + DAY).tm_year


def is_ahead(timestamp):
    """A time of next year is refused; one of this year is not sent either, so that the clock does not matter."""
    if isinstance(timestamp, (int, float)) and not isinstance(timestamp, bool):
        return timestamp > time.time()
    if not isinstance(timestamp, str):
        return False
    if re.match(r"\d{4}-", timestamp):
        return int(timestamp[:4]) >= FUTURE_YEAR
    return bool(re.match(r"\d", timestamp)) and float(re.match(r"[\d.]+", timestamp)[0].rstrip(".")) > time.time()


def is_contradiction(event):
    """The clock is not in the document, nor are the two ways to say a partition."""
    if not isinstance(event, dict):
        return False
    both = event.get("partition") is not None and event.get("partitions") is not None
    return both or is_ahead(event.get("timestamp"))


def is_list_of_assets(case):
    """Or one asset by its key, alone."""
    return case.path == "/api/v1/assets" and case.method == "GET"


def is_list_of_checks(case):
    """Of an asset, or those that fail; the prefix is of these."""
    return case.path == "/api/v1/checks" and case.method == "GET"


def is_wipe(case):
    """Of one partition by its name, or of what has none."""
    return case.path == "/api/v1/assets" and case.method == "DELETE"


def is_list_of_definitions(case):
    """Or one definition by its key, alone."""
    return case.path == "/api/v1/definitions" and case.method == "GET"


def is_list_of_partitions(case):
    """Of those that were materialized, or of expected ones, which alone have a time."""
    return case.path == "/api/v1/partitions" and case.method == "GET"


def is_wait(case):
    """At least one of four conditions, and checks by name or all of them."""
    return case.path == "/api/v1/wait"


def is_mute(case):
    """Until a time to come, which the document has no words for."""
    return case.path == "/api/v1/alerts/mute" and case.method == "POST"


def is_unmute(case):
    """Of one asset, or of a key and all below it."""
    return case.path == "/api/v1/alerts/mute" and case.method == "DELETE"


def is_replay(case):
    """Of the events after one, or of all alerts that fire."""
    return case.path.startswith("/api/v1/destinations/") and case.path.endswith("/replay")


def is_document(case):
    """Definitions, of which the OpenAPI document does not say all rules."""
    return case.path == "/api/v1/definitions" and case.method == "PUT"


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """Text goes as it is; anything else is no body of lines, and one of JSON is a line. A body is refused as a whole
    where each of its lines is: the last one here is good."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f'{text}\n{{"type": "ASSET_OBSERVATION", "asset_key": "lines"}}'.encode()


@schemathesis.serializer("application/yaml")
def yaml(context, value):
    """JSON is YAML too."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@schemathesis.deserializer("application/x-ndjson")
def array_of_lines(context, response):
    """The document describes an export as the array of its lines."""
    return [json.loads(line) for line in response.text.split("\n") if line]


@schemathesis.hook
def before_add_examples(context, examples):
    """The examples of all parameters at once, where some exclude each other. A text of YAML is sent as a JSON string."""
    examples[:] = [case for case in examples if not (is_document(case) and case.media_type == "application/yaml")]
    for case in examples:
        case.query.pop("cursor", None)
        if is_list_of_assets(case):
            case.query.pop("asset_key", None)
        if is_list_of_checks(case):
            case.query.pop("prefix", None)
        if is_wipe(case):
            case.query.pop("no_partition", None)
        if is_list_of_definitions(case):
            case.query.pop("asset_key", None)
        if is_unmute(case):
            case.query.pop("prefix", None)
        if is_replay(case):
            case.query.pop("firing", None)
            case.query["after"] = "0"
        if is_mute(case) and isinstance(case.body, dict):
            case.body["until"] = int(time.time()) + DAY
        if is_wait(case):
            case.query.pop("checks", None)
            case.query.pop("fresh", None)


@schemathesis.hook
def before_call(context, case, kwargs):
    """A wait may last for half a minute: here it ends at once."""
    if is_wait(case) and isinstance(case.query, dict):
        given = case.query.get("wait", "30s")
        if isinstance(given, str) and re.fullmatch(r"(?=.)(\d+[wdhm])*(\d+(\.\d+)?s)?", given):
            case.query["wait"] = "0s"


@schemathesis.hook
def filter_case(context, case):
    if not case.meta or not case.meta.generation.mode.is_positive:
        return True
    query = case.query if isinstance(case.query, dict) else {}
    # A cursor is opaque: only the server makes one.
    if "cursor" in query:
        return False
    if is_list_of_assets(case) and "asset_key" in query and len(query) > 1:
        return False
    if is_wipe(case) and "partition" in query and query.get("no_partition") == "true":
        return False
    if is_list_of_checks(case) and ("asset_key" in query) == ("prefix" in query or query.get("failing") == "true"):
        return False
    if is_list_of_checks(case) and "prefix" in query and query.get("failing") != "true":
        return False
    if is_list_of_definitions(case) and "asset_key" in query and len(query) > 1:
        return False
    if is_unmute(case) and ("asset_key" in query) == ("prefix" in query):
        return False
    if is_replay(case) and ("after" in query) == (query.get("firing") == "true"):
        return False
    if is_mute(case) and isinstance(case.body, dict):
        case.body["until"] = int(time.time()) + DAY
    if is_list_of_partitions(case) and ("since" in query or "until" in query):
        return False
    if is_wait(case):
        # Whether there is a policy is no matter of the document.
        if ("checks" in query and "check" in query) or "fresh" in query:
            return False
        if not any(name in query for name in ("partition", "since", "within")):
            return False
        # A pattern can't say that it is more than nothing, and at most 30 years.
        if "within" in query:
            query["within"] = "24h"
    # Zones, crons and keys have rules of their own: what is generated of a document goes by no more than its query.
    if is_document(case):
        case.media_type = "application/json"
        case.body = {"assets": [{"key": "s3/orders"}]}
    if case.operation.path == "/api/v1/events" and case.method == "POST":
        events = case.body if isinstance(case.body, list) else [case.body]
        return not any(is_contradiction(event) for event in events)
    return True
