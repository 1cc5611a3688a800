import type { RequestParts } from "../request-parts.ts";

/** The secret that a request brings, as everybody sends it or as Dagster's clients do; undefined without one. */
export function secretOf(headers: RequestParts["headers"]): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? (headers.get("dagster-cloud-api-token")?.trim() || undefined);
}
