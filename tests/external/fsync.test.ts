import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openConnection } from "../raw-http.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";
import { traceSystemCalls } from "./system-calls.ts";

const reports = Array.from({ length: 8 }, (_, i) => `probe_${i}`);

describe.each([...runtimes])("%s answers a report", (runtime) => {
  const database = join(temporaryFolder(), "traced.db");
  let server: RunningServer;
  let trace: readonly string[];

  beforeAll(async () => {
    server = await startServer(runtime, { databaseUrl: `file:${database}` });
    const tracing = await traceSystemCalls(server.process.pid ?? 0);
    const connection = await openConnection(server.port);
    for (const name of reports) {
      const { status } = await connection.send({ target: `/report_asset_materialization/${name}` });
      if (status !== 200) throw new Error(`The report ${name} was answered ${status}.`);
    }
    connection.close();
    trace = await tracing.stop();
  }, 60_000);
  afterAll(() => server.stop());

  test.each([...reports])("after the database was flushed to the disk: %s", (name) => {
    const arrival = trace.findIndex((line) => line.includes(`POST /report_asset_materialization/${name} `));
    expect(arrival).toBeGreaterThanOrEqual(0);
    const answer = trace.findIndex((line, i) => i > arrival && isAnswer(line));
    expect(answer).toBeGreaterThan(arrival);
    expect(flushes(trace.slice(arrival, answer), database)).not.toEqual([]);
  });
});

function isAnswer(line: string): boolean {
  return /\b(send|write)\w*\(/.test(line) && line.includes("HTTP/1.1 200");
}

/** The flushes of a file of the database that came to their end, by thread where strace split a call in two. */
function flushes(lines: readonly string[], database: string): string[] {
  const whole = lines.filter((line) => isFlush(line, database) && / = 0$/.test(line));
  const begun = lines.filter((line) => isFlush(line, database) && line.endsWith("<unfinished ...>"));
  const split = begun.filter((line) => {
    const thread = line.split(" ", 1)[0];
    return lines
      .slice(lines.indexOf(line))
      .some((end) => new RegExp(`^${thread} +<\\.\\.\\. f(data)?sync resumed>.* = 0$`).test(end));
  });
  return [...whole, ...split];
}

function isFlush(line: string, database: string): boolean {
  return /\bf(data)?sync\(/.test(line) && line.includes(`<${database}`);
}
