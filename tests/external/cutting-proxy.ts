import { createServer, request as openRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Whether a report gets through; `before`: Dagster does not get it; `after`: its answer is cut. */
export type ReportFate = "whole" | "before" | "after";

export interface CuttingProxy {
  readonly url: string;
  stop(): void;
}

/** The least proxy before a Dagster: it cuts connections of reports, and lets look-ups through. */
export async function startCuttingProxy(target: string, fateOf: () => ReportFate): Promise<CuttingProxy> {
  const proxy = createServer(async (request, response) => {
    const body = await text(request);
    const isReport = request.method === "POST" && !body.includes("query LookUp");
    const fate = isReport ? fateOf() : "whole";
    if (fate === "before") return void request.socket.destroy();
    const { method, headers, url } = request;
    const onward = openRequest(`${target}${url}`, { method, headers, agent: false }, (answer) => {
      if (fate === "after") return void answer.resume().on("end", () => request.socket.destroy());
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => request.socket.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, // it listens on a port
    stop() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
