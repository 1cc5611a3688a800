import type { Client } from "@libsql/client";
import type { DatabaseAddress } from "../libsql-options.ts";
import { cannotOpen, databaseName } from "../store-error.ts";
import { remoteFetch } from "./remote-fetch.ts";

/** More than there ever is to do at once: nothing waits for the driver's own queue. */
const concurrency = 1000;

/** A client of a remote database. It loads no driver of files, so that it runs where there is none. */
export async function openRemoteClient({ url, authToken }: DatabaseAddress): Promise<Client> {
  const { createClient } = await import("@libsql/client/http");
  const token = authToken === undefined ? {} : { authToken };
  // sqld serves both at one port, and only over HTTP does a lost answer cost no more than its own request.
  const httpUrl = url.replace(/^ws/, "http");
  try {
    return createClient({ ...token, url: httpUrl, concurrency, fetch: remoteFetch(databaseName(url)) });
  } catch (error) {
    throw cannotOpen(url, error);
  }
}
