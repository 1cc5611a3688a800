/** @jsxImportSource hono/jsx */
import type { RecordedEvent } from "../../../core/index.ts";
import { pageBudget } from "../parts/page-budget.ts";
import { NameText, UserText } from "../parts/user-text.tsx";
import { detailsOf, type Entry } from "./event-details.ts";
import { textOf } from "./json-part.ts";
import { briefText, Metadatum } from "./metadata-value.tsx";

const mostValues = 20;
const mostPreviewed = 3;
const mostInPreview = 24;
/** The characters of the last line of an error, so that its name fits. */
const mostOfError = 60;

/** The metadata of an event in a list: a few values as a preview, and all of them when it is unfolded. */
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
      <Preview entry={entry} />
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
          <FoldedEntry event={event} entry={entry} now={now} />
        ))}
      </dl>
      <Rest event={event} others={total - shown.length} />
    </details>
  );
}

function Preview({ entry }: { readonly entry: Entry }) {
  const text = briefText(entry, mostInPreview);
  // It starts like this if it is the last of several lines.
  return <UserText text={text} most={text.startsWith("…") ? mostOfError : mostInPreview} />;
}

interface FoldedEntryProps {
  readonly event: RecordedEvent;
  readonly entry: Entry;
  readonly now: number;
}

function FoldedEntry({ event, entry, now }: FoldedEntryProps) {
  if (pageBudget().isSpent) return null;
  const isText = entry.type === "text";
  const hasLines = isText && textOf(entry.part, longestText).includes("\n");
  const brief = hasLines ? mostOfLines() : mostBrief;
  const isCut = isText && textOf(entry.part, brief).length > brief;
  return (
    <div>
      <dt>
        <NameText text={entry.name} most={60} />
      </dt>
      <dd>
        <Metadatum entry={entry} now={now} brief={brief} />
        {isCut && (
          <>
            {" "}
            <a href={`/events/${event.id}`}>All of it</a>
          </>
        )}
      </dd>
    </div>
  );
}

const mostBrief = 160;
const longestText = 10_000;
/** The part of the budget that is left to the previews of later rows. */
const keptForOthers = 30_000;

/** How much of a text of several lines is shown, in characters: all of it if the budget allows. */
function mostOfLines(): number {
  return Math.max(mostBrief, Math.min(longestText, Math.floor((pageBudget().left - keptForOthers) / 3)));
}

/** Links to the values that the page does not show. */
function Rest({ event, others }: { readonly event: RecordedEvent; readonly others: number }) {
  if (others === 0 && !pageBudget().isSpent) return null;
  const what = others > 0 ? `The other ${others} are` : "The rest is";
  return (
    <p class="soft">
      {what} in the <a href={`/event.json?id=${event.id}`}>event’s JSON</a>.
    </p>
  );
}

/** Whether the preview shows the whole value, and a link or a time would add nothing. */
function isShort(entry: Entry): boolean {
  const isPlain = ["text", "int", "float", "bool", "null"].includes(entry.type);
  return isPlain && entry.name.length <= mostInPreview && briefText(entry, mostInPreview).length <= mostInPreview;
}
