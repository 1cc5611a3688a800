import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openConnection } from "../raw-http.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into
  readonly body: any;
}

const day = 86_400_000;
const json = { "content-type": "application/json" };

describe.each([...runtimes])("what the %s server watches", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(async () => void (await server.stop()));

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${server.url}/api/v1/${path}`, init);
    return { status: response.status, body: await response.json() };
  }
  const send = (method: string, path: string, body: object) =>
    ask(path, { method, headers: json, body: JSON.stringify(body) });
  const report = (asset_key: string, fields: object = {}) =>
    send("POST", "events", { type: "ASSET_MATERIALIZATION", asset_key, ...fields });
  const daysAgo = (days: number) => new Date(Date.now() - days * day).toISOString();

  /** Asks until the server has noticed. */
  async function until(path: string, holds: (body: Answer["body"]) => boolean): Promise<Answer["body"]> {
    for (;;) {
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

  /** An asset of a source of its own that is late already. */
  async function lateAsset(key: string): Promise<void> {
    const freshness = { type: "time_window", fail_window: "1d" };
    await send("PUT", `definitions?source=${key}`, { assets: [{ key, freshness }] });
    await report(key, { timestamp: daysAgo(3) });
    await until(`alerts?asset_key=${key}`, (body) => body.alerts[0]?.status === "firing");
  }
  const lastChange = async (key: string) =>
    (await ask(`events?asset_key=${key}&type=FRESHNESS_STATE_CHANGE&limit=1`)).body.events[0]?.freshness;

  test("a definition that is removed while its asset is late resolves the alert", async () => {
    await lateAsset("removed");
    await send("PUT", "definitions?source=removed&allow_empty=true", { assets: [] });
    const { alerts } = await until("alerts?asset_key=removed", (body) => body.alerts[0].status === "resolved");
    expect(alerts).toMatchObject([{ reason: "policy_removed" }]);
    expect(await lastChange("removed")).toMatchObject({ state: "UNKNOWN", previous_state: "FAIL" });
    expect((await ask("assets?asset_key=removed")).body.freshness).toBeNull();
  });

  test("a definition that is changed while its asset is late keeps the alert, or resolves it", async () => {
    await lateAsset("changed");
    const [before] = (await ask("alerts?asset_key=changed")).body.alerts;
    const change = (fail_window: string) =>
      send("PUT", "definitions?source=changed", {
        assets: [{ key: "changed", freshness: { type: "time_window", fail_window } }],
      });
    await change("2d");
    const failsAt = Date.parse((await ask("assets?asset_key=changed")).body.latest_materialization.timestamp) + 2 * day;
    const isSeen = (body: Answer["body"]) => Date.parse(body.freshness.deadline) === failsAt;
    await until("assets?asset_key=changed", isSeen);
    expect((await ask("alerts?asset_key=changed")).body.alerts).toEqual([before]);
    await change("9d");
    await until("alerts?asset_key=changed", (body) => body.alerts[0].reason === "policy_changed");
    expect(await lastChange("changed")).toMatchObject({ state: "PASS", previous_state: "FAIL" });
  });

  test("an asset that is wiped while it is late begins anew", async () => {
    await lateAsset("wiped");
    await ask("assets?asset_key=wiped", { method: "DELETE" });
    await until("alerts?asset_key=wiped", (body) => body.alerts[0].reason === "wiped");
    expect(await lastChange("wiped")).toMatchObject({ state: "UNKNOWN", previous_state: "FAIL", last_at: null });
    expect((await ask("assets?asset_key=wiped")).body.freshness).toMatchObject({ state: "UNKNOWN", last_at: null });
  });

  test("an import of old events renews nothing", async () => {
    await lateAsset("imported");
    const old = { type: "ASSET_MATERIALIZATION", asset_key: "imported", timestamp: daysAgo(2) };
    const change = { ...old, type: "FRESHNESS_STATE_CHANGE", freshness: { state: "PASS", previous_state: "FAIL" } };
    const body = [old, change].map((line) => JSON.stringify(line)).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    expect((await ask("events", { method: "POST", headers, body })).body).toMatchObject({ recorded: 1, skipped: 1 });
    const isFollowed = ({ freshness }: Answer["body"]) => Date.parse(freshness.last_at) > Date.now() - 2.5 * day;
    const { freshness } = await until("assets?asset_key=imported", isFollowed);
    expect(freshness.state).toBe("FAIL");
    expect((await ask("alerts?asset_key=imported")).body.alerts).toMatchObject([{ status: "firing" }]);
  });

  test("missing static partitions are due when their freshness says", async () => {
    const freshness = { type: "time_window", fail_window: "3d", counts: ["materialization", "observation"] };
    const partitions = { type: "static", keys: ["eu", "us"] };
    await send("PUT", "definitions?source=static", { assets: [{ key: "static/orders", partitions, freshness }] });
    await until("assets/static/orders", ({ freshness }) => freshness?.partitions?.UNKNOWN === 2);
    await send("POST", "events", { type: "ASSET_OBSERVATION", asset_key: "static/orders", partition: "eu" });
    await until("assets/static/orders", ({ freshness }) => freshness?.partitions?.PASS === 1);
    const watched = (await ask("freshness?prefix=static/orders")).body.subjects;
    const { missing } = (await ask("partitions?asset_key=static/orders&missing=true")).body;
    const dueOf = (list: Answer["body"][]) => list.map((one) => [one.partition, one.due_at ?? one.deadline, one.state]);
    expect(dueOf(missing)).toEqual(dueOf(watched));
    expect(dueOf(missing)).toEqual([
      ["eu", expect.any(String), "PASS"],
      ["us", expect.any(String), "UNKNOWN"],
    ]);
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

  test("a body that is not read is no part of the next request of its connection", async () => {
    const connection = await openConnection(Number(new URL(server.url).port));
    const body = `{"of": "${"x".repeat(200_000)}"}`;
    const refused: readonly (readonly [number, string, string, string])[] = [
      [404, "POST", "/api/v1/alerts/999999/close", "application/json"],
      [400, "POST", "/api/v1/alerts/1/close?x=1", "application/json"],
      [415, "POST", "/api/v1/alerts/mute", "text/csv"],
      [400, "POST", "/api/v1/alerts/mute?x=1", "application/json"],
      [413, "POST", "/api/v1/alerts/mute", "application/json"],
      [404, "DELETE", "/api/v1/alerts/mute?prefix=nothing", "application/json"],
    ];
    for (const chunked of [false, true]) {
      for (const [status, method, target, type] of refused) {
        const answer = await connection.send({ method, target, body, chunked, headers: [["content-type", type]] });
        expect([target, answer.status]).toEqual([target, status]);
        const next = await connection.send({ method: "GET", target: "/api/v1/alerts/mutes" });
        expect([target, next.status, next.body]).toEqual([target, 200, '{"mutes":[]}']);
      }
    }
    connection.close();
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
    for (const state of ["PASS", "FAIL", "UNKNOWN"]) {
      const { subjects } = (await ask(`freshness?state=${state}`)).body;
      expect(subjects.length).toBeGreaterThan(0);
      expect(value(`runless_freshness_subjects{state="${state}"}`)).toBe(subjects.length);
    }
    for (const kind of ["freshness", "check"]) {
      const { alerts } = (await ask(`alerts?status=firing&kind=${kind}`)).body;
      expect(alerts.length).toBeGreaterThan(0);
      expect(value(`runless_alerts_firing{kind="${kind}",severity="ERROR"}`)).toBe(alerts.length);
    }
    expect(value("runless_watcher_is_holder")).toBe(1);
    expect(value("runless_watcher_last_evaluation_timestamp_seconds")).toBeGreaterThan(Date.now() / 1000 - 60);
    expect(value("runless_watcher_lag_events")).toBeGreaterThanOrEqual(0);
  });
});
