import { afterAll, expect, test } from "bun:test";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { checkEvaluation } from "../../../core/index.ts";
import { openStores } from "../../../storage/index.ts";
import { report } from "../../../storage/testing/watch-store/follower.ts";
import { anyText, assetKey } from "../../core/arbitraries.ts";
import { answerAsPagerduty, answerAsSlack } from "./formats/published-schemas.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { type Clock, fileOf, Telling, watcherOf } from "./telling.ts";

const started: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of started) await one.stop();
});

async function receive(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...args);
  started.push(receiver);
  return receiver;
}

const routingKey = "0123456789abcdef0123456789abcdef";
const alerts = ["check_failed"];
const pagerTo = ({ port }: Receiver) => {
  return {
    name: "pager",
    type: "pagerduty",
    routing_key: routingKey,
    url: `http://127.0.0.1:${port}/v2/enqueue`,
    alerts,
  };
};
const chatTo = ({ port }: Receiver) => {
  return { name: "chat", type: "slack", url: `http://127.0.0.1:${port}/s`, alerts };
};
const hostileName = fc.constantFrom(
  "<!channel>",
  "x".repeat(5000),
  "&<>|".repeat(500),
  "\u202eevil",
  "a\r\nb",
  "😀".repeat(300),
);

interface SmtpServer {
  readonly port: number;
  readonly mails: readonly string[];
  stop(): Promise<void>;
}

/** A server that takes mail as RFC 5321 has it, or answers the message with another code. */
async function startSmtp(code = "250 taken"): Promise<SmtpServer> {
  const mails: string[] = [];
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("220 test\r\n");
    let lines: string[] | undefined;
    createInterface(socket).on("line", (line) => {
      if (lines !== undefined && line !== ".") return void lines.push(line);
      if (lines !== undefined) {
        mails.push(lines.join("\n"));
        lines = undefined;
        return void socket.write(`${code}\r\n`);
      }
      if (/^DATA/i.test(line)) {
        lines = [];
        return void socket.write("354 go on\r\n");
      }
      socket.write(/^QUIT/i.test(line) ? "221 bye\r\n" : "250 fine\r\n");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const smtp = {
    port: (server.address() as AddressInfo).port, // of a server that listens on a port
    mails,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  started.push(smtp);
  return smtp;
}

/** Lets a check fail and pass, and returns what is kept. */
async function failAndPass(destination: object) {
  const clock: Clock = { now: Date.UTC(2026, 10, 23, 12), elapsed: 0 };
  const stores = await openStores({ url: ":memory:", now: () => clock.now });
  const telling = new Telling(stores, clock, { file: fileOf(destination) });
  const watcher = await watcherOf(stores, clock);
  await telling.run();
  for (const passed of [false, true]) {
    await report(stores, checkEvaluation("warehouse/orders", { checkName: "rows", passed, severity: "ERROR" }));
    await telling.watch(watcher);
    await telling.pass(600_000);
  }
  return telling;
}

test("PagerDuty gets an event that triggers and one that resolves, with one key", async () => {
  const receiver = await receive(answerAsPagerduty);
  const telling = await failAndPass(pagerTo(receiver));
  expect(await telling.told()).toEqual(["alert.firing: delivered, 1", "alert.resolved: delivered, 1"]);
  const [trigger, resolve, ...rest] = receiver.received.map(({ body }) => JSON.parse(body));
  expect(rest).toEqual([]);
  expect(trigger).toMatchObject({
    ...{ routing_key: routingKey, event_action: "trigger" },
    payload: { summary: expect.stringContaining("warehouse/orders"), severity: "error" },
  });
  expect(resolve).toMatchObject({ event_action: "resolve", dedup_key: trigger.dedup_key });
});

test("100 checks with hostile names that fail at once: each request is one that Slack and PagerDuty take", async () => {
  const [slack, pagerduty] = [await receive(answerAsSlack), await receive(answerAsPagerduty)];
  const clock: Clock = { now: Date.UTC(2026, 10, 23, 12), elapsed: 0 };
  const stores = await openStores({ url: ":memory:", now: () => clock.now });
  const telling = new Telling(stores, clock, { file: fileOf(chatTo(slack), pagerTo(pagerduty)) });
  const watcher = await watcherOf(stores, clock);
  await telling.run();
  const names = fc.sample(fc.tuple(assetKey, fc.oneof(anyText, hostileName)), { numRuns: 100, seed: 22 });
  const failing = names.map(([key, name], i) =>
    checkEvaluation([...key, String(i)], { checkName: `${name.toWellFormed()} `, passed: false, severity: "ERROR" }),
  );
  await report(stores, ...failing);
  await telling.watch(watcher);
  await telling.pass(30_000);
  expect(await telling.told()).toEqual(Array(200).fill("alert.firing: delivered, 1"));
  expect([slack.received.length, pagerduty.received.length]).toEqual([1, 100]);
  expect(slack.received[0]?.body).toContain("and 80 more");
  expect(new Set(pagerduty.received.map(({ body }) => JSON.parse(body).dedup_key)).size).toBe(100);
});

test("Slack and Apprise get one message for each window", async () => {
  const receiver = await receive(answerAsSlack);
  const slack = await failAndPass(chatTo(receiver));
  expect(await slack.told()).toEqual(["alert.firing: delivered, 1", "alert.resolved: delivered, 1"]);
  expect(receiver.received.map(({ body }) => JSON.parse(body).text)).toEqual([
    expect.stringContaining("check rows of warehouse/orders fails"),
    expect.stringContaining("Resolved: check rows of warehouse/orders failed"),
  ]);
  const apprise = await receive();
  const url = `http://127.0.0.1:${apprise.port}/notify`;
  await failAndPass({ name: "teams", type: "apprise", url, urls: ["json://localhost"], alerts: ["check_failed"] });
  expect(apprise.received.map(({ body }) => JSON.parse(body).type)).toEqual(["failure", "success"]);
});

test("Apprise's 204 says that nobody was told, which is a refusal", async () => {
  const apprise = await receive((response) => response.writeHead(204).end());
  const url = `http://127.0.0.1:${apprise.port}/notify/key`;
  const telling = await failAndPass({ name: "teams", type: "apprise", url, alerts: ["check_failed"] });
  expect((await telling.deliveries())[0]?.answer).toMatch(/^422, refused \d of 3: .*knows nobody to notify/);
});

test("e-mail is sent by SMTP, with a text for people, and an id that stays the same", async () => {
  const smtp = await startSmtp();
  const mail = { smtp: `smtp://127.0.0.1:${smtp.port}`, from: "Runless <runless@a.example>", to: ["b@b.example"] };
  const telling = await failAndPass({ name: "mail", type: "email", ...mail, alerts: ["check_failed"] });
  expect(smtp.mails).toHaveLength(2);
  const [first = "", second = ""] = smtp.mails;
  expect(first).toMatch(/^Subject: .*warehouse\/orders/m);
  expect(first).toContain("From: Runless <runless@a.example>");
  const [delivery] = await telling.deliveries();
  expect(first).toContain(`<${delivery?.messageId}@runless>`);
  expect(second).toContain("Resolved");
  expect(await telling.told()).toEqual(["alert.firing: delivered, 1", "alert.resolved: delivered, 1"]);
});

test("mail that a server refuses, or can't take now, follows the rules of other messages", async () => {
  const to = (port: number) => ({
    ...{ name: "mail", type: "email", smtp: `smtp://127.0.0.1:${port}`, from: "a@a.example", to: ["b@b.example"] },
    alerts: ["check_failed"],
  });
  const spam = await startSmtp("554 taken for spam");
  const refused = await failAndPass(to(spam.port));
  expect((await refused.deliveries())[0]?.answer).toMatch(/^422, refused \d of 3: SMTP 554/);
  const busy = await startSmtp("451 later");
  const failing = await failAndPass(to(busy.port));
  expect((await failing.deliveries())[0]?.answer).toMatch(/^451, failed \d of 13: SMTP 451/);
  const away = await failAndPass(to(1));
  expect((await away.deliveries())[0]?.answer).toMatch(/^not reached, failed \d of 13: 127.0.0.1:1 /);
  expect(await away.row("mail")).toMatchObject({
    status: "active",
    reason: expect.stringContaining("can't be reached"),
  });
});

test("a private address that is not allowed blocks the destination, and nothing connects", async () => {
  const [receiver, smtp] = [await receive(), await startSmtp()];
  const hook = { name: "hook", type: "slack", url: `https://127.0.0.1:${receiver.port}/s`, alerts: ["check_failed"] };
  const mail = {
    name: "mail",
    type: "email",
    smtp: `smtp://127.0.0.1:${smtp.port}`,
    from: "a@a.example",
    to: "b@b.example",
  };
  for (const destination of [hook, { ...mail, alerts: ["check_failed"] }]) {
    const telling = await failAndPass({ ...destination, allow_private: false });
    expect(await telling.row(destination.name)).toMatchObject({
      status: "blocked",
      reason: expect.stringContaining("leads to a private address. Write allow_private: true if that is meant."),
    });
  }
  expect([receiver.connections(), smtp.mails.length]).toEqual([0, 0]);
});
