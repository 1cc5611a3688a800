import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunlessClient } from "../../adapters/client.ts";
import { checkEvaluation, materialization } from "../../core/index.ts";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { installPython } from "./python.ts";
import { certificate, type Receivers, startReceivers } from "./receivers.ts";

const secret = Buffer.alloc(32, 7).toString("base64");
const oldSecret = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
const publicUrl = "https://runless.example";
let receivers: Receivers;

beforeAll(async () => {
  await installPython();
  receivers = await startReceivers([secret, oldSecret]);
}, 300_000);
afterAll(() => receivers?.stop());

/** All destinations of one server. They lead to the receivers, but for those whose name says what is wrong. */
function fileText({ http, smtpPort }: Receivers): string {
  const told = (name: string) => `${http.replace("http:", "json:")}/told/${name}`;
  const hook = { type: "webhook", events: ["ASSET_MATERIALIZATION"] };
  const chat = { alerts: ["check_failed"], group_wait: "1s", group_interval: "1s" };
  const apprise = { ...chat, type: "apprise", url: `${http}/notify` };
  const people = { from: "Runless <runless@a.example>", to: ["anna@b.example", "Bö <bo@b.example>"] };
  const mail = { ...chat, ...people, type: "email" };
  const smtp = (password: string, host = "localhost") => `smtp://runless:${password}@${host}:${smtpPort}`;
  const destinations = [
    { ...hook, name: "one-secret", url: `${http}/hook/one`, secret },
    { ...hook, name: "two-secrets", url: `${http}/hook/two`, alerts: ["check_failed"], secret: [secret, oldSecret] },
    { ...apprise, name: "apprise", urls: [told("first"), told("second")] },
    { ...apprise, name: "unknown-service", urls: ["nosuchservice://host"] },
    { ...mail, name: "mail", smtp: smtp("p%40ss%2Fword") },
    { ...mail, name: "wrong-password", smtp: smtp("wrong") },
    // The certificate is not for this name.
    { ...mail, name: "wrong-host", smtp: smtp("p%40ss%2Fword", "127.0.0.1") },
  ];
  return JSON.stringify({ destinations: destinations.map((one) => ({ ...one, allow_private: true })) });
}

describe.each(["bun", "node"] as const)("what a server on %s sends", (runtime) => {
  let server: RunningServer;
  let client: RunlessClient;
  beforeAll(async () => {
    receivers.forget();
    const folder = temporaryFolder();
    const file = join(folder, "destinations.json");
    writeFileSync(file, fileText(receivers));
    server = await startServer(runtime, {
      databaseUrl: `file:${join(folder, "runless.db")}`,
      args: ["--destinations", file, "--public-url", publicUrl],
      env: { NODE_EXTRA_CA_CERTS: certificate },
    });
    client = new RunlessClient({ url: server.url });
    await until(async () => (await list("destinations")).length === 7);
  }, 30_000);
  afterAll(() => server?.stop());

  type Row = Readonly<Record<string, unknown>>;
  async function list(what: "destinations" | "deliveries", destination = ""): Promise<readonly Row[]> {
    const path = what === "destinations" ? "" : `/deliveries?destination=${destination}`;
    const body: unknown = await (await fetch(`${server.url}/api/v1/destinations${path}`)).json();
    return (body as Record<typeof what, readonly Row[]>)[what]; // the API's form
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = performance.now() + 20_000; !(await holds()); ) {
      if (performance.now() > end) throw new Error(`It does not hold in time:\n${server.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test("Python's standardwebhooks verifies, by each of its secrets and no other", async () => {
    const description = "ä € 😀 </script>\u2028";
    await client.reportRunlessAssetEvent(materialization(["warehouse", "orders"], { description }));
    await until(() => ["hook/one", "hook/two"].every((to) => receivers.told(to).length === 1));
    const event = { type: "ASSET_MATERIALIZATION", asset_key: ["warehouse", "orders"], description };
    const body = { type: "asset.materialized", data: { event, url: expect.stringContaining(publicUrl) } };
    expect(receivers.told("hook/one")).toMatchObject([{ verified: [true, false], id: expect.any(String), body }]);
    expect(receivers.told("hook/two")).toMatchObject([{ verified: [true, true], id: expect.any(String), body }]);
    receivers.forget();
  });

  test("where Apprise knows no service, or a mail server is not to be trusted, nothing counts as delivered", async () => {
    await client.reportRunlessAssetEvent(checkEvaluation("a", { checkName: "rows", passed: false, severity: "ERROR" }));
    const wanted = {
      "wrong-password": /^401, failed \d+ of 13: the server refused the password/,
      "wrong-host": /^not reached, failed \d+ of 13: /,
      "unknown-service": /^422, refused \d of 3: Apprise answered 204/,
    };
    for (const [name, answer] of Object.entries(wanted)) {
      await until(async () => ((await list("deliveries", name))[0]?.answer ?? null) !== null);
      expect(await list("deliveries", name)).toMatchObject([{ answer: expect.stringMatching(answer) }]);
    }
    // The others are told.
    await until(() => ["told/first", "told/second", "mail", "hook/two"].every((to) => receivers.told(to).length === 1));
    receivers.forget();
  });

  test("Apprise hands on to each of its services, and a mail server gets mail that Python reads", async () => {
    const report = (passed: boolean) =>
      client.reportRunlessAssetEvent(
        checkEvaluation(["warehouse", "örders <b>"], { checkName: "rows & more", passed, severity: "ERROR" }),
      );
    const all = ["told/first", "told/second", "mail", "hook/two"];
    await report(false);
    await until(() => all.every((to) => receivers.told(to).length === 1));
    await report(true);
    await until(() => all.every((to) => receivers.told(to).length === 2));
    const title = "check rows & more of warehouse/örders <b> fails";
    const ended = "Resolved: check rows & more of warehouse/örders <b> failed";
    for (const to of ["told/first", "told/second"]) {
      expect(receivers.told(to)).toMatchObject([
        {
          title: `🔴 ${title}`,
          type: "failure",
          message: expect.stringMatching(/^The check failed\.\nsince .*\nhttps:/),
        },
        { title: `🟢 ${ended}`, type: "success", message: expect.stringContaining(publicUrl) },
      ]);
    }
    expect(receivers.told("hook/two")).toMatchObject(
      ["alert.firing", "alert.resolved"].map((type) => {
        return { verified: [true, true], body: { type, data: { alert: { check_name: "rows & more" } } } };
      }),
    );
    const way = {
      header: { from: "Runless <runless@a.example>", to: "anna@b.example, Bö <bo@b.example>" },
      envelope: ["runless@a.example", "anna@b.example", "bo@b.example"],
      ...{ is_encrypted: true, user: "runless", defects: [] },
    };
    const escaped = "check rows &amp; more of warehouse/örders &lt;b&gt;";
    expect(receivers.told("mail")).toMatchObject([
      {
        ...way,
        subject: `[runless] ${title}`,
        text: expect.stringMatching(/^🔴 check rows & more of warehouse\/örders <b> fails\nThe check failed\.\n/),
        html: expect.stringContaining(`${escaped} fails</a></b><br>The check failed.<br>`),
      },
      { ...way, subject: `[runless] ${ended}`, html: expect.stringContaining(`Resolved: ${escaped} failed`) },
    ]);
    const newest = (await list("deliveries", "mail")).slice(0, 2);
    const ids = receivers.told("mail").map(({ header }) => (header as Record<string, string>)["message-id"]); // of receivers.py
    expect(ids.toSorted()).toEqual(newest.map((one) => `<${one.message_id}@runless>`).toSorted());
  });
});
