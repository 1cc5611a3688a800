import { expect, test } from "bun:test";
import fc from "fast-check";
import type { HttpSend } from "../../../adapters/destinations/http-sender.ts";
import type { Answer } from "../../../core/destinations/delivery.ts";
import { materialization } from "../../../core/index.ts";
import { openStores } from "../../../storage/index.ts";
import { report } from "../../../storage/testing/watch-store/follower.ts";
import { type Clock, fileOf, secret, Telling } from "./telling.ts";

const hook = {
  name: "hook",
  type: "webhook",
  url: "https://hooks.example/x",
  secret,
  events: ["ASSET_MATERIALIZATION"],
};

type Step =
  | { readonly type: "report"; readonly assets: readonly number[] }
  | { readonly type: "pass"; readonly seconds: number }
  /** The server is gone without a word; another begins once its lease is nobody's. */
  | { readonly type: "crash" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("report" as const), assets: fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }) }),
  fc.record({ type: fc.constant("pass" as const), seconds: fc.integer({ min: 0, max: 3000 }) }),
  fc.constant({ type: "crash" as const }),
);

/** Whether it arrives, and what the sender learns. */
type Fate = "taken" | "taken, answer lost" | "lost" | "unreachable" | "500" | "429";
const fate = fc.constantFrom<Fate>("taken", "taken", "taken, answer lost", "lost", "unreachable", "500", "429");

const answers: Readonly<Record<Fate, Answer>> = {
  taken: { type: "answered", status: 200, retryAfter: null, text: "" },
  "taken, answer lost": { type: "lost", reason: "hooks.example ended the connection." },
  lost: { type: "lost", reason: "hooks.example ended the connection." },
  unreachable: { type: "unreachable", reason: "hooks.example refused the connection." },
  "500": { type: "answered", status: 500, retryAfter: null, text: "" },
  "429": { type: "answered", status: 429, retryAfter: 60_000, text: "" },
};

test("whatever fails and whoever crashes, each event arrives, under one id, in the order of its asset", async () => {
  const history = fc.record({
    steps: fc.array(step, { minLength: 3, maxLength: 14 }),
    fates: fc.infiniteStream(fate),
  });
  await fc.assert(
    fc.asyncProperty(history, async ({ steps, fates }) => {
      const clock: Clock = { now: Date.UTC(2026, 10, 23), elapsed: 0 };
      const stores = await openStores({ url: ":memory:", now: () => clock.now });
      const arrived: { readonly event: number; readonly asset: string; readonly id: string }[] = [];
      let isWell = false;
      const send: HttpSend = async ({ body = "{}", headers = {} }) => {
        const chosen: Fate = isWell ? "taken" : (fates.next().value ?? "taken");
        const { event } = JSON.parse(body).data;
        const isTaken = chosen.startsWith("taken");
        if (isTaken) arrived.push({ event: event.id, asset: event.asset_key[0], id: headers["webhook-id"] ?? "" });
        return answers[chosen];
      };
      const file = fileOf(hook);
      let telling = new Telling(stores, clock, { file, send });
      await telling.run();
      let count = 0;
      for (const one of steps) {
        if (one.type === "report") {
          await report(stores, ...one.assets.map((i) => materialization(`a${i}`)));
          count += one.assets.length;
          await telling.run();
        } else if (one.type === "pass") await telling.pass(one.seconds * 1000);
        else telling = await telling.crash();
      }
      isWell = true;
      for (let i = 0; i < 3; i++) await telling.pass(24 * 3_600_000);
      const ids = new Map<number, Set<string>>();
      const newest = new Map<string, number>();
      for (const { event, asset, id } of arrived) {
        const isFirst = !ids.has(event);
        ids.set(event, (ids.get(event) ?? new Set()).add(id));
        if (isFirst) expect(event).toBeGreaterThan(newest.get(asset) ?? 0);
        newest.set(asset, Math.max(event, newest.get(asset) ?? 0));
      }
      expect(ids.size).toBe(count);
      for (const found of ids.values()) expect(found.size).toBe(1);
      expect(new Set([...ids.values()].flatMap((found) => [...found])).size).toBe(count);
      expect(await stores.sending.pending("hook")).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 60_000);
