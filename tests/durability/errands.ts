import { once } from "node:events";
import { connect } from "node:net";
import { ConnectionClosed, openConnection, sendRaw } from "../raw-http.ts";
import { readStream } from "../read-stream.ts";
import type { Report } from "./reports.ts";

/** What clients do to a server all day long, each from the first byte to the last. */
export interface Errands {
  /** One report over a connection that stays open. */
  report(): Promise<void>;
  /** One over a connection of its own, told twice. */
  reportTwice(): Promise<void>;
  importLines(): Promise<void>;
  readPages(): Promise<void>;
  /** Reads an export to its end, and leaves another after its first bytes. */
  exportLines(): Promise<void>;
  /** Follows the events until one comes, and goes away. */
  follow(): Promise<void>;
  /** Begins a report, and goes away. */
  breakOff(): Promise<void>;
}

export type Errand = keyof Errands;

export async function runErrands(url: string, reports: Iterator<Report, never>): Promise<Errands> {
  const port = Number(new URL(url).port);
  let kept = await openConnection(port);
  const next = () => reports.next().value;
  // There is something to read from the first errand on.
  expectRecorded(await sendRaw(port, { target: "/report_asset_materialization/soak/pages?partition=a" }));
  const get = async (path: string, init: RequestInit = {}) => {
    const ask = () => fetch(`${url}/api/v1/${path}`, init);
    // The server may end an idle connection at the moment at which fetch takes it for this.
    const answer = await ask().catch(ask);
    if (answer.status !== 200) throw new Error(`GET ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };

  return {
    report: async () => {
      const { request } = next();
      const answer = await kept.send(request).catch(async (error) => {
        // The server ends what is idle for too long, which on a busy machine this may be.
        if (!(error instanceof ConnectionClosed)) throw error;
        kept = await openConnection(port);
        return kept.send(request);
      });
      expectRecorded(answer);
    },
    reportTwice: async () => {
      let report = next();
      while (!report.repeatable) report = next();
      for (let i = 0; i < 2; i++) expectRecorded(await sendRaw(port, report.request));
    },
    importLines: async () => {
      const line = `${JSON.stringify({ type: "ASSET_OBSERVATION", asset_key: "soak/import", metadata: { rows: 5 } })}\n`;
      const headers = [["content-type", "application/x-ndjson"] as const];
      expectRecorded(await sendRaw(port, { target: "/api/v1/events", headers, body: line.repeat(100) }));
    },
    readPages: async () => {
      for (const path of ["events?limit=50", "assets", "assets/soak/pages", "partitions?asset_key=soak/pages"]) {
        await (await get(path)).text();
      }
    },
    exportLines: async () => {
      const headers = { accept: "application/x-ndjson" };
      await (await get("events?limit=500", { headers })).text();
      const left = new AbortController();
      const answer = await get("events", { headers, signal: left.signal });
      await answer.body?.getReader().read();
      left.abort();
    },
    follow: async () => {
      const left = new AbortController();
      for await (const { event } of readStream(await get("events/stream", { signal: left.signal }))) {
        if (event !== "position") break;
      }
      left.abort();
    },
    breakOff: async () => {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      const head = `POST /report_asset_materialization/soak HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
      socket.write(`${head}content-type: application/json\r\ncontent-length: 50000\r\n\r\n{`, () => socket.destroy());
      await once(socket, "close");
    },
  };
}

function expectRecorded({ status, body }: { readonly status: number; readonly body: string }): void {
  if (status !== 200) throw new Error(`A report was answered ${status}: ${body}`);
}
