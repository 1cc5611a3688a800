import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { openStores, type Stores } from "../../../storage/index.ts";
import { define, report } from "../../../storage/testing/watch-store/follower.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";
import { temporaryFolder } from "../../server.ts";
import { type Received, type Receiver, startReceiver } from "./receiver.ts";
import { type Clock, fileOf, oldSecret, secret, Telling, watcherOf } from "./telling.ts";

const hour = 3_600_000;
const day = 24 * hour;

const receivers: Receiver[] = [];
afterAll(async () => {
  for (const receiver of receivers) await receiver.stop();
});

interface Given {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly receive: (...answer: Parameters<typeof startReceiver>) => Promise<Receiver>;
}

const remote = testDatabase();
const opened = {
  memory: async () => ({ url: ":memory:" }),
  file: async () => ({ url: `file:${join(temporaryFolder(), "runless.db")}` }),
  "a remote database": async () => {
    await emptyDatabase(remote());
    return remote();
  },
} as const;

/** A variable, as the file names it. */
const ref = (name: string) => `\${${name}}`;

const bodyOf = ({ body }: Received) => JSON.parse(body);
const typesOf = ({ received }: Receiver) => received.map((one) => bodyOf(one).type);
const urlOf = ({ port }: Receiver) => `http://127.0.0.1:${port}/hook/t0ken`;
const events = (...numbers: readonly number[]) =>
  numbers.map((i) => materialization("warehouse/orders", { metadata: { i } }));
const numbersOf = ({ received }: Receiver) => received.map((one) => bodyOf(one).data.event.metadata.i.raw_value);

/** A webhook that is told of all materializations. */
const hookTo = (receiver: Receiver, more: object = {}) => ({
  ...{
    name: "hook",
    type: "webhook",
    url: urlOf(receiver),
    secret: [ref("SECRET")],
    events: ["ASSET_MATERIALIZATION"],
  },
  ...more,
});
const pagerTo = (receiver: Receiver, more: object = {}) => ({
  ...{ name: "pager", type: "webhook", url: urlOf(receiver), secret: [ref("SECRET")] },
  ...{ alerts: ["fail", "warn", "check_failed", "check_warned"], ...more },
});
const chatTo = (receiver: Receiver, more: object = {}) => ({
  ...{ name: "chat", type: "slack", url: urlOf(receiver), alerts: ["fail", "check_failed"], ...more },
});

for (const [kind, open] of Object.entries(opened)) {
  const promises = (sentence: string, body: (given: Given) => Promise<void>) =>
    test(sentence, async () => {
      const clock = { now: Date.now(), elapsed: 0 };
      const stores = await openStores({ ...(await open()), now: () => clock.now });
      const receive: Given["receive"] = async (...answer) => {
        const receiver = await startReceiver(...answer);
        receivers.push(receiver);
        return receiver;
      };
      try {
        await body({ stores, clock, receive });
      } finally {
        await stores.log.close();
      }
    }, 60_000);

  describe(`sending, with stores in ${kind}`, () => {
    promises(
      "a webhook is told of events in their order, signed by each secret",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const file = fileOf(hookTo(receiver, { secret: [ref("SECRET"), ref("OLD_SECRET")] }));
        const telling = new Telling(stores, clock, { file });
        await report(stores, ...events(0)); // before it was there
        await telling.run();
        await report(stores, ...events(1, 2, 3), observation("warehouse/orders"));
        await telling.run();
        expect(numbersOf(receiver)).toEqual([1, 2, 3]);
        for (const { headers, body } of receiver.received) {
          for (const key of [secret, oldSecret]) {
            expect(new Webhook(key).verify(body, headers as Record<string, string>)).toMatchObject({
              type: "asset.materialized",
              data: {
                event: { asset_key: ["warehouse", "orders"] },
                url: expect.stringMatching(/^https:\/\/runless\.example\/events\/\d+$/),
              },
            });
          }
        }
        expect(await telling.told()).toEqual(Array(3).fill("asset.materialized: delivered, 1"));
        expect(await telling.row("hook")).toMatchObject({ status: "active", failures: 0, eventCursor: 5 });
      },
    );

    promises(
      "what fails is sent again under the same id, and nothing of its subject before it",
      async ({ stores, clock, receive }) => {
        let status = 500;
        const receiver = await receive((response) => response.writeHead(status).end("no"));
        const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
        await telling.run();
        await report(stores, ...events(1, 2));
        await telling.run();
        await telling.pass(5000);
        expect(new Set(numbersOf(receiver))).toEqual(new Set([1]));
        status = 200;
        await telling.pass(hour);
        expect(numbersOf(receiver).slice(-2)).toEqual([1, 2]);
        const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
        expect(new Set(ids.slice(0, -1)).size).toBe(1);
        expect(ids.at(-1)).not.toBe(ids[0]);
        expect(await telling.row("hook")).toMatchObject({ status: "active", failures: 0, reason: null, retryAt: null });
      },
    );

    promises("a refused payload is tried three times, then holds nothing up", async ({ stores, clock, receive }) => {
      const receiver = await receive((response, one) =>
        response.writeHead(bodyOf(one).data.event.metadata.i.raw_value === 1 ? 422 : 200).end(),
      );
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await report(stores, ...events(1, 2));
      await telling.run();
      await telling.pass(2 * 60_000);
      await telling.pass(8 * 60_000);
      expect(numbersOf(receiver)).toEqual([1, 1, 1, 2]);
      expect(await telling.told()).toEqual(["asset.materialized: dead, 3", "asset.materialized: delivered, 1"]);
      await telling.ask({
        action: "redeliver",
        destination: "hook",
        argument: (await telling.deliveries())[0]?.id ?? 0,
      });
      expect(numbersOf(receiver)).toEqual([1, 1, 1, 2, 1]);
    });

    promises("410 disables until it is resumed", async ({ stores, clock, receive }) => {
      let status = 410;
      const receiver = await receive((response) => response.writeHead(status).end());
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await report(stores, ...events(1, 2));
      await telling.run();
      await telling.pass(day);
      expect(receiver.received).toHaveLength(1);
      expect(await telling.row("hook")).toMatchObject({ status: "disabled" });
      status = 200;
      await telling.ask({ action: "resume", destination: "hook" });
      expect(numbersOf(receiver)).toEqual([1, 1, 2]);
    });

    promises("who resumes a destination has it tried at once, whatever waits", async ({ stores, clock, receive }) => {
      let requests = 0;
      const receiver = await receive((response) => response.writeHead(++requests <= 5 ? 500 : 200).end());
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await report(stores, ...events(1));
      await telling.run();
      for (const wait of [5_000, 30_000, 120_000]) await telling.pass(wait * 1.3);
      expect(requests).toBe(5);
      await telling.pass(60_000);
      expect(requests).toBe(5);
      await telling.ask({ action: "resume", destination: "hook" });
      expect(await telling.told()).toEqual(["asset.materialized: delivered, 6"]);
    });

    promises("Retry-After is kept", async ({ stores, clock, receive }) => {
      let isBusy = true;
      const receiver = await receive((response) =>
        isBusy ? response.writeHead(429, { "retry-after": "120" }).end() : response.end(),
      );
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await report(stores, ...events(1));
      await telling.run();
      isBusy = false;
      await telling.pass(119_000);
      expect(receiver.received).toHaveLength(1);
      await telling.pass(1000);
      expect(receiver.received).toHaveLength(2);
    });

    promises(
      "who is away for four days gets dead letters, and one message that can be sent again",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const file = fileOf(hookTo(receiver));
        await receiver.stop();
        const telling = new Telling(stores, clock, { file });
        await telling.run();
        await report(stores, ...events(1));
        await telling.run();
        for (let i = 0; i < 40; i++) await telling.pass(4 * hour);
        expect(await telling.told()).toEqual([expect.stringMatching(/^asset.materialized: dead, 13$/)]);
        expect(telling.outcomes.at(-1)).toBe("hook dead");
      },
    );

    promises("past 1,000 pending the cursor stops, and the log keeps the rest", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await telling.ask({ action: "pause", destination: "hook" });
      const all = Array.from({ length: 1500 }, (_, i) => materialization(`a/${i % 40}`, { metadata: { i } }));
      await report(stores, ...all.slice(0, 100)); // so that the cursor stops within a page
      await telling.run();
      await report(stores, ...all.slice(100));
      await telling.run();
      expect(await stores.sending.pending("hook")).toHaveLength(1000);
      expect(await telling.row("hook")).toMatchObject({ status: "paused", eventCursor: 1000 });
      await telling.ask({ action: "resume", destination: "hook" });
      expect(receiver.received).toHaveLength(1500);
      const last = new Map<string, number>();
      for (const one of receiver.received) {
        const { event } = bodyOf(one).data;
        expect(event.metadata.i.raw_value).toBeGreaterThan(last.get(event.asset_key.join("/")) ?? -1);
        last.set(event.asset_key.join("/"), event.metadata.i.raw_value);
      }
    });

    promises("what retention takes meanwhile becomes one message", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await telling.sender.release();
      await report(stores, ...events(1, 2, 3, 4, 5));
      await stores.log.prune({ events: { ASSET_MATERIALIZATION: clock.now + 1000 } });
      await telling.run();
      expect(typesOf(receiver).toSorted()).toEqual(["asset.materialized", "events.pruned"]);
      const pruned = receiver.received.map(bodyOf).find(({ type }) => type === "events.pruned");
      expect(pruned.data).toMatchObject({ count: 4 });
      expect(await telling.row("hook")).toMatchObject({ pruned: 4 });
    });

    promises("an event that retention takes while it waits is told of likewise", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await telling.ask({ action: "pause", destination: "hook" });
      await report(stores, ...events(1, 2, 3));
      await telling.run();
      await stores.log.prune({ events: { ASSET_MATERIALIZATION: clock.now + 1000 } });
      await telling.ask({ action: "resume", destination: "hook" });
      expect(typesOf(receiver)).toContain("events.pruned");
      const states = (await telling.told()).filter((one) => one.startsWith("asset"));
      expect(states).toEqual([...Array(2).fill("asset.materialized: dead, 0"), "asset.materialized: delivered, 1"]);
      expect(await telling.row("hook")).toMatchObject({ pruned: 2 });
    });

    promises("the end of an alert follows a beginning that was under way", async ({ stores, clock, receive }) => {
      const check = (passed: boolean) => checkEvaluation("a", { checkName: "rows", passed, severity: "ERROR" });
      for (const isAnsweredFirst of [true, false]) {
        let answer = () => {};
        const receiver = await receive((response) => {
          answer = () => response.end();
          if (bodyOf(receiver.received.at(-1) ?? never()).type === "alert.resolved") answer();
        });
        const name = isAnsweredFirst ? "one" : "two";
        const telling = new Telling(stores, clock, { file: fileOf(pagerTo(receiver, { name })) });
        const watcher = await watcherOf(stores, clock);
        await telling.run();
        await report(stores, check(false));
        await watcher.follow();
        clock.elapsed += 1000;
        while (receiver.received.length === 0) {
          await telling.sender.turn();
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        if (isAnsweredFirst) {
          answer();
          while (telling.sender.isBusy) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await report(stores, check(true));
        await watcher.follow();
        clock.elapsed += 1000;
        await telling.sender.turn();
        answer();
        await telling.run();
        expect(typesOf(receiver)).toEqual(["alert.firing", "alert.resolved"]);
        await telling.sender.release();
      }
    });

    promises("what retention takes here and there is one message too", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
      await telling.run();
      await telling.sender.release();
      // Of each pair one is the latest of its asset, which stays.
      const pairs = Array.from({ length: 600 }, (_, i) => [materialization(`a/${i}`), materialization("b")]);
      await report(stores, ...pairs.flat());
      await stores.log.prune({ events: { ASSET_MATERIALIZATION: clock.now + 1000 } });
      await telling.run();
      const pruned = receiver.received.map(bodyOf).filter(({ type }) => type === "events.pruned");
      expect(pruned.map(({ data }) => data.count)).toEqual([599]);
      expect(receiver.received).toHaveLength(602);
    });

    promises(
      "at most 4 are under way, one of each asset, and who is slow holds up no other",
      async ({ stores, clock, receive }) => {
        const busy = new Map<string, number>();
        let most = 0;
        const slow = await receive((response, one) => {
          const key = bodyOf(one).data.event.asset_key.join("/");
          busy.set(key, (busy.get(key) ?? 0) + 1);
          most = Math.max(
            most,
            [...busy.values()].reduce((sum, count) => sum + count),
          );
          expect(busy.get(key)).toBe(1);
          setTimeout(() => {
            busy.set(key, 0);
            response.end();
          }, 20);
        });
        const fast = await receive(() => {});
        const silent = new Telling(stores, clock, {
          file: fileOf(hookTo(slow, { name: "slow" }), hookTo(fast, { name: "silent" })),
        });
        await silent.run();
        await report(stores, ...Array.from({ length: 40 }, (_, i) => materialization(`a/${i % 7}`)));
        clock.elapsed += 1000;
        silent.sender.noteCommit();
        while (slow.received.length < 40 || fast.received.length < 4) {
          await silent.sender.turn();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        expect(most).toBe(4);
        expect(fast.received).toHaveLength(4); // which never answers
        await fast.stop();
        await silent.sender.release();
      },
    );

    promises(
      "a storm of 500 alerts is one message each for a pager, which may ask to wait",
      async ({ stores, clock, receive }) => {
        let taken = 0;
        const receiver = await receive((response) => {
          if (++taken % 100 === 0) response.writeHead(429, { "retry-after": "60" }).end();
          else response.writeHead(202).end();
        });
        const pager = {
          name: "pager",
          type: "pagerduty",
          routing_key: "R012",
          url: urlOf(receiver),
          alerts: ["check_failed"],
        };
        const telling = new Telling(stores, clock, { file: fileOf(pager) });
        const watcher = await watcherOf(stores, clock);
        await telling.run();
        const failing = (i: number) =>
          checkEvaluation(`a/${i}`, { checkName: "rows", passed: false, severity: "ERROR" });
        await report(stores, ...Array.from({ length: 500 }, (_, i) => failing(i)));
        await telling.watch(watcher);
        // What was under way when it asked was answered too.
        expect(receiver.received.length).toBeLessThan(105);
        await telling.pass(59_000);
        expect(receiver.received.length).toBeLessThan(105);
        for (let i = 0; i < 10; i++) await telling.pass(60_000);
        expect(new Set(receiver.received.map((one) => bodyOf(one).dedup_key)).size).toBe(500);
        expect(await telling.told()).toEqual(Array(500).fill(expect.stringMatching(/^alert.firing: delivered, [12]$/)));
      },
    );

    promises("a filter by owner and tags goes by the definition", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      await define(stores, { key: "a", owners: ["team:x"], tags: { tier: "gold" } }, { key: "b", owners: ["team:x"] });
      const where = { owners: ["team:x"], tags: { tier: "gold" } };
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver, { where })) });
      await telling.run();
      await report(stores, materialization("a"), materialization("b"), materialization("c"));
      await telling.run();
      expect(receiver.received.map((one) => bodyOf(one).data.event.asset_key)).toEqual([["a"]]);
    });

    promises("a destination that is new begins where the file says", async ({ stores, clock, receive }) => {
      const [start, id, now] = [await receive(), await receive(), await receive()];
      await report(stores, ...events(1, 2, 3));
      const file = fileOf(
        hookTo(start, { name: "start", from: "start" }),
        hookTo(id, { name: "id", from: 2 }),
        hookTo(now, { name: "now" }),
      );
      await new Telling(stores, clock, { file }).run();
      expect([start, id, now].map(numbersOf)).toEqual([[1, 2, 3], [3], []]);
    });

    promises("a restart goes on where it was, under the same ids", async ({ stores, clock, receive }) => {
      let status = 500;
      const receiver = await receive((response) => response.writeHead(status).end());
      const file = fileOf(hookTo(receiver));
      const one = new Telling(stores, clock, { file });
      await one.run();
      await report(stores, ...events(1, 2));
      await one.run();
      // It is gone without a word: another takes over when its lease has stood still for 15 seconds.
      const two = new Telling(stores, clock, { file });
      expect(await two.sender.turn()).toBe(5000);
      clock.elapsed += 14_000;
      await two.sender.turn();
      expect(two.sender.isHolder).toBe(false);
      clock.elapsed += 1000;
      status = 200;
      await two.pass(hour);
      expect(two.sender.isHolder).toBe(true);
      expect(numbersOf(receiver).slice(-2)).toEqual([1, 2]);
      expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
      // The first one comes back, and has nothing to say.
      await report(stores, ...events(3));
      const before = receiver.received.length;
      await one.pass(6000);
      expect(one.sender.isHolder).toBe(false);
      expect(receiver.received).toHaveLength(before);
    });

    promises(
      "who left the file is not told, is kept for 7 days, and goes on if it comes back",
      async ({ stores, clock, receive }) => {
        const [receiver, other] = [await receive(), await receive()];
        const both = fileOf(hookTo(receiver), hookTo(other, { name: "other" }));
        const telling = new Telling(stores, clock, { file: both });
        await telling.run();
        telling.sender.use(fileOf(hookTo(other, { name: "other" })));
        await telling.run();
        expect(await telling.row("hook")).toMatchObject({ leftAt: clock.now });
        await report(stores, ...events(1));
        await telling.pass(6 * day);
        expect([numbersOf(receiver), numbersOf(other)]).toEqual([[], [1]]);
        telling.sender.use(both);
        await telling.run();
        expect(numbersOf(receiver)).toEqual([1]);
        telling.sender.use(fileOf(hookTo(other, { name: "other" })));
        await telling.run();
        await telling.pass(7 * day);
        await telling.run();
        expect(await telling.row("hook")).toBeUndefined();
      },
    );

    promises(
      "an alert is told when it fires and when it ends, and nothing of one that ended before",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const telling = new Telling(stores, clock, { file: fileOf(pagerTo(receiver)) });
        const watcher = await watcherOf(stores, clock);
        await telling.run();
        const check = (passed: boolean) => checkEvaluation("a", { checkName: "rows", passed, severity: "ERROR" });
        await report(stores, check(false));
        await telling.watch(watcher);
        await report(stores, check(true));
        await telling.watch(watcher);
        expect(typesOf(receiver)).toEqual(["alert.firing", "alert.resolved"]);
        expect(bodyOf(receiver.received[0] ?? never()).data.alert).toMatchObject({
          asset_key: ["a"],
          check_name: "rows",
        });
        await telling.ask({ action: "pause", destination: "pager" });
        for (const passed of [false, true]) {
          await report(stores, check(passed));
          await watcher.follow();
        }
        await telling.ask({ action: "resume", destination: "pager" });
        expect(typesOf(receiver)).toHaveLength(2);
        expect((await telling.told()).slice(2)).toEqual([
          "alert.firing: superseded, 0",
          "alert.resolved: superseded, 0",
        ]);
      },
    );

    promises(
      "the end goes to whoever got the beginning, also where the severity changed",
      async ({ stores, clock, receive }) => {
        const [fails, warns] = [await receive(), await receive()];
        const file = fileOf(
          pagerTo(fails, { name: "fails", alerts: ["check_failed"] }),
          pagerTo(warns, { name: "warns", alerts: ["check_warned"] }),
        );
        const telling = new Telling(stores, clock, { file });
        const watcher = await watcherOf(stores, clock);
        await telling.run();
        const check = (passed: boolean, severity: "WARN" | "ERROR") =>
          checkEvaluation("a", { checkName: "rows", passed, severity });
        await report(stores, check(false, "WARN"));
        await telling.watch(watcher);
        expect([typesOf(fails), typesOf(warns)]).toEqual([[], ["alert.firing"]]);
        await report(stores, check(false, "ERROR"));
        await telling.watch(watcher);
        await report(stores, check(true, "ERROR"));
        await telling.watch(watcher);
        expect([typesOf(fails), typesOf(warns)]).toEqual(Array(2).fill(["alert.firing", "alert.resolved"]));
        await report(stores, checkEvaluation("b", { checkName: "rows", passed: false, severity: "WARN" }));
        await telling.watch(watcher);
        await report(stores, checkEvaluation("b", { checkName: "rows", passed: true }));
        await telling.watch(watcher);
        expect([typesOf(fails).length, typesOf(warns).length]).toEqual([2, 4]);
      },
    );

    promises(
      "while it is muted nothing is sent; at the end what still fires is",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const telling = new Telling(stores, clock, { file: fileOf(pagerTo(receiver)) });
        const watcher = await watcherOf(stores, clock);
        await telling.run();
        await stores.watching.mute({ prefix: ["a"] }, clock.now + hour, null);
        const check = (key: string, passed: boolean) =>
          checkEvaluation(key, { checkName: "rows", passed, severity: "ERROR" });
        await report(stores, check("a/1", false), check("a/2", false));
        await telling.watch(watcher);
        await report(stores, check("a/2", true));
        await telling.watch(watcher);
        await telling.pass(hour - 1000);
        expect(receiver.received).toHaveLength(0);
        await telling.pass(6000);
        expect(receiver.received.map((one) => bodyOf(one).data.alert.asset_key)).toEqual([["a", "1"]]);
        expect(await telling.told()).toEqual(["alert.firing: delivered, 1", "alert.firing: superseded, 0"]);
      },
    );

    promises("a mute that begins while a group waits holds back what it is of", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(chatTo(receiver)) });
      const watcher = await watcherOf(stores, clock);
      await telling.run();
      const failing = (key: string) => checkEvaluation(key, { checkName: "rows", passed: false, severity: "ERROR" });
      await report(stores, failing("muted"), failing("loud"));
      await telling.watch(watcher);
      await telling.pass(10_000);
      await stores.watching.mute({ assetKey: ["muted"] }, clock.now + hour, null);
      await telling.pass(20_000);
      expect(receiver.received.map(({ body }) => [body.includes("loud"), body.includes("muted")])).toEqual([
        [true, false],
      ]);
      await telling.pass(hour + 6000);
      await telling.pass(300_000);
      expect(receiver.received.map(({ body }) => body.includes("muted"))).toEqual([false, true]);
    });

    promises("a restart goes on with what is held back", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const file = fileOf(pagerTo(receiver));
      const telling = new Telling(stores, clock, { file });
      const watcher = await watcherOf(stores, clock);
      await telling.run();
      await stores.watching.mute({ assetKey: ["a"] }, clock.now + hour, null);
      await report(stores, checkEvaluation("a", { checkName: "rows", passed: false, severity: "ERROR" }));
      await telling.watch(watcher);
      await telling.sender.release();
      const next = new Telling(stores, clock, { file });
      await next.run();
      expect(receiver.received).toHaveLength(0);
      await next.pass(hour + 5000);
      expect(typesOf(receiver)).toEqual(["alert.firing"]);
    });

    promises("500 alerts at once are one message of a chat, which names 20", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(chatTo(receiver)) });
      const watcher = await watcherOf(stores, clock);
      await telling.run();
      const failing = (i: number) => checkEvaluation(`a/${i}`, { checkName: "rows", passed: false, severity: "ERROR" });
      await report(stores, ...Array.from({ length: 500 }, (_, i) => failing(i)));
      await telling.watch(watcher);
      expect(receiver.received).toHaveLength(0);
      await telling.pass(30_000);
      expect(receiver.received).toHaveLength(1);
      expect(receiver.received[0]?.body).toContain("480 more");
      // The next one comes no earlier than the interval allows.
      await report(stores, failing(1000));
      await telling.watch(watcher);
      await telling.pass(60_000);
      expect(receiver.received).toHaveLength(1);
      await telling.pass(300_000);
      expect(receiver.received).toHaveLength(2);
    });

    promises("what still fires is told again as often as the file says", async ({ stores, clock, receive }) => {
      const receiver = await receive();
      const telling = new Telling(stores, clock, { file: fileOf(pagerTo(receiver, { repeat: "24h" })) });
      const watcher = await watcherOf(stores, clock);
      await telling.run();
      await report(stores, checkEvaluation("a", { checkName: "rows", passed: false, severity: "ERROR" }));
      await telling.watch(watcher);
      await telling.pass(day - 1000);
      expect(typesOf(receiver)).toEqual(["alert.firing"]);
      await telling.pass(61_000);
      expect(typesOf(receiver)).toEqual(["alert.firing", "alert.reminder"]);
      await telling.pass(3 * day);
      expect(typesOf(receiver)).toEqual(["alert.firing", "alert.reminder", "alert.reminder"]);
      await report(stores, checkEvaluation("a", { checkName: "rows", passed: true }));
      await telling.watch(watcher);
      await telling.pass(2 * day);
      expect(typesOf(receiver).slice(3)).toEqual(["alert.resolved"]);
    });

    promises(
      "a destination that is added while alerts fire is told nothing, but by a replay",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const watcher = await watcherOf(stores, clock);
        await report(stores, checkEvaluation("a", { checkName: "rows", passed: false, severity: "ERROR" }));
        await watcher.follow();
        const telling = new Telling(stores, clock, { file: fileOf(pagerTo(receiver, { repeat: "24h" })) });
        await telling.run();
        await telling.pass(3 * day);
        await telling.run();
        expect(receiver.received).toHaveLength(0);
        await telling.ask({ action: "replay", destination: "pager", option: "firing" });
        expect(typesOf(receiver)).toEqual(["alert.firing"]);
        await report(stores, checkEvaluation("a", { checkName: "rows", passed: true }));
        await telling.watch(watcher);
        expect(typesOf(receiver)).toEqual(["alert.firing", "alert.resolved"]);
      },
    );

    promises(
      "a replay sends events once more under their ids, or under new ones",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver)) });
        await telling.run();
        await report(stores, ...events(1, 2, 3));
        await telling.run();
        await telling.ask({ action: "replay", destination: "hook", argument: 1 });
        await telling.run();
        expect(numbersOf(receiver)).toEqual([1, 2, 3, 2, 3]);
        const ids = () => receiver.received.map(({ headers }) => headers["webhook-id"]);
        expect(ids().slice(3)).toEqual(ids().slice(1, 3));
        await telling.ask({ action: "replay", destination: "hook", argument: 2, option: "events:new-ids" });
        await telling.run();
        expect(numbersOf(receiver)).toEqual([1, 2, 3, 2, 3, 3]);
        expect(ids().slice(0, 5)).not.toContain(ids()[5]);
        expect(await stores.sending.requests()).toEqual([]);
      },
    );

    promises("a test is sent at once, and what is dropped is not", async ({ stores, clock, receive }) => {
      const [receiver, chat] = [await receive(), await receive()];
      const telling = new Telling(stores, clock, { file: fileOf(hookTo(receiver), chatTo(chat)) });
      await telling.run();
      await telling.ask({ action: "test", destination: "hook" });
      await telling.ask({ action: "test", destination: "chat" });
      expect(typesOf(receiver)).toEqual(["destination.test"]);
      expect(chat.received).toHaveLength(1);
      await telling.ask({ action: "pause", destination: "hook" });
      await report(stores, ...events(1, 2));
      await telling.run();
      const [first] = await stores.sending.pending("hook");
      const [sent] = await telling.deliveries("hook");
      await telling.ask({ action: "drop", destination: "hook", argument: sent?.id ?? 0 });
      expect((await stores.sending.delivery(sent?.id ?? 0))?.status).toBe("delivered");
      await telling.ask({ action: "drop", destination: "hook", argument: first?.id ?? 0 });
      await telling.ask({ action: "resume", destination: "hook" });
      expect(receiver.received.slice(1).map((one) => bodyOf(one).data.event.metadata.i.raw_value)).toEqual([2]);
    });

    promises(
      "a heartbeat is sent every minute, but not while nothing is judged",
      async ({ stores, clock, receive }) => {
        const receiver = await receive();
        const telling = new Telling(stores, clock, {
          file: fileOf({ name: "beat", type: "heartbeat", url: urlOf(receiver) }),
        });
        const watcher = await watcherOf(stores, clock);
        await define(stores, { key: "a", freshness: { type: "time_window", fail_window: "1h" } });
        await watcher.follow();
        await telling.run();
        expect(receiver.received.map(({ method }) => method)).toEqual(["GET"]);
        const judged = { now: clock.now + 60_000, clock: clock.now + 60_000, settleUntil: null, cursor: undefined };
        await stores.watching.step({ ...judged, fence: watcher.fence, notesProgress: true });
        await telling.pass(60_000);
        expect(receiver.received).toHaveLength(2);
        await telling.pass(60_000);
        expect(receiver.received).toHaveLength(2);
      },
    );
  });
}

function never(): never {
  throw new Error("There is no such request.");
}
