"""Reports with httpx, many events at once: python report_httpx.py <asset key> <first day> <days>."""

import asyncio
import datetime
import os
import sys
import uuid

import httpx


async def post(client: httpx.AsyncClient, events: list[dict], attempts: int = 6) -> dict:
    """All are recorded, or none. A report that is repeated with its keys is recorded once, so that trying again is safe."""
    keyed = [{"idempotency_key": str(uuid.uuid4()), **event} for event in events]
    for attempt in range(attempts):
        is_last = attempt == attempts - 1
        wait = 0.5 * 2**attempt
        try:
            answer = await client.post("/api/v1/events", json=keyed)
            if is_last or answer.status_code not in (429, 502, 503, 504):
                break
            wait = float(answer.headers.get("retry-after", wait))
        except httpx.TransportError:
            if is_last:
                raise
        await asyncio.sleep(wait)
    if answer.is_error:
        raise SystemExit(f"{answer.status_code}: {answer.json()['error']}")
    return answer.json()


async def main(key: str, first: datetime.date, days: int) -> None:
    token = os.environ.get("RUNLESS_TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    url = os.environ.get("RUNLESS_URL", "http://127.0.0.1:3000")
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        partitions = [(first + datetime.timedelta(days=i)).isoformat() for i in range(days)]
        event = {"type": "ASSET_MATERIALIZATION", "asset_key": key}
        print(await post(client, [{**event, "partition": partition} for partition in partitions]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], datetime.date.fromisoformat(sys.argv[2]), int(sys.argv[3])))
