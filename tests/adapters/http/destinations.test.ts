import { describe, expect, test } from "bun:test";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { memory } from "./native.ts";
import { standInSendStore } from "./stand-in-send-store.ts";
import { testApp } from "./test-app.ts";

const path = "/api/v1/destinations";

function opened() {
  const sending = standInSendStore();
  const app = testApp({ log: memory(), sending });
  const post = (target: string) => app.request(`${path}/${target}`, { method: "POST" });
  return { sending, post, get: (target = "") => app.request(`${path}${target}`), app };
}

describe("the API of destinations", () => {
  test("lists them with what waits and what is dead, without a part of an address", async () => {
    const { get } = opened();
    const answer = await get();
    expect(await answer.json()).toEqual({
      destinations: [
        {
          ...{ name: "data-chat", type: "slack", status: "active", reason: null, failures: 0, retry_at: null },
          ...{
            event_cursor: 0,
            pending: 0,
            oldest_at: null,
            held: 0,
            dead: 1,
            parked: 0,
            pruned_events: 0,
            left_at: null,
          },
        },
      ],
      is_sending: true,
    });
  });

  test("lists messages, narrowed by destination and status", async () => {
    const { get } = opened();
    const idsOf = async (query: string) => {
      const answer = await get(`/deliveries?${query}`);
      const { deliveries } = (await answer.json()) as { readonly deliveries: readonly { readonly id: number }[] };
      return deliveries.map(({ id }) => id);
    };
    expect(await idsOf("")).toEqual([1]);
    expect(await idsOf("status=dead&destination=data-chat")).toEqual([1]);
    expect(await idsOf("status=pending")).toEqual([]);
    expect((await get("/deliveries?status=late")).status).toBe(400);
    expect(await (await get("/deliveries")).json()).toMatchObject({
      deliveries: [{ message_id: "m1", attempts: 3, answer: "404, refused 3 of 3", ended_at: expect.any(String) }],
    });
  });

  test("passes on what is asked for to the server that sends", async () => {
    const { sending, post } = opened();
    const asked = [
      ...["data-chat/pause", "data-chat/resume", "data-chat/test", "deliveries/1/redeliver", "deliveries/1/drop"],
      ...["data-chat/replay?after=5", "data-chat/replay?firing=true&new_ids=true"],
    ];
    for (const one of asked) expect((await post(one)).status).toBe(200);
    const found = await sending.requests();
    expect(found.map(({ action, argument, option }) => `${action} ${argument} ${option}`)).toEqual([
      ...["pause null null", "resume null null", "test null null", "redeliver 1 null", "drop 1 null"],
      ...["replay 5 events", "replay null firing:new-ids"],
    ]);
  });

  test("refuses what is not there, and a replay of nothing", async () => {
    const { sending, post } = opened();
    const refused = [
      ...[["other/pause", 404] as const, ["deliveries/2/redeliver", 404] as const],
      ...[["data-chat/replay", 400] as const, ["data-chat/replay?after=1&firing=true", 400] as const],
    ];
    for (const [target, status] of refused) expect([target, (await post(target)).status]).toEqual([target, status]);
    expect(await sending.requests()).toEqual([]);
  });

  test("is for admin tokens without a prefix, as is the page", async () => {
    const tokens = [
      namedToken("all", { scopes: ["admin"] }),
      namedToken("s3", { scopes: ["admin"], prefix: ["s3"] }),
      namedToken("reader", { scopes: ["read"] }),
    ];
    const { app } = await guardedApp(tokens, memory(), { sending: standInSendStore() });
    const statusOf = async (name: string, target: string, method = "GET") =>
      (await app.request(target, { method, headers: bearer(name) })).status;
    for (const target of [path, `${path}/deliveries`, "/destinations"]) {
      expect([await statusOf("all", target), await statusOf("s3", target), await statusOf("reader", target)]).toEqual([
        ...[200, 403, 403],
      ]);
    }
    expect(await statusOf("s3", `${path}/data-chat/test`, "POST")).toBe(403);
  });
});

describe("the page of destinations", () => {
  test("shows them, the newest messages and their answers, and asks by its buttons", async () => {
    const { app, sending } = opened();
    const html = await (await app.request("/destinations")).text();
    for (const text of ["data-chat", "slack", "404, refused 3 of 3", 'value="test data-chat"', 'value="redeliver 1"']) {
      expect(html).toContain(text);
    }
    const press = (ask: string) => app.request("/destinations", { method: "POST", body: new URLSearchParams({ ask }) });
    for (const ask of ["test data-chat", "pause data-chat", "redeliver 1"]) {
      const answer = await press(ask);
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/destinations"]);
    }
    expect((await sending.requests()).map(({ action }) => action)).toEqual(["test", "pause", "redeliver"]);
    for (const [ask, status] of [
      ["drop everything", 400],
      ["test other", 404],
      ["redeliver 9", 404],
    ] as const) {
      expect((await press(ask)).status).toBe(status);
    }
  });

  test("says how to begin where nobody is told", async () => {
    const app = testApp({ log: memory(), sending: undefined as never });
    expect(await (await app.request("/destinations")).text()).toContain("Nobody is told of anything");
  });
});
