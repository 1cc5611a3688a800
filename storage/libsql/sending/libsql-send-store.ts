import { formatListCursor, parseListCursor } from "../../cursors/list-cursor.ts";
import type { ListRequest } from "../../event-log.ts";
import type { DeliveryFilter, DeliveryPage, SendStore } from "../../sending/send-store.ts";
import type { LogDatabase } from "../log-database.ts";
import { SendCommits } from "./send-commits.ts";

/** What destinations are told, in the database of a log. */
export function createLibsqlSendStore(database: LogDatabase, now: () => number): SendStore {
  const commits = new SendCommits(database);
  return {
    lease: () => database.sendLease(),
    takeLease: (holder, { fence, beat }) => database.takeSendLease(holder, { fence, beat }),
    releaseLease: (fence) => database.releaseSendLease(fence),
    destinations: () => database.destinations(),
    pending: (destination) => database.pendingDeliveries(destination),
    commit: (fence, changes) => commits.commit(fence, changes),
    alertChanges: (after, limit) => database.alertChanges({ after, limit }, now()),
    alertChange: async (id) => (await database.alertChanges({ id }, now()))[0],
    newestAlertChange: () => database.newestAlertChange(),
    request: (request) => database.addRequest(request),
    requests: () => database.sendRequests(),
    deliveries: (filter, page) => listDeliveries(database, filter, page),
    delivery: (id) => database.delivery(id),
    deliveriesOf: (ids) => database.deliveriesOf(ids),
    deliveryCounts: () => database.deliveryCounts(),
  };
}

async function listDeliveries(
  database: LogDatabase,
  filter: DeliveryFilter,
  { limit, cursor }: ListRequest,
): Promise<DeliveryPage> {
  const marked = ["deliveries", filter.destination, filter.status];
  const [id] = parseListCursor(cursor, marked) ?? [];
  const before = typeof id === "string" ? Number(id) : undefined;
  const { deliveries, hasMore } = await database.deliveries(filter, { limit, before });
  const last = deliveries.at(-1)?.id ?? before;
  return {
    deliveries,
    cursor: last === undefined ? null : formatListCursor([String(last)], marked),
    hasMore,
  };
}
