import type { Client } from "@libsql/client";
import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { AlertTransition, DestinationRow, SendLease, SendRequest } from "../../sending/send-store.ts";
import type { Read } from "../definitions/read-definitions.ts";
import { fitPage } from "../read/read-steps.ts";
import { alertColumns, alertOf } from "../watching/alert-rows.ts";
import { numberOf } from "../watching/watched-rows.ts";
import { decodeNullable, decodeText, encodeText } from "../write/sortable-text.ts";
import { deliveryColumns, deliveryOf, destinationOf } from "./delivery-rows.ts";

// What the server that sends reads. All answers are plain data, which crosses threads.

export async function readSendLease(client: Client): Promise<SendLease> {
  const { rows } = await client.execute(selectLease);
  const [row] = rows;
  return {
    holder: decodeNullable(row?.holder),
    fileHash: decodeNullable(row?.file_hash),
    fence: Number(row?.fence),
    beat: Number(row?.beat),
  };
}

export async function readDestinations(read: Read): Promise<readonly DestinationRow[]> {
  const { rows } = await read((client) => client.execute(selectDestinations));
  return rows.map(destinationOf);
}

const pendingAtOnce = 500;

export async function readPending(read: Read, destination: string): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  for (;;) {
    const args = (limit: number) => [encodeText(destination), found.at(-1)?.id ?? 0, limit];
    const page = await fitPage(pendingAtOnce, (limit) =>
      read(async (client) => {
        const { rows } = await client.execute({ sql: selectPending, args: args(limit) });
        return { rows, isLast: rows.length < limit };
      }),
    );
    for (const row of page.rows) found.push(deliveryOf(row));
    if (page.isLast) return found;
  }
}

/** What alerts became, after a change or one of them. `now` is for mutes. */
export async function readAlertChanges(
  read: Read,
  place: { readonly after: number; readonly limit: number } | { readonly id: number },
  now: number,
): Promise<readonly AlertTransition[]> {
  const { after, limit } = "id" in place ? { after: place.id - 1, limit: 1 } : place;
  const { rows } = await read((client) => client.execute({ sql: selectChanges, args: [now, after, limit] }));
  return rows
    .map((row) => ({
      id: Number(row.change_id),
      to: row.resolved_at === null ? ("firing" as const) : ("resolved" as const),
      alert: alertOf(row),
      at: Number(row.at),
    }))
    .filter(({ id }) => !("id" in place) || id === place.id);
}

export async function readNewestAlertChange(read: Read): Promise<number> {
  const { rows } = await read((client) => client.execute(selectNewestChange));
  return Number(rows[0]?.seq ?? 0);
}

export async function readRequests(read: Read): Promise<readonly SendRequest[]> {
  const { rows } = await read((client) => client.execute(selectRequests));
  return rows.map((row) => ({
    id: Number(row.id),
    action: row.action as SendRequest["action"], // send-writes.ts wrote it
    destination: decodeText(String(row.destination)),
    argument: numberOf(row.argument),
    option: decodeNullable(row.option),
  }));
}

const selectLease = "SELECT holder, file_hash, fence, beat FROM sender";
const selectDestinations = `
  SELECT name, type, event_cursor, alert_cursor, status, reason, failures, retry_at, group_at, grouped_at, pruned,
    left_at, changed_at
  FROM destination ORDER BY name`;
const selectPending = `
  SELECT ${deliveryColumns} FROM delivery
  WHERE delivery.destination = ?1 AND delivery.status = 'pending' AND delivery.id > ?2 ORDER BY delivery.id LIMIT ?3`;
const selectChanges = `
  SELECT alert_change.id AS change_id, alert_change.at, alert_change.alert_id AS id, ${alertColumns("alert_change")}
  FROM alert_change WHERE alert_change.id > ?2 ORDER BY alert_change.id LIMIT ?3`;
// Not the newest row: by now it may be deleted, and its id is never given again.
const selectNewestChange = "SELECT seq FROM sqlite_sequence WHERE name = 'alert_change'";
const selectRequests = "SELECT id, action, destination, argument, option FROM send_request ORDER BY id";
