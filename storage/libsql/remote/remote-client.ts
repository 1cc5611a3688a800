import type { Client } from "@libsql/client";
import type { DatabaseAddress } from "../libsql-options.ts";
import { cannotOpen, databaseName } from "../store-error.ts";
import { remoteFetch } from "./remote-fetch.ts";

/** More than are ever needed at once, so that nothing waits in the driver's own queue. */
const concurrency = 1000;

/** A client of a remote database. It does not load the driver for files, which some runtimes lack. */
export async function openRemoteClient({ url, authToken }: DatabaseAddress): Promise<Client> {
  const { createClient } = await import("@libsql/client/http");
  const token = authToken === undefined ? {} : { authToken };
  // sqld serves WebSockets and HTTP at one port. Over HTTP a lost answer affects its own request only.
  const httpUrl = url.replace(/^ws/, "http");
  try {
    return createClient({ ...token, url: httpUrl, concurrency, fetch: remoteFetch(databaseName(url)) });
  } catch (error) {
    throw cannotOpen(url, error);
  }
}
