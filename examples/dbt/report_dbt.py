"""Reports a dbt run: python report_dbt.py [target], after `dbt build`. Nothing but Python's standard library.

A model that was built is a materialization and the check `dbt`, one that failed or was skipped that check alone; a test is
a check of the model that it tests. Running it twice records nothing twice.
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request


def key_of(node: dict) -> list[str]:
    return [node["database"], node["schema"], node["alias"]]


def events_of(result: dict, nodes: dict, run: dict):
    node, status = nodes[result["unique_id"]], result["status"]
    common = {
        "timestamp": result["timing"][-1]["completed_at"] if result["timing"] else run["generated_at"],
        "idempotency_key": f"{run['invocation_id']}/{result['unique_id']}",
    }
    metadata = {"status": status, "seconds": result["execution_time"]}
    if result["message"]:
        metadata["message"] = result["message"]
    if node["resource_type"] == "test":
        tested = node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), None)
        if tested is None or status == "skipped":
            print(f"not reported: {result['unique_id']} ({status}) tested nothing", file=sys.stderr)
            return
        check = {"asset_key": key_of(nodes[tested]), "check_name": node["name"]}
        severity = "WARN" if status == "warn" else "ERROR"
        if result["failures"] is not None:
            metadata["failures"] = result["failures"]
    else:
        check = {"asset_key": key_of(node), "check_name": "dbt"}
        severity = "WARN" if status == "skipped" else "ERROR"
        if status == "success":
            rows = result["adapter_response"].get("rows_affected")
            built = metadata if rows is None else {**metadata, "rows": rows}
            yield {"type": "ASSET_MATERIALIZATION", "asset_key": key_of(node), "metadata": built, **common}
    passed = {"passed": status in ("success", "pass"), "severity": severity}
    yield {"type": "ASSET_CHECK_EVALUATION", **check, **passed, "metadata": metadata, **common}


def post(events: list[dict]) -> str:
    headers = {"content-type": "application/json"}
    if token := os.environ.get("RUNLESS_TOKEN"):
        headers["authorization"] = f"Bearer {token}"
    url = os.environ.get("RUNLESS_URL", "http://127.0.0.1:3000") + "/api/v1/events"
    request = urllib.request.Request(url, json.dumps(events).encode(), headers)
    for wait in (1, 2, 4, 8, None):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504) or wait is None:
                raise SystemExit(f"{error.code}: {error.read().decode()}")
        except OSError as error:  # no answer: it may be recorded, and its keys make it safe to repeat
            if wait is None:
                raise SystemExit(f"{url}: {error}")
        time.sleep(wait)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target")
    run_results = json.loads((target / "run_results.json").read_text())
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = run_results["results"]
    print(post([event for result in results for event in events_of(result, nodes, run_results["metadata"])]))
