import type { LogSource } from "../api/paged-log.ts";
import { answers, readAnswer } from "./answers.ts";
import { RunlessClientError } from "./client-error.ts";
import type { Send } from "./http-sender.ts";
import { type WaitOverHttp, waitOverHttp } from "./wait-over-http.ts";

/** The log behind a server. */
export function createHttpSource(send: Send, waiting: Omit<WaitOverHttp, "timeout" | "signal">): LogSource {
  return {
    async query(filter, { limit, order, cursor }, signal) {
      const { assetKey, prefix, type, partition, checkName, since, until, after, before } = filter;
      const keys = { asset_key: json(assetKey), prefix: json(prefix), type, partition, check_name: checkName };
      const query = { ...keys, since: time(since), until: time(until), after, before, limit, order, cursor };
      return readAnswer(answers.events, await send({ method: "GET", path: "events", query, signal }));
    },

    async asset(key, signal) {
      const query = { asset_key: json(key) };
      const text = await unlessNotFound(send({ method: "GET", path: "assets", query, signal }));
      const asset = text === undefined ? undefined : readAnswer(answers.asset, text);
      // The server also answers for assets that are only defined.
      return asset !== undefined && Object.values(asset.counts).some((count) => count > 0) ? asset : undefined;
    },

    async assets({ prefix, search, type, failing, quietSince }, page, signal) {
      const filter = {
        prefix: json(prefix),
        search,
        type,
        failing: failing?.toString(),
        quiet_since: time(quietSince),
      };
      const query = { ...filter, ...page };
      return readAnswer(answers.assets, await send({ method: "GET", path: "assets", query, signal }));
    },

    async partitions(key, page, signal) {
      const query = { asset_key: json(key), ...page };
      return readAnswer(answers.partitions, await send({ method: "GET", path: "partitions", query, signal }));
    },

    async wipe(target, signal) {
      const [path, query] =
        "eventId" in target
          ? [`events/${target.eventId}`, {}]
          : ["assets", { asset_key: json(target.assetKey), ...ofPartition(target.partition) }];
      // A retry of a wipe whose answer was lost finds nothing.
      const text = await unlessNotFound(send({ method: "DELETE", path, query, signal }));
      return text === undefined ? undefined : readAnswer(answers.wiped, text).wiped;
    },

    wait: (question, timeout, signal) => waitOverHttp(send, question, { ...waiting, timeout, signal }),
  };
}

/** Null means the events without a partition, and undefined the whole asset. */
function ofPartition(partition: string | null | undefined) {
  return partition === null ? { no_partition: "true" } : { partition };
}

async function unlessNotFound(answer: Promise<string>): Promise<string | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RunlessClientError && error.code === "not_found") return undefined;
    throw error;
  }
}

// Always an array, because a part may contain a slash.
function json(key: readonly string[] | undefined): string | undefined {
  return key && JSON.stringify(key);
}

function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}
