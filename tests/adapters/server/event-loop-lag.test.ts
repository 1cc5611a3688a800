import { afterEach, describe, expect, test } from "bun:test";
import { Registry } from "prom-client";
import { EventLoopLag } from "../../../adapters/server/event-loop-lag.ts";
import { nativeApp } from "../http/native.ts";

let stop = () => {};
afterEach(() => stop());

function watched() {
  const registry = new Registry();
  const watch = new EventLoopLag(registry);
  stop = () => watch.stop();
  return { watch, scrape: () => scrapeOf(registry) };
}

/** Values by name, and the buckets by their bound. */
async function scrapeOf(registry: Registry): Promise<(name: string) => number> {
  const text = await registry.metrics();
  return (name) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    );
}

const module = new URL("../../../adapters/server/event-loop-lag.ts", import.meta.url).href;
const count = "runless_event_loop_lag_seconds_count";
const most = "runless_event_loop_lag_max_seconds";

function stall(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("the event loop's lag", () => {
  test("is what a stall kept a timer waiting, in the histogram and in the longest", async () => {
    const { scrape } = watched();
    await until(async () => (await scrape())(count) > 0);
    const before = await scrape();
    stall(300);
    await until(async () => (await scrape())(count) > before(count));
    const found = await scrape();
    const late = (bound: string) => found(count) - found(`runless_event_loop_lag_seconds_bucket{le="${bound}"}`);
    expect(late("0.2")).toBeGreaterThan(0); // it began within 20 ms of the timer's time
    expect(found("runless_event_loop_lag_seconds_sum")).toBeGreaterThan(0.25);
  });

  test("is known to a scrape that was kept waiting by it, though no timer came yet", async () => {
    const { scrape } = watched();
    await scrape();
    stall(300);
    expect((await scrape())(most)).toBeGreaterThan(0.25);
  });

  test("is the longest since the last scrape", async () => {
    const { scrape } = watched();
    stall(1000);
    await until(async () => (await scrape())(count) > 0);
    expect((await scrape())(most)).toBeLessThan(0.5);
  });

  // In a process of its own: what other tests have left behind here may never let it rest.
  test("is seldom looked at while nothing happens, and at once when a request comes", async () => {
    const script = `
      import { Registry } from "prom-client";
      import { EventLoopLag } from "${module}";
      const registry = new Registry();
      const watch = new EventLoopLag(registry);
      const valueOf = async (name) => Number((await registry.metrics()).split("\\n").find((line) => line.startsWith(name + " ")).split(" ")[1]);
      // Rest begins a second after the last work; from then on the looks are a second apart.
      const quiet = async () => {
        const before = await valueOf("${count}");
        await new Promise((resolve) => setTimeout(resolve, 300));
        return (await valueOf("${count}")) - before;
      };
      while ((await quiet()) > 1);
      watch.noteRequest();
      const end = performance.now() + 300;
      while (performance.now() < end);
      console.log(await valueOf("${most}"));`;
    const child = Bun.spawn([process.execPath, "-e", script], { cwd: import.meta.dirname, stderr: "inherit" });
    expect(Number(await new Response(child.stdout).text())).toBeGreaterThan(0.25);
  }, 60_000);

  test("is nobody's where the app has no process of its own", async () => {
    expect(await (await nativeApp().metrics()).text()).not.toContain("event_loop");
  });

  test("keeps no process alive", async () => {
    const script = `
      import { Registry } from "prom-client";
      import { EventLoopLag } from "${module}";
      new EventLoopLag(new Registry()).noteRequest();`;
    const child = Bun.spawn([process.execPath, "-e", script], { cwd: import.meta.dirname, stderr: "inherit" });
    expect(await child.exited).toBe(0);
  }, 10_000);
});
