import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";
import { portToReturnTo, type RunningServer, runtimes, startServer, temporaryFolder } from "../../../server.ts";
import { type Received, type Receiver, startReceiver } from "../../destinations/receiver.ts";
import { newFile, patience, runCli, startCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function running(options: Parameters<typeof startServer>[1] = {}): Promise<RunningServer> {
  const server = await startServer("bun", options);
  stops.push(() => server.stop());
  return server;
}

async function receiving(...given: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...given);
  stops.push(() => receiver.stop());
  return receiver;
}

const report = (url: string, key: string, type = "asset_materialization") =>
  fetch(`${url}/report_${type}/${key}`, { method: "POST" });

/** Starts the command, and resolves once it says that it forwards. */
async function startListen(args: readonly string[], options: Parameters<typeof startCli>[1]) {
  const child = startCli(["listen", ...args], options);
  stops.push(() => child.kill("SIGKILL"));
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on("line", (line) => lines.push(line));
  const ended = once(child, "exit").then(([code]): number | null => code);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const failAtEnd = ended.then((code) => {
    throw new Error(`It ended with ${code}: ${errors}`);
  });
  failAtEnd.catch(() => {}); // it ends without anybody waiting for a line
  const lineAt = async (index: number) => {
    while (lines[index] === undefined) await Promise.race([once(reader, "line"), failAtEnd]);
    return lines[index];
  };
  const secret = /signed with (whsec_\S+)$/.exec(await lineAt(0))?.[1] ?? "";
  const says = async (part: string) => {
    while (!errors.includes(part)) await Promise.race([once(child.stderr, "data"), failAtEnd]);
  };
  const interrupt = async () => {
    child.kill("SIGINT");
    return await ended;
  };
  return { secret, lineAt, says, interrupt, ended, errors: () => errors };
}

const hook = (receiver: Pick<Receiver, "port">) => `http://127.0.0.1:${receiver.port}/hook`;
/** The message, once the package standardwebhooks has verified it. */
function verified({ body, headers }: Received, secret: string) {
  const given = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  new Webhook(secret).verify(body, Object.fromEntries(given));
  return JSON.parse(body);
}

const keysOf = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body).data.event.asset_key.join("/"));

describe.each(runtimes)("on %s,", (runtime) => {
  test("what is recorded from then on arrives, signed by the secret that is printed, and Ctrl-C ends it with 0", async () => {
    const server = await running();
    await report(server.url, "before");
    const receiver = await receiving();
    const listen = await startListen(["--forward-to", hook(receiver)], { runtime, env: { RUNLESS_URL: server.url } });
    await report(server.url, "a/b?partition=p");
    await report(server.url, "c", "asset_observation");
    expect(await listen.lineAt(1)).toBe("     2  asset.materialized  a/b  p  200");
    expect(await listen.lineAt(2)).toBe("     3  asset.observed  c  200");
    expect(receiver.received).toHaveLength(2);
    const [first] = receiver.received;
    if (first === undefined) throw new Error("nothing came");
    const { type, timestamp, data } = verified(first, listen.secret);
    const event = JSON.parse(await (await fetch(`${server.url}/api/v1/events/2`)).text());
    expect({ type, timestamp, data }).toEqual({
      type: "asset.materialized",
      timestamp: event.timestamp,
      data: { event, url: `${server.url}/events/2` },
    });
    expect((await fetch(data.url, { headers: { accept: "text/html" } })).status).toBe(200);
    expect(first).toMatchObject({ method: "POST", path: "/hook", headers: { "content-type": "application/json" } });
    expect([await listen.interrupt(), listen.errors()]).toEqual([0, ""]);
  });
});

test("neither a restart of the server nor one of the program loses or repeats anything, or changes the order", async () => {
  const databaseUrl = `file:${temporaryFolder()}/log.db`;
  const options = { databaseUrl, args: ["--port", String(await portToReturnTo())] };
  const { url, ...server } = await running(options);
  const first = await receiving();
  const listen = await startListen(["--forward-to", hook(first)], { env: { RUNLESS_URL: url } });
  await report(url, "1");
  await listen.lineAt(1);
  await first.stop();
  await report(url, "2");
  await listen.says("refused the connection. It is sent again until it arrives.");
  await server.stop("SIGKILL");
  await listen.says("the connection was lost, and is tried again");
  await running(options);
  await report(url, "3");
  const second = await receiving(undefined, { port: first.port });
  await listen.lineAt(3);
  await report(url, "4");
  await listen.lineAt(4);
  expect([keysOf(first), keysOf(second)]).toEqual([["1"], ["2", "3", "4"]]);
  expect(await listen.interrupt()).toBe(0);
});

test("only the types and assets that were asked for are sent", async () => {
  const server = await running();
  const receiver = await receiving();
  const filter = ["--events", "ASSET_OBSERVATION,ASSET_WIPED", "--prefix", "s3"];
  const listen = await startListen(["--forward-to", hook(receiver), ...filter], { env: { RUNLESS_URL: server.url } });
  await report(server.url, "s3/a");
  await report(server.url, "other", "asset_observation");
  await report(server.url, "s3/b", "asset_observation");
  await fetch(`${server.url}/api/v1/assets?asset_key=s3/a`, { method: "DELETE" });
  await listen.lineAt(2);
  expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(["asset.observed", "asset.wiped"]);
});

test("an error of the program is shown with its first line, and the next event is sent", async () => {
  const server = await running();
  const receiver = await receiving((response) => response.writeHead(500).end("no \u001b[31m/hook\nmore"));
  const listen = await startListen(["--forward-to", hook(receiver)], { env: { RUNLESS_URL: server.url } });
  await report(server.url, "a");
  await report(server.url, "b");
  expect(await listen.lineAt(1)).toBe("     1  asset.materialized  a  500  no \ufffd[31m[removed]");
  expect(await listen.lineAt(2)).toContain("  b  500");
});

test("a program that ends at every attempt is given up for that event alone", async () => {
  const server = await running();
  const receiver = await receiving((response, { body }) => {
    if (body.includes('"poison"')) response.destroy();
    else response.end();
  });
  const listen = await startListen(["--forward-to", hook(receiver)], { env: { RUNLESS_URL: server.url } });
  await report(server.url, "poison");
  await report(server.url, "next");
  expect(await listen.lineAt(1)).toEndWith(`127.0.0.1:${receiver.port} ended the connection.`);
  expect(await listen.lineAt(2)).toBe("     2  asset.materialized  next  200");
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
  expect(keysOf(receiver)).toEqual([...Array.from({ length: 5 }, () => "poison"), "next"]);
});

test("a database is listened to as well, with the secret that was given", async () => {
  const { env } = newFile();
  const receiver = await receiving();
  const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
  const listen = await startListen(["--forward-to", hook(receiver), "--secret", secret], { env });
  expect(listen.secret).toBe(secret);
  await runCli(["report", "a"], { env });
  await listen.lineAt(1);
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ data: { event: { id: 1 }, url: null } });
  expect(await listen.interrupt()).toBe(0);
});

test.each([
  [[], "required option '--forward-to <url>' not specified"],
  [["--forward-to", "localhost:8000"], "It must be http://… or https://…"],
  [["--forward-to", "http://x", "--secret", "whsec_short"], "24 to 64 bytes in base64"],
  [["--forward-to", "http://x", "--events", "materialization"], "Types are ASSET_MATERIALIZATION"],
])("listen %p says what is wrong, and ends with 2", async (args, message) => {
  const { exitCode, stderr } = await runCli(["listen", ...args]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test("neither the server itself nor the address of a cloud's metadata is a program to forward to", async () => {
  const server = await running();
  const env = { RUNLESS_URL: server.url };
  const itself = await runCli(["listen", "--forward-to", `${server.url}/hook`], { env });
  expect([itself.exitCode, itself.stderr]).toEqual([2, expect.stringContaining("is the runless server itself")]);
  const metadata = await startListen(["--forward-to", "http://169.254.169.254/latest"], { env });
  await report(server.url, "a");
  expect(await metadata.ended).toBe(2);
  expect(metadata.errors()).toStartWith("runless: Nothing can be sent: 169.254.169.254 leads to an address");
});
