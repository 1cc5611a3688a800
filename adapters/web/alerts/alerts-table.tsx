/** @jsxImportSource hono/jsx */
import type { Alert } from "../../../storage/index.ts";
import { Ago } from "../parts/ago.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { eventsPath } from "../parts/asset-path.ts";
import { pageBudget } from "../parts/page-budget.ts";
import { StateBadge } from "../parts/state.tsx";
import { BreakableName, NameText } from "../parts/user-text.tsx";
import { alertsForm, muteSpans, unmuteValue } from "./alert-forms.ts";
import { alertState, reasonText } from "./alert-words.ts";
import type { AlertRow } from "./alerts-view.ts";

const mostOwners = 3;

interface AlertsTableProps {
  readonly rows: readonly AlertRow[];
  readonly now: number;
  readonly isResolved: boolean;
  readonly mayChange: boolean;
}

export function AlertsTable({ rows, now, isResolved, mayChange }: AlertsTableProps) {
  return (
    <table class="checks alerts">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Of</th>
          <th scope="col">Since</th>
          <th scope="col">Why</th>
          <th scope="col">Owners</th>
          {mayChange && !isResolved && (
            <th scope="col">
              <span class="hidden">Mute or close</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody id="rows" data-rows>
        {rows.map((row) => (
          <Row row={row} now={now} mayChange={mayChange && !isResolved} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly row: AlertRow;
  readonly now: number;
  readonly mayChange: boolean;
}

function Row({ row: { alert, mute }, now, mayChange }: RowProps) {
  const { state, text } = alertState(alert);
  return (
    <tr id={`alert-${alert.id}`}>
      <td>
        <StateBadge state={state} text={text} />
      </td>
      <th scope="row">
        <AlertName alert={alert} />
      </th>
      <td class="when">
        <Ago time={alert.since} now={now} />
        {alert.resolvedAt !== null && (
          <span class="soft">
            {", until "}
            <Ago time={alert.resolvedAt} now={now} />
          </span>
        )}
      </td>
      <td class="said">
        {reasonText(alert)}{" "}
        {alert.eventId !== null && (
          <a class="soft" href={`/events/${alert.eventId}`}>
            event {alert.eventId}
          </a>
        )}
        {alert.mutedUntil !== null && <Muted row={{ alert, mute }} now={now} />}
      </td>
      <td class="owners">
        <Owners owners={alert.owners} />
      </td>
      {mayChange && (
        <td class="actions">
          <Actions row={{ alert, mute }} />
        </td>
      )}
    </tr>
  );
}

/** The name of what an alert is about: an asset, its partition, its check. */
function AlertName({ alert }: { readonly alert: Alert }) {
  const { assetKey, partition, checkName, eventId } = alert;
  return (
    <>
      {checkName !== null && <CheckLink alert={alert} checkName={checkName} />}
      <AssetLink assetKey={assetKey} eventId={eventId ?? undefined} />
      {partition !== null && (
        <span class="soft">
          {" "}
          partition <NameText text={partition} most={60} />
        </span>
      )}
    </>
  );
}

/** Links to all evaluations of the check. */
function CheckLink({ alert: { assetKey, partition, eventId }, checkName }: { alert: Alert; checkName: string }) {
  const length = assetKey.reduce((sum, part) => sum + part.length + 1, checkName.length + (partition?.length ?? 0));
  const filters = { check_name: checkName, ...(partition !== null && { partition }) };
  const href =
    pageBudget().address(length, () => eventsPath(assetKey, filters)) ??
    (eventId === null ? "/checks" : `/events/${eventId}`);
  return (
    <a class="check-name" href={href}>
      <BreakableName text={checkName} most={80} />
    </a>
  );
}

function Owners({ owners }: { readonly owners: readonly string[] }) {
  return (
    <>
      {owners.slice(0, mostOwners).map((owner, i) => (
        <>
          {i > 0 && ", "}
          <BreakableName text={owner} most={60} />
        </>
      ))}
      {owners.length > mostOwners && <span class="soft"> and {owners.length - mostOwners} more</span>}
    </>
  );
}

interface MutedProps {
  readonly row: AlertRow;
  readonly now: number;
}

function Muted({ row: { alert, mute }, now }: MutedProps) {
  const prefix = mute?.name.prefix;
  return (
    <p class="muted soft">
      {prefix === undefined ? "muted" : <a href="#mutes">muted with others</a>}, ends{" "}
      <Ago time={alert.mutedUntil ?? now} now={now} />
    </p>
  );
}

/** The buttons of a row. They belong to one form of the page. */
function Actions({ row: { alert, mute } }: { readonly row: AlertRow }) {
  const value = mute?.name.assetKey === undefined ? undefined : unmuteValue(mute.name);
  return (
    <details>
      <summary>Mute or close</summary>
      <div class="buttons">
        <span>Mute its asset for</span>
        {muteSpans.map(({ name, text }) => (
          <button type="submit" form={alertsForm} name="mute" value={`${name} ${alert.id}`}>
            {text}
          </button>
        ))}
        {value !== undefined && (
          <button type="submit" form={alertsForm} name="unmute" value={value}>
            Unmute
          </button>
        )}
        <button
          type="submit"
          form={alertsForm}
          name="close"
          value={String(alert.id)}
          title="Ends it for good: it fires again only for a new failure"
        >
          Close for good
        </button>
      </div>
    </details>
  );
}
