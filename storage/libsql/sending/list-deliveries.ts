import type { Client } from "@libsql/client";
import { type Delivery, type DeliveryStatus, deliveryStatuses } from "../../../core/destinations/delivery.ts";
import type { DeliveryCount, DeliveryFilter } from "../../sending/send-store.ts";
import { fitPage, type ReadSteps } from "../read/read-steps.ts";
import { decodeText, encodeText } from "../write/sortable-text.ts";
import { deliveryColumns, deliveryOf } from "./delivery-rows.ts";

// A list of few among many deliveries examines no others: it is put together of the newest ones of each destination and
// status, which the index has in order.

export interface DeliveryRows {
  readonly deliveries: readonly Delivery[];
  readonly hasMore: boolean;
}

/** Deliveries before an id, newest first. */
export async function readDeliveries(
  { step }: Pick<ReadSteps, "step">,
  { destination, status }: DeliveryFilter,
  page: { readonly limit: number; readonly before: number | undefined },
): Promise<DeliveryRows> {
  const isAny = destination === undefined && status === undefined;
  const names = isAny ? [] : destination === undefined ? await step(readNames) : [encodeText(destination)];
  const lists = [JSON.stringify(names), JSON.stringify(status === undefined ? deliveryStatuses : [status])];
  const before = page.before ?? Number.MAX_SAFE_INTEGER;
  return fitPage(page.limit, (limit) =>
    step(async (client) => {
      const statement = isAny
        ? { sql: selectNewest, args: [before, limit + 1] }
        : { sql: selectNewestOf, args: [...lists, before, limit + 1] };
      const { rows } = await client.execute(statement);
      return { deliveries: rows.slice(0, limit).map(deliveryOf), hasMore: rows.length > limit };
    }),
  );
}

export async function readDelivery({ step }: Pick<ReadSteps, "step">, id: number): Promise<Delivery | undefined> {
  const { rows } = await step((client) => client.execute({ sql: selectOne, args: [id] }));
  return rows[0] && deliveryOf(rows[0]);
}

/** A batch of ids fits into one answer: few deliveries have an answer of theirs. */
const idsAtOnce = 200;

export async function readDeliveriesOf(
  { step }: Pick<ReadSteps, "step">,
  messageIds: readonly string[],
): Promise<readonly Delivery[]> {
  const found = new Map<number, Delivery>();
  for (let i = 0; i < messageIds.length; i += idsAtOnce) {
    const asked = JSON.stringify(messageIds.slice(i, i + idsAtOnce).map(encodeText));
    const { rows } = await step((client) => client.execute({ sql: selectByMessage, args: [asked] }));
    for (const row of rows.map(deliveryOf)) found.set(row.id, row);
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}

/** The encoded name of a destination, a status, and the id that counting goes on after. */
type Place = readonly [name: string, status: DeliveryStatus, after: number];

/** How many deliveries a step counts, on a file. */
const countedAtOnce = 100_000;

/** Counts a bounded number of deliveries at a time. */
export async function countDeliveries({ step, scale }: ReadSteps): Promise<readonly DeliveryCount[]> {
  const names = await step(readNames);
  const counts = new Map<string, DeliveryCount>();
  let places = names.flatMap((name) => deliveryStatuses.map((status): Place => [name, status, 0]));
  while (places.length > 0) {
    const limit = Math.ceil((countedAtOnce * scale) / places.length);
    const args = [JSON.stringify(places), limit];
    const { rows } = await step((client) => client.execute({ sql: selectCounts, args }));
    const unfinished: Place[] = [];
    for (const row of rows) {
      const name = String(row.name);
      const status = row.status as DeliveryStatus; // of `places`
      const found = Number(row.count);
      if (found === 0) continue;
      const id = `${status} ${name}`;
      const { count = 0, oldestAt = Number(row.oldest_at) } = counts.get(id) ?? {};
      counts.set(id, { destination: decodeText(name), status, count: count + found, oldestAt });
      if (row.last_id !== null) unfinished.push([name, status, Number(row.last_id)]);
    }
    places = unfinished;
  }
  return names.flatMap((name) => deliveryStatuses.flatMap((status) => counts.get(`${status} ${name}`) ?? []));
}

/** The encoded names of destinations with deliveries. */
async function readNames(client: Client): Promise<readonly string[]> {
  const { rows } = await client.execute(selectNames);
  return rows.map(({ name }) => String(name));
}

// From each name to the next one by the index. A plain DISTINCT would walk over all deliveries.
const selectNames = `
  WITH RECURSIVE named (name) AS (
    SELECT min(destination) FROM delivery
    UNION ALL
    SELECT (SELECT min(destination) FROM delivery WHERE destination > named.name) FROM named WHERE named.name IS NOT NULL
  )
  SELECT name FROM named WHERE name IS NOT NULL ORDER BY name`;

const selectNewest = `
  SELECT ${deliveryColumns} FROM delivery WHERE delivery.id < ?1 ORDER BY delivery.id DESC LIMIT ?2`;
const selectNewestOf = `
  SELECT ${deliveryColumns} FROM json_each(?1) AS named CROSS JOIN json_each(?2) AS asked
  CROSS JOIN delivery ON delivery.id IN (
    SELECT one.id FROM delivery AS one
    WHERE one.destination = named.value AND one.status = asked.value AND one.id < ?3 ORDER BY one.id DESC LIMIT ?4
  )
  ORDER BY delivery.id DESC LIMIT ?4`;
const selectByMessage = `
  SELECT ${deliveryColumns} FROM json_each(?1) AS asked
  CROSS JOIN delivery ON delivery.message_id = asked.value`;
const selectOne = `SELECT ${deliveryColumns} FROM delivery WHERE delivery.id = ?1`;

const ofPlace = `
  FROM delivery AS one
  WHERE one.destination = place.value ->> 0 AND one.status = place.value ->> 1 AND one.id > place.value ->> 2`;
const selectCounts = `
  SELECT place.value ->> 0 AS name, place.value ->> 1 AS status,
    (SELECT count(*) FROM (SELECT 1 ${ofPlace} LIMIT ?2)) AS count,
    (SELECT one.created_at ${ofPlace} ORDER BY one.id LIMIT 1) AS oldest_at,
    (SELECT one.id ${ofPlace} ORDER BY one.id LIMIT 1 OFFSET ?2 - 1) AS last_id
  FROM json_each(?1) AS place`;
