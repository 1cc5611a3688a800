import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { RunlessClient } from "../../adapters/client.ts";
import { webhookSecret } from "../../adapters/destinations/sign-webhook.ts";
import { checkEvaluation } from "../../core/index.ts";
import { portToReturnTo, startServer, temporaryFolder } from "../server.ts";
import { installPython, python } from "./python.ts";

beforeAll(installPython, 300_000);

const started: ChildProcess[] = [];
afterAll(() => {
  for (const one of started) one.kill();
});

type Line = Readonly<Record<string, unknown>>;

/** The real receivers of receivers.py. */
async function startReceivers(secret: string) {
  const smtp = await portToReturnTo();
  const child = spawn(python, [join(import.meta.dir, "receivers.py"), secret, String(smtp)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Line> => JSON.parse((await lines.next()).value ?? "null");
  const { http } = await next();
  return { smtp, http, next };
}

test("a real mail server, Apprise and Python's standardwebhooks get a check that fails, and that passes again", async () => {
  const folder = temporaryFolder();
  const secret = webhookSecret(new Uint8Array(32).fill(5));
  const { smtp, http, next } = await startReceivers(secret);
  const alerts = ["check_failed"];
  const file = join(folder, "destinations.json");
  const grouped = { alerts, group_wait: "1s", group_interval: "1s", allow_private: true };
  const destinations = [
    { name: "hook", type: "webhook", url: `http://127.0.0.1:${http}/hook`, secret, alerts, allow_private: true },
    {
      name: "mail",
      type: "email",
      smtp: `smtp://127.0.0.1:${smtp}`,
      from: "runless@example.com",
      to: ["data@example.com"],
      ...grouped,
    },
    {
      name: "teams",
      type: "apprise",
      url: `http://127.0.0.1:${http}/notify`,
      urls: [`json://127.0.0.1:${http}/sink`],
      ...grouped,
    },
  ];
  writeFileSync(file, JSON.stringify({ destinations }));
  const databaseUrl = `file:${join(folder, "runless.db")}`;
  const server = await startServer("bun", {
    databaseUrl,
    args: ["--destinations", file, "--public-url", "https://runless.example"],
  });
  const client = new RunlessClient({ url: server.url });
  const told = new Map<string, Line[]>();
  for (const [passed, type] of [
    [false, "alert.firing"],
    [true, "alert.resolved"],
  ] as const) {
    await client.reportRunlessAssetEvent(
      checkEvaluation("warehouse/orders", { checkName: "no nulls", passed, description: "3 rows" }),
    );
    for (let i = 0; i < 3; i++) {
      const line = await next();
      told.set(`${line.kind} ${type}`, [...(told.get(`${line.kind} ${type}`) ?? []), line]);
    }
  }
  expect([...told.keys()].toSorted()).toEqual(
    ["apprise", "mail", "webhook"].flatMap((kind) => [`${kind} alert.firing`, `${kind} alert.resolved`]),
  );
  for (const type of ["alert.firing", "alert.resolved"]) {
    const [hook, mail, sink] = ["webhook", "mail", "apprise"].map((kind) => told.get(`${kind} ${type}`)?.[0]);
    expect(hook?.body).toMatchObject({
      type,
      data: { alert: { asset_key: ["warehouse", "orders"], check_name: "no nulls" } },
    });
    for (const text of [mail?.subject, mail?.text, mail?.html, JSON.stringify(sink?.body)])
      expect(text).toContain("warehouse/orders");
    expect(mail).toMatchObject({
      to: ["data@example.com"],
      id: expect.stringContaining("@"),
      text: expect.stringContaining("https://runless.example/"),
    });
    expect(sink?.body).toMatchObject({ type: type === "alert.firing" ? "failure" : "success" });
  }
  expect(await server.stop()).toBe(0);
}, 90_000);
