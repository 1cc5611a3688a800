"""Reports with requests: python report_requests.py <asset key> <rows>. RUNLESS_URL and RUNLESS_TOKEN say where to."""

import datetime
import os
import sys
import uuid

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def new_session() -> requests.Session:
    """Tries again where no answer came or the server asks for it, and waits as long as its Retry-After says."""
    retry = Retry(total=5, backoff_factor=0.5, status_forcelist=[429, 502, 503, 504], allowed_methods=["POST"])
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=retry))
    session.mount("https://", HTTPAdapter(max_retries=retry))
    if token := os.environ.get("RUNLESS_TOKEN"):
        session.headers["Authorization"] = f"Bearer {token}"
    return session


def report(session: requests.Session, event: dict) -> int:
    """Returns the event's id once it is on disk. The key makes every attempt the same report: it is recorded once."""
    url = os.environ.get("RUNLESS_URL", "http://127.0.0.1:3000")
    keyed = {"idempotency_key": str(uuid.uuid4()), **event}
    answer = session.post(f"{url}/api/v1/events", json=keyed, timeout=30)
    if not answer.ok:
        raise SystemExit(f"{answer.status_code}: {answer.json()['error']}")
    return answer.json()["id"]


if __name__ == "__main__":
    key, rows = sys.argv[1], int(sys.argv[2])
    materialization = {
        "type": "ASSET_MATERIALIZATION",
        "asset_key": key,
        "partition": datetime.date.today().isoformat(),
        "metadata": {"rows": rows, "source": {"type": "url", "raw_value": "https://example.com/orders.csv"}},
    }
    check = {
        "type": "ASSET_CHECK_EVALUATION",
        "asset_key": key,
        "check_name": "has_rows",
        "passed": rows > 0,
    }
    with new_session() as session:
        print([report(session, event) for event in (materialization, check)])
