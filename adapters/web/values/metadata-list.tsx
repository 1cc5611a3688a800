/** @jsxImportSource hono/jsx */
import type { RecordedEvent } from "../../../core/index.ts";
import { detailsOf, type Entry } from "./event-details.ts";
import { briefText, Metadatum } from "./metadata-value.tsx";
import { pageBudget } from "./page-budget.ts";
import { NameText, UserText } from "./user-text.tsx";

const mostValues = 20;
const mostPreviewed = 3;
const mostInPreview = 24;

/** Metadata of an event among others: a few values at a glance, and all of them unfolded. */
export function FoldedMetadata({ event, now }: { readonly event: RecordedEvent; readonly now: number }) {
  if (pageBudget().isSpent) {
    return (
      <a class="metadata" href={`/events/${event.id}`}>
        What it says
      </a>
    );
  }
  const { entries, total } = detailsOf(event);
  if (total === 0) return null;
  const preview = entries.slice(0, mostPreviewed).map((entry) => (
    <span class="value">
      <span class="soft">
        <NameText text={entry.name} most={mostInPreview} />
      </span>{" "}
      <UserText text={briefText(entry, mostInPreview)} most={mostInPreview} />
    </span>
  ));
  if (total <= mostPreviewed && entries.every(isShort)) return <div class="metadata">{preview}</div>;
  const shown = entries.slice(0, mostValues);
  return (
    <details class="metadata">
      <summary>
        {preview}
        {total > mostPreviewed && <span class="soft">{total - mostPreviewed} more</span>}
      </summary>
      <dl>
        {shown.map((entry) => (
          <FoldedEntry entry={entry} now={now} />
        ))}
      </dl>
      <Rest event={event} others={total - shown.length} />
    </details>
  );
}

function FoldedEntry({ entry, now }: { readonly entry: Entry; readonly now: number }) {
  if (pageBudget().isSpent) return null;
  return (
    <div>
      <dt>
        <NameText text={entry.name} most={60} />
      </dt>
      <dd>
        <Metadatum entry={entry} now={now} brief={160} />
      </dd>
    </div>
  );
}

/** Where the rest is, of what the page does not show. */
function Rest({ event, others }: { readonly event: RecordedEvent; readonly others: number }) {
  if (others === 0 && !pageBudget().isSpent) return null;
  const what = others > 0 ? `The other ${others} are` : "The rest is";
  return (
    <p class="soft">
      {what} in the <a href={`/event.json?id=${event.id}`}>event’s JSON</a>.
    </p>
  );
}

/** Whether the glance says all, and a link or a time would be no more. */
function isShort(entry: Entry): boolean {
  const isPlain = ["text", "int", "float", "bool", "null"].includes(entry.type);
  return isPlain && entry.name.length <= mostInPreview && briefText(entry, mostInPreview).length <= mostInPreview;
}
