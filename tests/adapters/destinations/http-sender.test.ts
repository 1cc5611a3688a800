import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createHttpSender } from "../../../adapters/destinations/http-sender.ts";
import { runtimes } from "../../server.ts";
import { startReceiver, startTcpReceiver } from "./receiver.ts";
import { type Asked, startSending } from "./sending-process.ts";

setDefaultTimeout(30_000);

const key = readFileSync(join(import.meta.dir, "hooks.example.key.pem"), "utf8");
const cert = readFileSync(join(import.meta.dir, "hooks.example.cert.pem"), "utf8");
const loopback = { "hooks.example": [["127.0.0.1"]] };

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function ending<Started extends { stop(): Promise<void> }>(started: Started): Started {
  stops.push(() => started.stop());
  return started;
}

/** Sends some text, and then more and more of it, so that the connection is never silent. */
function trickle(socket: Socket, text: string): void {
  socket.write(text);
  const timer = setInterval(() => socket.write("x"), 20);
  socket.on("close", () => clearInterval(timer));
}

describe.each(runtimes)("on %s,", (runtime) => {
  let sending: ReturnType<typeof startSending>;
  beforeAll(() => {
    sending = startSending(runtime);
  });
  afterAll(() => sending.stop());

  const post = (url: string, more: Partial<Asked["request"]> = {}, rest: Omit<Asked, "request"> = {}) =>
    sending.send({ request: { method: "POST", body: "{}", allowPrivate: true, url, ...more }, ...rest });

  test("a request arrives as it was asked for, and its answer is told", async () => {
    const receiver = ending(await startReceiver((response) => response.writeHead(201).end("thank you")));
    const headers = { "content-type": "application/json", "webhook-id": "m1" };
    const { answer, asked } = await post(
      `http://hooks.example:${receiver.port}/a/b?c=d`,
      { body: '{"name":"ä"}', headers },
      { names: loopback },
    );
    expect(answer).toEqual({ type: "answered", status: 201, retryAfter: null, text: "thank you" });
    expect(asked).toEqual(["hooks.example"]);
    expect(receiver.received).toMatchObject([
      {
        ...{ method: "POST", path: "/a/b?c=d", body: '{"name":"ä"}' },
        headers: { ...headers, host: `hooks.example:${receiver.port}`, "content-length": "13" },
      },
    ]);
    expect(receiver.received[0]?.headers["user-agent"]).toMatch(/^runless\/\d/);
  });

  test("a GET has no body", async () => {
    const receiver = ending(await startReceiver());
    const request = { method: "GET", url: `http://127.0.0.1:${receiver.port}/ping`, allowPrivate: true } as const;
    expect((await sending.send({ request })).answer).toMatchObject({ status: 200, text: "ok" });
    expect(receiver.received).toMatchObject([{ method: "GET", path: "/ping", body: "" }]);
  });

  test("user and password of a URL are sent as Basic, and are no part of the host", async () => {
    const receiver = ending(await startReceiver());
    await post(`http://us%65r:p%3Aw@127.0.0.1:${receiver.port}/`);
    const authorization = `Basic ${Buffer.from("user:p:w").toString("base64")}`;
    expect(receiver.received[0]?.headers).toMatchObject({ authorization, host: `127.0.0.1:${receiver.port}` });
  });

  test("of several addresses one that refuses does not keep the others from being tried", async () => {
    const receiver = ending(await startReceiver());
    const names = { "two.example": [["127.0.0.9", "127.0.0.1"]] };
    const { answer } = await post(`http://two.example:${receiver.port}/`, {}, { names });
    expect(answer).toMatchObject({ status: 200 });
  });

  test.each([
    ["7", () => "7", 7000, 7000],
    ["0", () => "0", 0, 0],
    ["a time in ten minutes", () => new Date(Date.now() + 600_000).toUTCString(), 500_000, 600_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", () => "Thu, 01 Jan 1970 00:00:00 GMT", 0, 0],
  ])("Retry-After of %s is understood", async (_, headerOf, least, most) => {
    const value = headerOf();
    const receiver = ending(await startReceiver((response) => response.writeHead(503, { "retry-after": value }).end()));
    const { answer } = await post(`http://127.0.0.1:${receiver.port}/`);
    if (answer.type !== "answered" || answer.retryAfter === null) throw new Error(JSON.stringify(answer));
    expect(answer.retryAfter).toBeGreaterThanOrEqual(least);
    expect(answer.retryAfter).toBeLessThanOrEqual(most);
  });

  test("of a long answer 1 KiB is given, and no half of a character", async () => {
    const receiver = ending(await startReceiver((response) => response.end("€".repeat(20_000))));
    const url = `http://127.0.0.1:${receiver.port}/`;
    expect((await post(url)).answer).toMatchObject({ status: 200, text: "€".repeat(341) });
    expect((await post(url, { rawBytes: 1_000_000 })).answer).toMatchObject({ text: "€".repeat(20_000) });
    expect((await post(url, { rawBytes: 4 })).answer).toMatchObject({ text: "€" });
  });

  test("an answer that the caller reads comes as it is", async () => {
    const receiver = ending(await startReceiver((response) => response.end("/graphql\r\n\u001b[0m")));
    const url = `http://127.0.0.1:${receiver.port}/graphql`;
    expect((await post(url, { rawBytes: 1000 })).answer).toMatchObject({ text: "/graphql\r\n\u001b[0m" });
    expect((await post(url)).answer).toMatchObject({ text: "[removed]\n\ufffd[0m" });
  });

  test("of an endless answer 64 KiB are read, and then the connection is closed", async () => {
    let written = 0;
    const receiver = ending(
      await startReceiver((response) => {
        const more = () => {
          do written += 10_000;
          while (!response.destroyed && response.write("x".repeat(10_000)));
        };
        response.on("drain", more);
        more();
      }),
    );
    const url = `http://127.0.0.1:${receiver.port}/`;
    expect((await post(url)).answer).toMatchObject({ status: 200, text: "x".repeat(1024) });
    expect((await post(url, { rawBytes: 65_536 })).answer).toMatchObject({ status: 200, text: "x".repeat(65_536) });
    await receiver.idle();
    expect(written).toBeLessThan(20_000_000); // what fits into the buffers on the way
  });

  test("a receiver that answers nothing, slowly, or no end, is lost when the time is up", async () => {
    const talks: Parameters<typeof startTcpReceiver>[0][] = [
      () => {},
      (socket) => trickle(socket, "HTTP/1.1 200 OK\r\nx: "),
      (socket) => trickle(socket, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"),
      (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"),
    ];
    for (const talk of talks) {
      const receiver = ending(await startTcpReceiver(talk));
      const { answer } = await post(`http://127.0.0.1:${receiver.port}/`, { timeout: 300 });
      expect(answer).toEqual({ type: "lost", reason: `127.0.0.1:${receiver.port} did not answer within 0.3 s.` });
      await receiver.idle();
    }
  });

  test("an answer that breaks off, or is no HTTP, is lost", async () => {
    const head = "HTTP/1.1 200 OK\r\n";
    const talks: Parameters<typeof startTcpReceiver>[0][] = [
      (socket) => socket.destroy(),
      (socket) => socket.end("hello\r\n\r\n"),
      (socket) => socket.end(head),
      (socket) => socket.end(`${head}content-length: 1000\r\n\r\nhalf`),
      (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`),
    ];
    for (const talk of talks) {
      const receiver = ending(await startTcpReceiver(talk));
      const { answer } = await post(`http://127.0.0.1:${receiver.port}/`);
      expect(answer).toMatchObject({ type: "lost", reason: expect.stringContaining(`127.0.0.1:${receiver.port} `) });
    }
  });

  test("a receiver that is not there is unreachable", async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const host = `127.0.0.1:${receiver.port}`;
    expect((await post(`http://${host}/hook`)).answer).toEqual({
      type: "unreachable",
      reason: `${host} refused the connection.`,
    });
    const { answer } = await post("https://gone.example/hook", {}, { names: { "gone.example": [[]] } });
    expect(answer).toEqual({ type: "unreachable", reason: "gone.example has no address (ENOTFOUND)." });
  });

  test("a certificate is checked before anything is sent", async () => {
    const paths: unknown[] = [];
    const server = createTlsServer({ key, cert }, (request, response) => {
      paths.push(request.url, "servername" in request.socket && request.socket.servername);
      response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stops.push(() => server.close());
    const { port } = server.address() as AddressInfo; // of a server that listens on a port
    const names = { ...loopback, "hooks.example.": [["127.0.0.1"]], "other.example": [["127.0.0.1"]] };
    const untrusted = await post(`https://hooks.example:${port}/a`, {}, { names });
    const misnamed = await post(`https://other.example:${port}/b`, {}, { names, ca: cert });
    const address = await post(`https://127.0.0.1:${port}/c`, {}, { names, ca: cert });
    for (const { answer } of [untrusted, misnamed, address]) {
      expect(answer).toMatchObject({ type: "unreachable", reason: expect.stringContaining("can't be trusted") });
    }
    expect(paths).toEqual([]);
    expect((await post(`https://hooks.example:${port}/d`, {}, { names, ca: cert })).answer).toMatchObject({
      status: 200,
    });
    expect((await post(`https://hooks.example.:${port}/e`, {}, { names, ca: cert })).answer).toMatchObject({
      status: 200,
    });
    expect(paths).toEqual(["/d", "hooks.example", "/e", "hooks.example"]);
  });

  test("neither an answer nor a reason has the URL or a secret in it", async () => {
    const secrets = [
      "/services/T01/B02/s3cr3tpath",
      "s3cr3tpath",
      "qu3rys3cret",
      "us3rname",
      "p4ssw0rd!",
      "t0ken-t0ken",
      "k3y-of-body",
    ];
    const echo = await startReceiver((response, { path, headers, body }) => {
      const authorization = String(headers.authorization);
      response.writeHead(404);
      response.write(`Cannot POST ${path} ${JSON.stringify({ path, authorization, body }).replaceAll("/", "\\/")}`);
      response.end(` <a href="${path?.replaceAll("&", "&amp;")}"> ${Buffer.from(authorization.slice(6), "base64")}`);
    });
    ending(echo);
    const silent = ending(await startTcpReceiver(() => {}));
    const reset = ending(await startTcpReceiver((socket) => socket.destroy()));
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const gonePort = (gone.address() as AddressInfo).port; // of a server that listens on a port
    await new Promise((resolve) => gone.close(resolve));
    const path = "/services/T01/B02/s3cr3tpath?a=1&key=qu3rys3cret";
    const body = JSON.stringify({ routing_key: "k3y-of-body" });
    for (const target of [
      ...[echo.port, silent.port, reset.port, gonePort].map((port) => `http://us3rname:p4ssw0rd!@127.0.0.1:${port}`),
      ...[
        "https://us3rname:p4ssw0rd!@no.example",
        "http://us3rname:p4ssw0rd!@1.1.1.1",
        "gopher://us3rname:p4ssw0rd!@x",
      ],
    ]) {
      for (const headers of [{}, { authorization: "Bearer t0ken-t0ken" }]) {
        const { answer } = await post(
          target + path,
          { timeout: 300, headers, body, secrets: ["k3y-of-body"] },
          {
            names: { "no.example": [[]] },
          },
        );
        const said = JSON.stringify(answer);
        expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
      }
    }
    expect(echo.received).toHaveLength(2);
  });
});

test("a look-up that does not end, and a server that stops, end a request at once", async () => {
  const receiver = ending(await startTcpReceiver(() => {}));
  const forever = createHttpSender({ resolve: () => new Promise(() => {}) });
  const request = { method: "GET", url: `https://hooks.example:${receiver.port}/`, allowPrivate: true } as const;
  expect(await forever({ ...request, timeout: 100 })).toEqual({
    type: "unreachable",
    reason: `hooks.example:${receiver.port} did not answer within 0.1 s.`,
  });
  const stopping = new AbortController();
  const send = createHttpSender();
  const answer = send({ ...request, url: `http://127.0.0.1:${receiver.port}/`, signal: stopping.signal });
  while (receiver.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
  stopping.abort();
  const reason = expect.stringContaining("was given up, since this server stops");
  expect(await answer).toEqual({ type: expect.stringMatching(/^(lost|unreachable)$/), reason });
  await receiver.idle();
  expect(await send({ ...request, signal: stopping.signal })).toEqual({ type: "unreachable", reason });
});
