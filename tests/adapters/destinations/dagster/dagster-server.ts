import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { eventMark } from "../../../../core/destinations/dagster/dagster-report.ts";

/** What happens to a report: whether it is kept, and what is answered; `cut`: nothing is. */
export interface Fate {
  readonly isKept: boolean;
  readonly answer: number | "cut";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const taken: Fate = { isKept: true, answer: 200 };

export interface Report {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly [name: string]: unknown };
}

export interface KeptEvent {
  readonly kind: string;
  readonly asset: string;
  readonly check: string | undefined;
  readonly mark: string;
  readonly timestamp: number;
}

/**
 * A server that speaks as dagster-webserver does as far as runless asks it: the three endpoints, the mutation for checks,
 * the look-ups. A stand-in, whose faults a test holds: tests/external/dagster.test.ts tries the real one.
 */
export async function startDagster(fateOf: (report: Report) => Fate = () => taken, now: () => number = Date.now) {
  const reports: Report[] = [];
  const kept: KeptEvent[] = [];
  const asked: string[] = [];
  const lookUps: { answer: (response: ServerResponse) => boolean } = { answer: () => false };
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.method} ${path}`);
    if (request.method === "GET") return void response.end("<!doctype html><title>Dagster</title>");
    const body = (await json(request)) as Report["body"]; // what runless writes is an object
    const isLookUp = path.endsWith("/graphql") && !String(body.query).startsWith("mutation");
    if (!isLookUp) return void take({ path, headers: request.headers, body }, request, response);
    if (lookUps.answer(response)) return;
    response.end(JSON.stringify({ data: found(String(body.query), body.variables as Variables | undefined) })); // as look-up.ts has it
  });

  function take(report: Report, request: IncomingMessage, response: ServerResponse): void {
    reports.push(report);
    const fate = fateOf(report);
    if (fate.isKept) kept.push(eventOf(report));
    if (fate.answer === "cut") return void request.socket.destroy();
    const isMutation = report.path.endsWith("/graphql");
    const success = isMutation
      ? '{"data":{"reportAssetCheckEvaluations":{"__typename":"ReportAssetCheckEvaluationsSuccess"}}}'
      : "{}";
    response.writeHead(fate.answer, fate.headers).end(fate.body ?? (fate.answer === 200 ? success : "no"));
  }

  function eventOf({ path, body }: Report): KeptEvent {
    const isMutation = path.endsWith("/graphql");
    const given = (isMutation ? (body.variables as { event: unknown }).event : body) as Readonly<
      Record<string, unknown>
    >; // as dagster-report.ts writes it
    const key = isMutation
      ? (given.assetKey as { path: readonly string[] }).path
      : (given.asset_key as readonly string[]);
    const metadata = isMutation ? JSON.parse(String(given.serializedMetadata)) : given.metadata;
    const check = given.check_name ?? given.checkName;
    const kind = path.includes("observation") ? "assetObservations" : check ? "checks" : "assetMaterializations";
    const mark = String((metadata as Readonly<Record<string, unknown>>)[eventMark]);
    return { kind, asset: JSON.stringify(key), check: check?.toString(), mark, timestamp: now() };
  }

  function found(query: string, variables: Variables | undefined): unknown {
    if (variables === undefined) return { version: "1.13.28" };
    const { path, check, before } = variables;
    const kind =
      check !== undefined
        ? "checks"
        : query.includes("assetObservations")
          ? "assetObservations"
          : "assetMaterializations";
    const asset = JSON.stringify(path);
    const all = kept.map((event, id) => ({ ...event, id })).filter((one) => one.asset === asset);
    const entriesOf = ({ mark }: KeptEvent) => [{ label: eventMark, text: mark }];
    const newest = all.filter((one) => one.kind === kind && one.check === check).reverse();
    if (check !== undefined) {
      const after = newest.filter(({ id }) => before === null || id < Number(before)).slice(0, 20);
      return {
        found: after.map((one) => ({
          id: String(one.id),
          timestamp: one.timestamp / 1000,
          evaluation: { metadataEntries: entriesOf(one) },
        })),
      };
    }
    if (all.length === 0) return { assetOrError: {} };
    const after = newest.filter(({ timestamp }) => before === null || timestamp < Number(before)).slice(0, 20);
    return {
      assetOrError: {
        found: after.map((one) => ({ timestamp: String(one.timestamp), metadataEntries: entriesOf(one) })),
      },
    };
  }

  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    reports,
    kept,
    asked,
    lookUps,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Variables {
  readonly path: readonly string[];
  readonly check?: string;
  readonly before: string | null;
}
