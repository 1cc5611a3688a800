import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openStores, type Stores } from "../../storage/index.ts";
import { Follower } from "../contracts/watching.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into
  readonly body: any;
}

const day = 86_400_000;
const json = { "content-type": "application/json" };

describe.each([...runtimes])("what the %s server watches", (runtime) => {
  let server: RunningServer;
  let stores: Stores;
  const clock = { now: Date.now() };
  const follower = () => new Follower(stores, clock);
  beforeAll(async () => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    server = await startServer(runtime, { databaseUrl });
    stores = await openStores({ url: databaseUrl });
  });
  afterAll(async () => {
    await stores.log.close();
    await server.stop();
  });

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${server.url}/api/v1/${path}`, init);
    return { status: response.status, body: await response.json() };
  }
  const send = (method: string, path: string, body: object) =>
    ask(path, { method, headers: json, body: JSON.stringify(body) });
  const report = (asset_key: string, fields: object = {}) =>
    send("POST", "events", { type: "ASSET_MATERIALIZATION", asset_key, ...fields });
  const daysAgo = (days: number) => new Date(Date.now() - days * day).toISOString();

  /** Judges what is due, also beside a server that does so itself, until an answer is as expected. */
  async function until(path: string, holds: (body: Answer["body"]) => boolean): Promise<Answer["body"]> {
    const own = follower();
    await own.take(runtime);
    for (;;) {
      clock.now = Date.now();
      await own.follow();
      const { body } = await ask(path);
      if (holds(body)) return body;
    }
  }

  test("a late asset is FAIL, its alert fires, and its next report resolves that", async () => {
    const freshness = { type: "time_window", fail_window: "1d" };
    await send("PUT", "definitions?source=late", { assets: [{ key: "late/orders", owners: ["team:a"], freshness }] });
    await report("late/orders", { timestamp: daysAgo(3) });
    const { alerts } = await until("alerts?status=firing&prefix=late", (body) => body.alerts.length === 1);
    const [alert] = alerts;
    expect(alert).toMatchObject({
      ...{ kind: "freshness", status: "firing", severity: "ERROR", asset_key: ["late", "orders"], partition: null },
      ...{ check_name: null, resolved_at: null, muted_until: null, owners: ["team:a"], group: null, tags: {} },
    });
    expect((await ask(`events/${alert.event_id}`)).body).toMatchObject({ type: "FRESHNESS_STATE_CHANGE" });
    expect((await ask("freshness?prefix=late")).body.subjects).toMatchObject([
      { asset_key: ["late", "orders"], partition: null, state: "FAIL", since: alert.since },
    ]);
    const record = { state: "FAIL", since: alert.since, policy: freshness, partitions: null };
    expect((await ask("assets/late/orders")).body.freshness).toMatchObject(record);
    expect((await ask("assets?prefix=late")).body.assets).toMatchObject([{ freshness: record }]);

    await report("late/orders");
    await until("alerts?status=firing&prefix=late", (body) => body.alerts.length === 0);
    expect((await ask(`alerts/${alert.id}`)).body).toMatchObject({
      id: alert.id,
      status: "resolved",
      reason: "reported",
    });
    expect((await ask("assets/late/orders")).body.freshness).toMatchObject({ state: "PASS" });
  });

  test("expected partitions have their own states", async () => {
    const name = (days: number) => daysAgo(days).slice(0, 10);
    const freshness = { type: "time_window", fail_window: "1s", lookback: 2 };
    const partitions = { type: "daily", start: name(5) };
    await send("PUT", "definitions?source=daily", { assets: [{ key: "daily/orders", partitions, freshness }] });
    await report("daily/orders", { partition: name(1) });
    const counted = { PASS: 1, FAIL: 1 };
    await until("assets/daily/orders", ({ freshness }) => Bun.deepEquals(freshness?.partitions, counted));
    const { body } = await ask("partitions?asset_key=daily/orders&expected=true");
    expect(body.partitions).toMatchObject([{ partition: name(1), state: "PASS" }]);
    const states = body.missing.map((one: Answer["body"]) => [one.partition, one.state]);
    expect(states).toEqual([
      [name(5), null],
      [name(4), null],
      [name(3), null],
      [name(2), "FAIL"],
    ]);
  });

  test("a check that fails has an alert, until it is closed for good", async () => {
    const check = { type: "ASSET_CHECK_EVALUATION", check_name: "no_nulls", passed: false, severity: "WARN" };
    await report("checked", check);
    const { alerts } = await until("alerts?kind=check&asset_key=checked", (body) => body.alerts.length === 1);
    const [{ id }] = alerts;
    expect(alerts[0]).toMatchObject({ check_name: "no_nulls", severity: "WARN", reason: "check_failed" });
    const closed = await ask(`alerts/${id}/close`, { method: "POST" });
    expect(closed).toMatchObject({ status: 200, body: { id, status: "resolved", reason: "closed" } });
    expect((await ask("alerts?status=firing&asset_key=checked")).body.alerts).toEqual([]);
  });

  test("mutes are kept, shown with the alerts that they mute, and ended", async () => {
    await report("muted/by/prefix", { type: "ASSET_CHECK_EVALUATION", check_name: "c", passed: false });
    await until("alerts?prefix=muted", (body) => body.alerts.length === 1);
    const end = new Date(Date.now() + 3_600_000).toISOString();
    const mute = { prefix: ["muted"], until: end, by: null };
    expect(await send("POST", "alerts/mute", { prefix: "muted", until: end })).toEqual({ status: 200, body: mute });
    expect((await ask("alerts/mutes")).body).toEqual({ mutes: [mute] });
    expect((await ask("alerts?prefix=muted")).body.alerts).toMatchObject([{ status: "firing", muted_until: end }]);
    const unmute = () => ask("alerts/mute?prefix=muted", { method: "DELETE" });
    expect(await unmute()).toEqual({ status: 200, body: { unmuted: true } });
    expect((await unmute()).status).toBe(404);
    expect((await ask("alerts?prefix=muted")).body.alerts).toMatchObject([{ muted_until: null }]);
  });

  test("metrics count all of it", async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const value = (name: string) =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length),
      );
    expect(value('runless_freshness_subjects{state="PASS"}')).toBe(2);
    expect(value('runless_freshness_subjects{state="FAIL"}')).toBe(1);
    expect(value('runless_alerts_firing{kind="freshness",severity="ERROR"}')).toBe(1);
    expect(value('runless_alerts_firing{kind="check",severity="ERROR"}')).toBe(1);
    expect(value("runless_watcher_lag_events")).toBeGreaterThanOrEqual(0);
  });
});
