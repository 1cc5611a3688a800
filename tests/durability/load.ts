import { ConnectionClosed, openConnection, type RawAnswer } from "../raw-http.ts";
import type { Report } from "./reports.ts";

export interface LoadOutcome {
  /** Answered 200. */
  readonly acknowledged: readonly Report[];
  /** Sent, and the connection closed before its answer was whole. `received` is what had come of it. */
  readonly unanswered: readonly { readonly report: Report; readonly received: string }[];
  /** Answered anything else. */
  readonly refused: readonly { readonly report: Report; readonly answer: RawAnswer }[];
}

export interface LoadOptions {
  readonly connections: number;
  readonly reports: Iterator<Report, never>;
  /** Called after every acknowledgement with their number so far. */
  readonly onAcknowledged?: (count: number) => void;
}

/** Reports over keep-alive connections, each as fast as it is answered, until the server has closed them all. */
export async function reportUntilClosed(port: number, options: LoadOptions): Promise<LoadOutcome> {
  const { connections, reports, onAcknowledged } = options;
  const acknowledged: LoadOutcome["acknowledged"][number][] = [];
  const unanswered: LoadOutcome["unanswered"][number][] = [];
  const refused: LoadOutcome["refused"][number][] = [];

  async function reportOverOneConnection(): Promise<void> {
    const connection = await openConnection(port);
    for (let open = true; open; ) {
      const report = reports.next().value;
      try {
        const answer = await connection.send(report.request);
        open = answer.headers.get("connection") !== "close";
        if (answer.status === 200) {
          acknowledged.push(report);
          onAcknowledged?.(acknowledged.length);
        } else refused.push({ report, answer });
      } catch (error) {
        if (!(error instanceof ConnectionClosed)) throw error;
        unanswered.push({ report, received: error.received });
        open = false;
      }
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: connections }, reportOverOneConnection));
  return { acknowledged, unanswered, refused };
}
