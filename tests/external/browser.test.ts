import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type Browser, chromium, type Page, type Request } from "playwright-core";
import { walkEvents } from "../read-events.ts";
import { type RunningServer, runtimes, type ServerOptions, startServer } from "../server.ts";

/**
 * What a page may try, as a program of the page: each resolves with what it could read, or with "" where it was kept
 * from that. `base` is the server that it wants to use.
 */
const attempts: Readonly<Record<string, string>> = {
  "a POST without a body": `read(base + report, { method: "POST" })`,
  "a POST without a body, unseen": `read(base + report, { method: "POST", mode: "no-cors" })`,
  "a POST of plain text": `read(base + report, { method: "POST", mode: "no-cors", body: "{}" })`,
  "a POST of a form's type": `read(base + report, { method: "POST", mode: "no-cors", body: new URLSearchParams("a=b") })`,
  "a POST of JSON": `read(base + report, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })`,
  "a beacon": `new Promise((resolve) => { navigator.sendBeacon(base + report); resolve(""); })`,
  "a form": `inFrame((frame) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", action: base + report, target: frame.name });
    document.body.append(form);
    form.submit();
  })`,
  "a read": `read(base + "/api/v1/events")`,
  "a read, unseen": `read(base + "/api/v1/events", { mode: "no-cors" })`,
  "a wipe": `read(base + "/api/v1/assets?asset_key=kept", { method: "DELETE" })`,
  "a stream": `new Promise((resolve) => {
    const stream = new EventSource(base + "/api/v1/events/stream?after=0");
    const end = (text) => { stream.close(); resolve(text); };
    stream.addEventListener("ASSET_MATERIALIZATION", ({ data }) => end(data));
    stream.onerror = () => end("");
  })`,
  "an image": `load("img", "src", base + "/api/v1/events")`,
  "a script": `load("script", "src", base + "/api/v1/events")`,
  "a frame": `inFrame((frame) => { frame.src = base + "/docs"; })`,
};
const writes = Object.keys(attempts).slice(0, 7);
const reads = ["a read", "a stream"];

const page = `<!doctype html><title>page</title><script>
const report = "/report_asset_materialization/forged";
const read = (url, init) => fetch(url, init).then((response) => response.text());
const load = (tag, attribute, url) => new Promise((resolve) => {
  const element = document.createElement(tag);
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("");
  element[attribute] = url;
  document.body.append(element);
});
const inFrame = (use) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.name = "frame" + Math.random();
  document.body.append(frame);
  use(frame);
  frame.onload = () => {
    try { resolve(frame.contentDocument.body.textContent); } catch { resolve(""); }
  };
});
</script><body></body>`;

/** Milliseconds for a test: a browser takes its time where others want the processor too. */
const patience = 60_000;

let browser: Browser;
let elsewhere: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  elsewhere = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(page, { headers: { "content-type": "text/html" } }),
  });
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    // The last: Chromium would keep some of these pages from this machine of its own accord.
    args: [
      "--no-sandbox",
      "--host-resolver-rules=MAP evil.test 127.0.0.1",
      "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
    ],
  });
}, 30_000);
afterAll(async () => {
  await browser?.close();
  await elsewhere?.stop(true);
});

/** Lets a page try something, waits until the server has answered, and says what the page could read. */
async function tryIt(opened: Page, base: string, attempt: string): Promise<string> {
  const answered = Promise.withResolvers<void>();
  const note = (request: Request) => {
    if (request.url().startsWith(base)) answered.resolve();
  };
  opened.on("requestfinished", note).on("requestfailed", note);
  const program = `(async (base) => String(await (${attempts[attempt]})))(${JSON.stringify(base)}).catch(() => "")`;
  const text = await opened.evaluate<string>(program);
  await answered.promise;
  opened.off("requestfinished", note).off("requestfailed", note);
  return text;
}

/** How many requests the server has refused, by its own account: Chromium does not tell of all that it keeps to itself. */
async function refusals(server: RunningServer): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const counts = text.matchAll(/^runless_http_requests_total\{.*status="403".*\} (\d+)$/gm);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}

async function expectRefusal(server: RunningServer, opened: Page, base: string, attempt: string): Promise<void> {
  const before = await refusals(server);
  const text = await tryIt(opened, base, attempt);
  // A page under a name of its own is of this origin, for all that the browser knows, and reads that it was refused.
  expect([attempt, text]).toEqual([
    attempt,
    expect.stringMatching(/^(|\{"error":"This server isn't called evil\.test\. .*\})$/),
  ]);
  expect([attempt, await refusals(server)]).toEqual([attempt, before + 1]);
  expect([attempt, ...(await keysOf(server))]).toEqual([attempt, "kept"]);
}

async function openPage(url: string): Promise<Page> {
  const opened = await browser.newPage();
  await opened.goto(url);
  return opened;
}

/** A page that the server did not write, at an address of the server. */
async function openForgedPage(url: string): Promise<Page> {
  const opened = await browser.newPage();
  await opened.route(`${url}/forged-page`, (route) => route.fulfill({ contentType: "text/html", body: page }));
  await opened.goto(`${url}/forged-page`);
  return opened;
}

async function startWithEvent(runtime: (typeof runtimes)[number], options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startServer(runtime, options);
  await fetch(`${server.url}/report_asset_materialization/kept`, { method: "POST" });
  return server;
}

const keysOf = async (server: RunningServer) =>
  (await Array.fromAsync(walkEvents(server.url))).map(({ asset_key: [key] }) => key);

describe.each([...runtimes])("in Chromium, on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startWithEvent(runtime);
  });
  afterAll(() => server.stop());

  test.each(["127.0.0.1", "localhost", "evil.test"])(
    "a page of another port of %s records nothing and reads nothing, whatever it tries",
    async (host) => {
      const opened = await openPage(`http://${host}:${elsewhere.port}/`);
      for (const attempt of Object.keys(attempts)) await expectRefusal(server, opened, server.url, attempt);
      await opened.close();
    },
    patience,
  );

  test(
    "a page whose name was made to point to here records nothing and reads nothing, whatever it tries",
    async () => {
      const base = `http://evil.test:${server.port}`;
      const opened = await openForgedPage(base);
      for (const attempt of Object.keys(attempts)) await expectRefusal(server, opened, base, attempt);
      await opened.close();
    },
    patience,
  );

  test(
    "a page that somebody opened is shown, by whatever link they came",
    async () => {
      const opened = await openPage(`http://127.0.0.1:${elsewhere.port}/`);
      const problems: string[] = [];
      opened.on("console", (message) => problems.push(message.text()));
      await opened.evaluate(`location.href = ${JSON.stringify(`${server.url}/docs`)}`);
      await opened.waitForURL(`${server.url}/docs`);
      expect(await opened.locator("h1").textContent()).toContain("runless");
      // What the policy lets through is applied, and there is nothing that it has to stop.
      const display = await opened.evaluate("getComputedStyle(document.querySelector('.layout')).display");
      expect([display, problems]).toEqual(["grid", []]);
      await opened.close();
    },
    patience,
  );
});

describe.each([...runtimes])("in Chromium, a page that may, on %s", (runtime) => {
  let server: RunningServer;
  afterEach(() => server.stop());

  test(
    "reports and reads from the server's own origin",
    async () => {
      server = await startWithEvent(runtime);
      await expectUse(server.url, await openForgedPage(server.url));
    },
    patience,
  );

  test(
    "reports and reads under a name that --allowed-host gives",
    async () => {
      server = await startWithEvent(runtime, { args: ["--allowed-host", "evil.test"] });
      const base = `http://evil.test:${server.port}`;
      await expectUse(base, await openForgedPage(base));
    },
    patience,
  );

  test(
    "reports and reads from an origin that --cors-origin names, and no other does",
    async () => {
      const origin = `http://evil.test:${elsewhere.port}`;
      server = await startWithEvent(runtime, { args: ["--cors-origin", origin] });
      const other = await openPage(`http://localhost:${elsewhere.port}`);
      for (const attempt of Object.keys(attempts)) await expectRefusal(server, other, server.url, attempt);
      await other.close();
      await expectUse(server.url, await openPage(origin));
    },
    patience,
  );

  async function expectUse(base: string, opened: Page): Promise<void> {
    const before = await refusals(server);
    for (const attempt of reads) expect(await tryIt(opened, base, attempt)).toContain('"kept"');
    for (const attempt of writes) await tryIt(opened, base, attempt);
    expect(await refusals(server)).toBe(before);
    expect(await keysOf(server)).toContain("forged");
    await opened.close();
  }
});
