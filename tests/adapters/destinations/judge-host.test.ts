import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { addressKind } from "../../../adapters/destinations/address-rules.ts";
import { runtimes } from "../../server.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { type Asked, startSending } from "./sending-process.ts";

setDefaultTimeout(30_000);

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function ending<Started extends { stop(): Promise<void> }>(started: Started): Started {
  stops.push(() => started.stop());
  return started;
}

describe.each(runtimes)("on %s,", (runtime) => {
  let sending: ReturnType<typeof startSending>;
  beforeAll(() => {
    sending = startSending(runtime);
  });
  afterAll(() => sending.stop());

  const post = (url: string, more: Partial<Asked["request"]> = {}, rest: Omit<Asked, "request"> = {}) =>
    sending.send({ request: { method: "POST", body: "{}", allowPrivate: true, url, ...more }, ...rest });

  describe("no connection is made", () => {
    let receiver: Receiver;
    beforeAll(async () => {
      // On every address of this machine, so that whichever is connected to counts.
      receiver = await startReceiver(undefined, { host: "::" });
    });
    afterAll(() => receiver.stop());

    const two = { "two.example": [["1.1.1.1", "127.0.0.1"]], "reverse.example": [["10.0.0.1", "1.1.1.1"]] };
    const names: NonNullable<Asked["names"]> = {
      ...two,
      "inside.example": [["127.0.0.1"]],
      "localhost.": [["127.0.0.1"]], // as most systems have it
      "six.example": [["2606:4700::1111", "::1"]],
      "mapped.example": [["::ffff:127.0.0.1"]],
      "nat64.example": [["64:ff9b::7f00:1"]],
      "metadata.example": [["169.254.169.254"]],
      "aws.example": [["fd00:ec2::254"]],
      "odd.example": [["not an address"]],
      "unspecified.example": [["0.0.0.0"]],
      "public.example": [["1.1.1.1"]],
    };
    const hosts = [
      ...[
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.0.0.0x1",
        "[::1]",
        "[::ffff:127.0.0.1]",
      ],
      ...[
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "localhost",
        "localhost.",
        "LOCALHOST",
      ],
      ...["good.example@127.0.0.1", "good.example:pw@localhost", "127.0.0.1.", "①②⑦.0.0.1"],
      ...Object.keys(names).filter((name) => name !== "public.example"),
    ];
    test.each(hosts)("to %s by https without allow_private", async (host) => {
      const { answer } = await post(`https://${host}:${receiver.port}/hook`, { allowPrivate: false }, { names });
      expect(answer.type).toBe("forbidden");
      expect(receiver.connections()).toBe(0);
    });

    const neverHosts = [
      ...["0.0.0.0", "0", "[::]", "[::ffff:0.0.0.0]", "169.254.169.254", "2852039166", "0xa9fea9fe", "[fd00:ec2::254]"],
      ...["100.100.100.200", "[fe80::1]", "[ff02::1]", "224.0.0.1", "255.255.255.255", "[::ffff:169.254.169.254]"],
      ...["metadata.example", "aws.example", "odd.example", "unspecified.example", "two.example", "public.example"],
    ];
    test.each(neverHosts)("to %s by http with allow_private", async (host) => {
      const { answer } = await post(`http://${host}:${receiver.port}/hook`, {}, { names });
      expect(answer.type).toBe("forbidden");
      expect(receiver.connections()).toBe(0);
    });

    const ownHosts = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address }) => addressKind(address) === "private")
      .map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address));
    const loopbackHosts = [
      "localhost",
      "localhost.",
      "[::ffff:127.0.0.1]",
      "2130706433",
      "127.1.2.3",
      "mapped.example",
    ];
    test.each([...new Set([...ownHosts, ...loopbackHosts])])(
      "to this server itself at %s, with allow_private",
      async (host) => {
        const url = `http://${host}:${receiver.port}/api/v1/events`;
        const { answer } = await post(url, {}, { names, ownPort: receiver.port });
        expect(answer).toMatchObject({ type: "forbidden", reason: expect.stringContaining("this server itself") });
        expect(receiver.connections()).toBe(0);
      },
    );

    test.each([
      ["http://127.0.0.1:PORT/", false, "write https://"],
      ["ftp://127.0.0.1:PORT/", true, "must begin with https://"],
      ["file:///etc/passwd", true, "must begin with https://"],
      ["127.0.0.1:PORT", true, "can't be read"],
      ["", true, "can't be read"],
    ])("for the URL %s", async (url, allowPrivate, reason) => {
      const { answer } = await post(url.replace("PORT", String(receiver.port)), { allowPrivate });
      expect(answer).toMatchObject({ type: "forbidden", reason: expect.stringContaining(reason) });
      expect(receiver.connections()).toBe(0);
    });

    test("for a header with a line end in it", async () => {
      const headers = { authorization: "secret\r\nx: y" };
      const { answer } = await post(`http://127.0.0.1:${receiver.port}/`, { headers });
      expect(answer.type).toBe("forbidden");
      expect(JSON.stringify(answer)).not.toContain("secret");
      expect(receiver.received).toEqual([]);
    });
  });

  test("a name that leads elsewhere when it is resolved again is resolved once, and connected to where it was judged", async () => {
    const judged = ending(await startReceiver());
    const other = ending(await startReceiver(undefined, { host: "127.0.0.2", port: judged.port }));
    const names = { "rebind.example": [["127.0.0.1"], ["127.0.0.2"]] };
    const { answer, asked } = await post(`http://rebind.example:${judged.port}/`, {}, { names });
    expect(answer).toMatchObject({ status: 200 });
    expect(asked).toEqual(["rebind.example"]);
    expect([judged.connections(), other.connections()]).toEqual([1, 0]);
  });

  test("a proxy that the environment names is not asked, since it would resolve the name again", async () => {
    const receiver = ending(await startReceiver());
    const proxy = ending(await startReceiver());
    const url = `http://127.0.0.1:${proxy.port}`;
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    const env = Object.fromEntries([
      ...names.map((name) => [name, url]),
      ["NO_PROXY", ""],
      ["NODE_USE_ENV_PROXY", "1"],
    ]);
    const proxied = startSending(runtime, env);
    stops.push(() => proxied.stop());
    for (const protocol of ["http", "https"]) {
      const target = `${protocol}://hooks.example:${receiver.port}/`;
      await proxied.send({
        request: { method: "GET", url: target, allowPrivate: true },
        names: { "hooks.example": [["127.0.0.1"]] },
      });
    }
    expect([receiver.connections(), proxy.connections()]).toEqual([2, 0]);
  });

  test("a redirect is an answer, and is not followed", async () => {
    const target = ending(await startReceiver());
    const location = `http://127.0.0.1:${target.port}/`;
    for (const status of [301, 302, 303, 307, 308]) {
      const receiver = ending(await startReceiver((response) => response.writeHead(status, { location }).end()));
      expect((await post(`http://127.0.0.1:${receiver.port}/`)).answer).toMatchObject({ type: "answered", status });
    }
    expect(target.connections()).toBe(0);
  });
});
