"""Reports to a server in every shape of tests/http/caller-shapes.ts, written as callers write them.

clients.py urllib|requests URL prints one JSON line a shape: {"shape": name, "answers": [{"status", "body"}]}.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

CLIENT, URL = sys.argv[1:]
MATERIALIZATION = f"{URL}/report_asset_materialization"
DAGSTER_PLUS = f"{URL}/prod/report_asset_materialization/"
TOKEN = {"Dagster-Cloud-Api-Token": "user:test:joe"}
DOCS_EXAMPLE = """{
        "asset_key": "shapes_docs",
        "metadata": {
            "rows": 10
        },
    }"""


def post_urllib(url, params=None, payload=None, data=None, headers=None):
    headers = dict(headers or {})
    if payload is not None:
        data = json.dumps(payload)
    if data is not None:
        headers.setdefault("Content-Type", "application/json")
    if params:
        url += "?" + urllib.parse.urlencode(params)
    request = urllib.request.Request(
        url, data=None if data is None else data.encode(), headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return {"status": response.status, "body": response.read().decode()}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "body": error.read().decode()}


def post_requests(url, params=None, payload=None, data=None, headers=None):
    if data is not None:
        headers = {"Content-Type": "application/json", **(headers or {})}
    response = SESSION.post(url, params=params, json=payload, data=data, headers=headers, timeout=10)
    return {"status": response.status_code, "body": response.text}


if CLIENT == "requests":
    import requests

    SESSION = requests.Session()
    post = post_requests
else:
    post = post_urllib


def keyed(rows):
    return post(
        f"{MATERIALIZATION}/shapes/keyed",
        payload={"metadata": {"rows": rows}},
        headers={"Idempotency-Key": "2026-11-23"},
    )


SHAPES = {
    "path key without body or content type": lambda: [post(f"{MATERIALIZATION}/shapes/bare")],
    "trailing slash with the key in the body and an unknown field beside it": lambda: [
        post(
            f"{MATERIALIZATION}/",
            payload={
                "asset_key": "shapes_body_key",
                "metadata": {"rows": 10, "model": "gemini"},
                "run_id": "r-17",
            },
        )
    ],
    "partition and metadata null": lambda: [
        post(
            DAGSTER_PLUS,
            payload={"asset_key": "shapes_nulls", "partition": None, "metadata": None},
            headers=TOKEN,
        )
    ],
    "key as array with slashes inside its parts": lambda: [
        post(
            f"{URL}/report_asset_observation/",
            payload={
                "asset_key": ["shapes", "s3://bucket/path", "orders.parquet"],
                "data_version": "v1",
            },
        )
    ],
    "check by query only": lambda: [
        post(
            f"{URL}/report_asset_check/shapes/checked",
            params={"passed": "false", "check_name": "no_nulls"},
        )
    ],
    "path key and another key in the body": lambda: [
        post(
            f"{MATERIALIZATION}/shapes/path_wins",
            payload={"asset_key": "shapes_body_loses", "partition": "2026-11-23"},
        )
    ],
    "the same report twice": lambda: [
        post(f"{MATERIALIZATION}/shapes/repeated", payload={"metadata": {"rows": 5}}) for _ in range(2)
    ],
    "the same report twice with an Idempotency-Key, then another with that key": lambda: [
        keyed(5),
        keyed(5),
        keyed(6),
    ],
    "the example of Dagster's documentation, with its trailing comma": lambda: [
        post(DAGSTER_PLUS, data=DOCS_EXAMPLE, headers=TOKEN)
    ],
}

for name, send in SHAPES.items():
    print(json.dumps({"shape": name, "answers": send()}))
