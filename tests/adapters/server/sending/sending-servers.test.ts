import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { type RunningServer, type Runtime, runtimes, startServer, temporaryFolder } from "../../../server.ts";
import { runCli } from "../../cli/run-cli.ts";
import { type Received, type Receiver, startReceiver } from "../../destinations/receiver.ts";

const secret = Buffer.alloc(32, 7).toString("base64");
const servers: RunningServer[] = [];
const receivers: Receiver[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop("SIGKILL")));
  await Promise.all(receivers.map((receiver) => receiver.stop()));
});

async function receive(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...args);
  receivers.push(receiver);
  return receiver;
}

interface Starting {
  readonly databaseUrl: string;
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: bun. */
  readonly runtime?: Runtime;
}

async function serve({ databaseUrl, path, env = {}, runtime = "bun" }: Starting): Promise<RunningServer> {
  const args = path === undefined ? [] : ["--destinations", path];
  const server = await startServer(runtime, { databaseUrl, args, env: { HOOK_SECRET: secret, ...env } });
  servers.push(server);
  return server;
}

const fileIn = (folder: string, destinations: readonly object[]) => {
  const path = join(folder, "runless.json");
  writeFileSync(path, JSON.stringify({ destinations: destinations.map((one) => ({ allow_private: true, ...one })) }));
  return path;
};
/** A variable, as the file names it. */
const ref = (name: string) => `\${${name}}`;
const hook = (port: number, more: object = {}) => ({
  ...{ name: "hook", type: "webhook", url: `http://127.0.0.1:${port}/hook`, secret: ref("HOOK_SECRET") },
  ...{ events: ["ASSET_MATERIALIZATION"], ...more },
});

async function report({ url }: RunningServer, key: string, i: number): Promise<void> {
  const answer = await fetch(`${url}/report_asset_materialization/${key}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ metadata: { i } }),
  });
  expect(answer.status).toBe(200);
}

/** Waits until it holds, and fails with what there is if it does not in time. */
async function until(holds: () => boolean | Promise<boolean>, what: () => unknown, seconds = 40): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It does not hold yet: ${JSON.stringify(what())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const eventOf = ({ body }: Received) => JSON.parse(body).data.event;
const numberOf = (one: Received): number => eventOf(one).metadata.i.raw_value;

test("a server that is killed while it sends loses nothing: at least once, under one id, in the order of each asset", async () => {
  const folder = temporaryFolder();
  const databaseUrl = `file:${join(folder, "runless.db")}`;
  let requests = 0;
  const receiver = await receive((response) => {
    const status = ++requests % 7 === 0 ? 500 : 200;
    setTimeout(() => response.writeHead(status).end(), 5);
  });
  const path = fileIn(folder, [hook(receiver.port)]);
  const total = 240;
  let server = await serve({ databaseUrl, path });
  for (let i = 0; i < total; i++) {
    await report(server, `a/${i % 8}`, i);
    if (i === 80 || i === 160) {
      await until(
        () => receiver.received.length >= i / 2,
        () => receiver.received.length,
      );
      await server.stop("SIGKILL");
      server = await serve({ databaseUrl, path });
    }
  }
  const numbers = () => new Set(receiver.received.map(numberOf));
  await until(
    () => numbers().size === total,
    () => numbers().size,
    120,
  );
  const ids = new Map<number, Set<unknown>>();
  const newest = new Map<string, number>();
  for (const one of receiver.received) {
    new Webhook(secret).verify(one.body, one.headers as Record<string, string>);
    const i = numberOf(one);
    ids.set(i, (ids.get(i) ?? new Set()).add(one.headers["webhook-id"]));
    // Nothing is sent before all that came before it arrived.
    const key = eventOf(one).asset_key.join("/");
    const before = newest.get(key) ?? -8;
    if (i > before) expect(i === before + 8 || before < 0).toBe(true);
    newest.set(key, Math.max(before, i));
  }
  for (const found of ids.values()) expect(found.size).toBe(1);
  expect(await server.stop()).toBe(0);
}, 180_000);

test.each([...runtimes])(
  "of two servers on %s the one with a file sends, and what the other records too",
  async (runtime) => {
    const folder = temporaryFolder();
    const databaseUrl = `file:${join(folder, "runless.db")}`;
    const receiver = await receive();
    const plain = await serve({ databaseUrl, runtime });
    // On Deno a variable needs a permission of its own.
    const own = runtime === "deno" ? { secret } : {};
    const sending = await serve({ databaseUrl, runtime, path: fileIn(folder, [hook(receiver.port, own)]) });
    const listed = async () => (await runCli(["destinations", "--json", "--url", plain.url])).stdout;
    await until(
      async () => (await listed()).includes('"name":"hook"'),
      () => sending.output(),
    );
    await report(plain, "a", 1);
    await report(sending, "a", 2);
    await until(
      () => receiver.received.length === 2,
      () => receiver.received.length,
    );
    expect(receiver.received.map(numberOf)).toEqual([1, 2]);
    // The other one can be asked.
    const asked = await runCli(["destinations", "test", "hook", "--url", plain.url]);
    expect(asked).toMatchObject({ exitCode: 0, stdout: "Asked the server that sends: test hook.\n" });
    await until(
      () => receiver.received.length === 3,
      () => receiver.received.length,
    );
    expect(JSON.parse(receiver.received[2]?.body ?? "").type).toBe("destination.test");
    const deliveries = await runCli(["destinations", "deliveries", "--url", plain.url]);
    expect(deliveries.stdout.match(/delivered/g)).toHaveLength(3);
    const metrics = await (await fetch(`${sending.url}/metrics`)).text();
    expect(metrics).toContain('runless_destination_deliveries_total{destination="hook",outcome="delivered"} 3');
    expect(metrics).toContain('runless_destination_pending{destination="hook"} 0');
    expect(metrics).toContain('runless_destination_lag_events{destination="hook"} 0');
    expect(metrics).toContain("runless_sender_is_holder 1");
    await Promise.all([plain.stop(), sending.stop()]);
  },
  90_000,
);

test("SIGHUP reads the file again; a bad one keeps the one from before, and says so", async () => {
  const folder = temporaryFolder();
  const databaseUrl = `file:${join(folder, "runless.db")}`;
  const [first, second] = [await receive(), await receive()];
  const path = fileIn(folder, [hook(first.port)]);
  const server = await serve({ databaseUrl, path });
  await until(
    () => server.output().includes("token"),
    () => server.output(),
  );
  await until(
    async () => (await runCli(["destinations", "--json", "--url", server.url])).stdout.includes("hook"),
    () => server.output(),
  );
  await report(server, "a", 1);
  await until(
    () => first.received.length === 1,
    () => first.received.length,
  );
  writeFileSync(path, JSON.stringify({ destinations: [{ ...hook(first.port), url: 1 }] }));
  server.process.kill("SIGHUP");
  await until(
    () => server.output().includes("the one from before holds"),
    () => server.output(),
  );
  await report(server, "a", 2);
  await until(
    () => first.received.length === 2,
    () => first.received.length,
  );
  fileIn(folder, [hook(second.port)]);
  server.process.kill("SIGHUP");
  await until(
    () => server.output().includes("was read again"),
    () => server.output(),
  );
  await report(server, "a", 3);
  await until(
    () => second.received.length === 1,
    () => second.received.length,
  );
  expect([first, second].map(({ received }) => received.map(numberOf))).toEqual([[1, 2], [3]]);
  await server.stop();
}, 90_000);

test("a wrong file is told of in sentences, and nothing starts", async () => {
  const folder = temporaryFolder();
  const databaseUrl = `file:${join(folder, "runless.db")}`;
  const start = (destinations: readonly object[]) =>
    serve({ databaseUrl, path: fileIn(folder, destinations) }).then(
      () => "it started",
      (error: Error) => error.message,
    );
  expect(await start([hook(1, { type: "webhok" })])).toContain("write type: webhook");
  expect(await start([hook(1, { secret: ref("NOT_THERE") })])).toContain("NOT_THERE is not set");
}, 60_000);

test("secrets and paths of URLs are in no database, log, metric, answer or error, whatever fails", async () => {
  const folder = temporaryFolder();
  const databaseUrl = `file:${join(folder, "runless.db")}`;
  const words = {
    url: "T0KENINTHEPATH",
    key: "R0UTINGKEY0123456789abcdef",
    slack: "SL4CKT0KEN",
    user: "us3rofthehook",
    pass: "p4ssw0rdofthehook",
    apprise: "tgram://APPR1SET0KEN/chat",
    token: "D4GSTERT0KEN",
    header: "h34derofthepr0xy",
  };
  const echo =
    (status: number) => (response: Parameters<NonNullable<Parameters<typeof startReceiver>[0]>>[0], one: Received) =>
      response.writeHead(status).end(`Cannot ${one.method} ${one.path} ${JSON.stringify(one.headers)} ${one.body}`);
  const [refusing, failing, limiting, gone] = [
    await receive(echo(404)),
    await receive(echo(500)),
    await receive((response, one) => response.writeHead(429, { "retry-after": "600" }).end(`${one.path} ${one.body}`)),
    await receive(echo(410)),
  ];
  const events = ["ASSET_MATERIALIZATION"];
  const to = (port: number) => `http://127.0.0.1:${port}/hook/${ref("URL")}`;
  const of = (name: string, url: string, more: object = {}) => ({ ...hook(0), name, url, ...more });
  const path = fileIn(folder, [
    ...[refusing, failing, limiting, gone].map(({ port }) => of(`hook-${port}`, to(port))),
    of("auth", `http://${ref("HOOK_USER")}:${ref("HOOK_PASS")}@127.0.0.1:${failing.port}/x`),
    of("away", to(1)),
    of("nowhere", `https://no-such-host.invalid/${ref("URL")}`),
    of("forbidden", `https://169.254.169.254/${ref("URL")}`),
    of("tls", `https://127.0.0.1:${failing.port}/${ref("URL")}`),
    { name: "chat", type: "slack", url: `http://127.0.0.1:${refusing.port}/${ref("SLACK")}`, events, alerts: ["fail"] },
    {
      ...{ name: "pager", type: "pagerduty", routing_key: ref("KEY"), alerts: ["check_failed"] },
      url: `http://127.0.0.1:${failing.port}/v2`,
    },
    {
      name: "apprise",
      type: "apprise",
      url: `http://127.0.0.1:${refusing.port}/notify`,
      urls: [ref("APPRISE")],
      events,
    },
    {
      ...{ name: "mail", type: "email", from: "a@b.example", to: "c@d.example", events },
      smtp: `smtp://${ref("HOOK_USER")}:${ref("HOOK_PASS")}@127.0.0.1:${failing.port}`,
    },
    { name: "beat", type: "heartbeat", url: to(failing.port) },
    ...[refusing, failing, limiting, gone].map(({ port }) => ({
      ...{ name: `dagster-${port}`, type: "dagster", url: to(port) },
      ...{ token: ref("TOKEN"), headers: { Authorization: `Basic ${ref("HEADER")}` } },
    })),
  ]);
  const env = {
    ...{ URL: words.url, KEY: words.key, SLACK: words.slack, HOOK_USER: words.user, HOOK_PASS: words.pass },
    ...{ APPRISE: words.apprise, TOKEN: words.token, HEADER: words.header, RUNLESS_LOG_LEVEL: "debug" },
  };
  const server = await serve({ databaseUrl, path, env });
  const listed = async () => JSON.parse((await runCli(["destinations", "--json", "--url", server.url])).stdout);
  await until(
    async () => (await listed()).destinations.length === 18,
    () => server.output(),
  );
  for (const name of ["chat", "apprise", "mail", "pager"]) {
    expect(await runCli(["destinations", "test", name, "--url", server.url])).toMatchObject({ exitCode: 0 });
  }
  await report(server, "a", 1);
  const hasFailed = (one: { reason: string | null; type: string }) => one.reason !== null;
  const failed = async () => (await listed()).destinations.filter(hasFailed).map(({ name }: { name: string }) => name);
  // All of them, but those whose one message was refused.
  await until(
    async () => (await failed()).length >= 14,
    () => server.output(),
  );
  const shown = [
    (await runCli(["destinations", "--url", server.url])).stdout,
    (await runCli(["destinations", "deliveries", "--json", "--url", server.url])).stdout,
    await (await fetch(`${server.url}/api/v1/destinations/deliveries`)).text(),
    await (await fetch(`${server.url}/metrics`)).text(),
  ];
  await server.stop();
  const files = readdirSync(folder).filter((name) => name.startsWith("runless.db"));
  const stored = files.map((name) => readFileSync(join(folder, name), "latin1"));
  expect(shown[1]).toContain("Cannot POST");
  const sources = { log: server.output(), shown: shown.join("\n"), stored: stored.join("\n") };
  const secrets = [secret, ...Object.values(words), "APPR1SET0KEN", btoa(`${words.user}:${words.pass}`)];
  const told = Object.entries(sources).flatMap(([source, text]) =>
    secrets
      .filter((word) => text.includes(word))
      .map((word) => {
        const at = text.indexOf(word);
        return `${source}: ${word}: ${text.slice(Math.max(0, at - 200), at + 100)}`;
      }),
  );
  expect(told).toEqual([]);
}, 120_000);
