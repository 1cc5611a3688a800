import { openConnection } from "../raw-http.ts";

/** An event as a line of NDJSON. */
export function lineOf(key: string, description = ""): string {
  return `${JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: key, description })}\n`;
}

export async function importLines({ port }: { readonly port: number }, body: string): Promise<void> {
  const connection = await openConnection(port);
  const headers = [["content-type", "application/x-ndjson"] as const];
  const { status, body: said } = await connection.send({ target: "/api/v1/events", headers, body });
  connection.close();
  if (status !== 200) throw new Error(`The import was answered ${status}: ${said}`);
}
