import { describe, expect, test } from "bun:test";
import { materialization } from "../../../adapters/client.ts";
import { type Fetch, manualTimers, scripted, testClient, testServer, timeout } from "./harness.ts";

const cut = new TypeError("connection reset");

describe("an attempt that takes too long", () => {
  test("is cut off and tried again", async () => {
    const { wait, hanging, fire } = manualTimers(timeout);
    const signals: (AbortSignal | null | undefined)[] = [];
    const { fetch } = testServer();
    const client = testClient({
      wait,
      fetch: (url, init) => {
        signals.push(init.signal);
        return signals.length === 1 ? new Promise(() => {}) : fetch(url, init);
      },
    });
    const answer = client.hasAssetKey("a");
    await hanging();
    fire();
    expect(await answer).toBe(false);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  });

  test("ends in a timeout after the last retry", async () => {
    const { wait, hanging, fire } = manualTimers(timeout);
    const answer = testClient({ wait, retries: 0, fetch: () => new Promise(() => {}) }).hasAssetKey("a");
    await hanging();
    fire();
    await expect(answer).rejects.toMatchObject({ code: "timeout", message: expect.stringContaining("30000 ms") });
  });
});

describe("a signal", () => {
  test("ends an attempt under way, and is handed on to fetch", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    let handedOn: AbortSignal | null | undefined;
    const fetch: Fetch = (_, { signal }) => {
      handedOn = signal;
      abort.abort(reason);
      return new Promise(() => {});
    };
    const answer = testClient({ fetch }).reportRunlessAssetEvent(materialization("a"), { signal: abort.signal });
    await expect(answer).rejects.toBe(reason);
    expect(handedOn?.aborted).toBe(true);
  });

  test("ends the wait for the next attempt", async () => {
    const { wait, hanging } = manualTimers(100);
    const abort = new AbortController();
    const client = testClient({ wait, fetch: scripted([cut]) });
    const answer = client.hasAssetKey("a", { signal: abort.signal });
    await hanging();
    abort.abort(new Error("enough"));
    await expect(answer).rejects.toThrow("enough");
  });
});
