import { expect, test } from "bun:test";
import { runtimes, startServer } from "../server.ts";

test.each([...runtimes])(
  "a %s server tells Prometheus of its commits, its database, its event loop and its process",
  async (runtime) => {
    const server = await startServer(runtime, { args: ["--metrics-assets"] });
    for (let i = 0; i < 3; i++) await fetch(`${server.url}/report_asset_materialization/a/b`, { method: "POST" });
    const response = await fetch(`${server.url}/metrics`);
    const text = await response.text();
    await server.stop();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    expect(value("runless_commit_events_sum")).toBe(3);
    expect(value("runless_commit_duration_seconds_sum")).toBeGreaterThan(0);
    expect(value('runless_events{kind="materialization"}')).toBe(3);
    expect(value("runless_database_bytes")).toBeGreaterThan(0);
    // Deno lets nobody read /proc, where it would be found.
    if (runtime !== "deno") expect(value("process_resident_memory_bytes")).toBeGreaterThan(0);
    expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(text).toContain('runless_asset_materialization_age_seconds{asset_key="a/b"}');
    expect(value("runless_event_loop_lag_seconds_count")).toBeGreaterThan(0);
    expect(value("runless_event_loop_lag_max_seconds")).toBeGreaterThanOrEqual(0);
    // Every line is a comment, or a name with labels and a number.
    const odd = text.split("\n").filter((line) => !/^(#.*|[a-z_\d]+(\{.*\})? (NaN|[-\d.e+]+)|)$/i.test(line));
    expect(odd).toEqual([]);
  },
  30_000,
);
