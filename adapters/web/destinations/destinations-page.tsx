/** @jsxImportSource hono/jsx */
import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { DeliveryCount, DestinationRow } from "../../../storage/index.ts";
import type { Page, PageContext } from "../page/page.tsx";
import { Ago } from "../parts/ago.tsx";
import { type State, StateBadge } from "../parts/state.tsx";
import { NameText, UserText } from "../parts/user-text.tsx";

/** How many messages the page lists. */
const mostDeliveries = 100;
const form = "destinations-form";

/** Who is told of events and alerts, and what became of the newest messages. */
export async function destinationsPage({ sending, now }: PageContext): Promise<Page> {
  const [rows, counts, page, lease] = await Promise.all([
    sending?.destinations() ?? [],
    sending?.deliveryCounts() ?? [],
    sending?.deliveries({}, { limit: mostDeliveries }),
    sending?.lease(),
  ]);
  const isSending = lease !== undefined && lease.holder !== null;
  return {
    title: "Destinations",
    section: undefined,
    body: <Body rows={rows} counts={counts} deliveries={page?.deliveries ?? []} isSending={isSending} now={now} />,
    refreshSeconds: 5,
  };
}

interface BodyProps {
  readonly rows: readonly DestinationRow[];
  readonly counts: readonly DeliveryCount[];
  readonly deliveries: readonly Delivery[];
  readonly isSending: boolean;
  readonly now: number;
}

function Body({ rows, counts, deliveries, isSending, now }: BodyProps) {
  return (
    <div id="list" data-swap>
      <h1>Destinations</h1>
      {rows.length === 0 ? (
        <p class="none">
          Nobody is told of anything. <code>runless serve --destinations runless.yaml</code> tells webhooks, chats,
          pagers and mailboxes: <code>docs/destinations.md</code> says how.
        </p>
      ) : (
        <Destinations rows={rows} counts={counts} now={now} />
      )}
      {rows.length > 0 && !isSending && (
        <p class="none">
          No server tells them now: start one with <code>--destinations</code>.
        </p>
      )}
      {deliveries.length > 0 && <Deliveries deliveries={deliveries} now={now} />}
      <form method="post" action="/destinations" id={form} />
    </div>
  );
}

function Destinations({ rows, counts, now }: Pick<BodyProps, "rows" | "counts" | "now">) {
  const countOf = (name: string, status: DeliveryCount["status"]) =>
    counts.find((one) => one.destination === name && one.status === status);
  return (
    <table class="checks">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Name</th>
          <th scope="col">Waiting</th>
          <th scope="col">Parked</th>
          <th scope="col">Dead</th>
          <th scope="col">Why</th>
          <th scope="col">
            <span class="hidden">Test or pause</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const pending = countOf(row.name, "pending");
          return (
            <tr id={`destination-${row.name}`}>
              <td>
                <StateBadge {...stateOf(row)} />
              </td>
              <th scope="row">
                <NameText text={row.name} most={64} /> <span class="soft">{row.type}</span>
              </th>
              <td>
                {(pending?.count ?? 0).toLocaleString("en")}
                {pending !== undefined && (
                  <span class="soft">
                    {", since "}
                    <Ago time={pending.oldestAt} now={now} />
                  </span>
                )}
              </td>
              <td>{(countOf(row.name, "parked")?.count ?? 0).toLocaleString("en")}</td>
              <td>{(countOf(row.name, "dead")?.count ?? 0).toLocaleString("en")}</td>
              <td>{row.reason !== null && <UserText text={row.reason} most={300} />}</td>
              <td>{row.leftAt === null && <Buttons row={row} />}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function stateOf({ status, failures, leftAt }: DestinationRow): { readonly state: State; readonly text: string } {
  if (leftAt !== null) return { state: "warned", text: "left the file" };
  if (status === "paused") return { state: "warned", text: "paused" };
  if (status !== "active") return { state: "failed", text: status };
  return failures > 0 ? { state: "failed", text: "failing" } : { state: "passed", text: "active" };
}

function Buttons({ row: { name, status } }: { readonly row: DestinationRow }) {
  const isStopped = status === "paused" || status === "disabled" || status === "blocked";
  return (
    <>
      <Button value={`test ${name}`} text="Test" />
      <Button value={`${isStopped ? "resume" : "pause"} ${name}`} text={isStopped ? "Resume" : "Pause"} />
    </>
  );
}

function Button({ value, text }: { readonly value: string; readonly text: string }) {
  return (
    <button type="submit" class="plain" form={form} name="ask" value={value}>
      {text}
    </button>
  );
}

function Deliveries({ deliveries, now }: Pick<BodyProps, "deliveries" | "now">) {
  return (
    <table class="checks">
      <caption>The newest messages</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">To</th>
          <th scope="col">What</th>
          <th scope="col">When</th>
          <th scope="col">Answer</th>
          <th scope="col">
            <span class="hidden">Send again or drop</span>
          </th>
        </tr>
      </thead>
      <tbody id="rows" data-rows>
        {deliveries.map((one) => (
          <tr id={`delivery-${one.id}`}>
            <td>
              <StateBadge state={deliveryStates[one.status]} text={one.status} />
            </td>
            <th scope="row">
              <NameText text={one.destination} most={64} />
            </th>
            <td>{one.eventId === null ? one.type : <a href={`/events/${one.eventId}`}>{one.type}</a>}</td>
            <td class="when">
              <Ago time={one.endedAt ?? one.createdAt} now={now} />
            </td>
            <td>{one.answer !== null && <UserText text={one.answer} most={200} />}</td>
            <td>
              {(one.endedAt !== null || one.status === "parked") && (
                <Button value={`redeliver ${one.id}`} text="Send again" />
              )}
              {one.status === "parked" && <Button value={`drop ${one.id}`} text="Drop" />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const deliveryStates: Readonly<Record<Delivery["status"], State>> = {
  ...{ delivered: "passed", superseded: "passed", pending: "warned", held: "warned", parked: "warned" },
  dead: "failed",
};
