/** @jsxImportSource hono/jsx */
import type { RecordedEvent } from "../../../core/index.ts";
import { Ago } from "../parts/ago.tsx";
import { pageBudget, rowsWithinBudget } from "../parts/page-budget.ts";
import { BreakableName } from "../parts/user-text.tsx";
import { detailsOf, type Entry } from "../values/event-details.ts";
import { Metadatum } from "../values/metadata-value.tsx";
import type { Series } from "../values/series.ts";
import { Sparkline } from "../values/sparkline.tsx";
import { schemaId } from "../values/table-schema.tsx";
import { kindWords } from "./event-table.tsx";

/** With more values, the names can be filtered. */
const fewValues = 5;

interface MetadataSectionProps {
  readonly event: RecordedEvent;
  readonly series: readonly Series[];
  readonly now: number;
  /** Whether long texts are unfolded. Default: false. */
  readonly isOpen?: boolean;
}

/** The metadata of an event, each number with a sparkline. */
export function MetadataSection(props: MetadataSectionProps) {
  const { event, now } = props;
  const { total } = detailsOf(event);
  if (total === 0) return null;
  const title = `metadata-${event.id}`;
  return (
    <section aria-labelledby={title}>
      <h2 id={title}>
        Metadata{" "}
        <span class="soft">
          {kindWords[event.type]} <Ago time={event.timestamp} now={now} />
        </span>
        {total > fewValues && (
          <input
            type="search"
            class="scripted"
            data-filter={`table-${event.id}`}
            placeholder="Filter"
            aria-label="Filter metadata by name"
          />
        )}
      </h2>
      <Values {...props} />
    </section>
  );
}

function Values({ event, series, now, isOpen = false }: MetadataSectionProps) {
  const { entries, total } = detailsOf(event);
  const ofName = new Map(series.map((one) => [one.name, one]));
  const { Row, shown } = rowsWithinBudget((entry: Entry) => (
    <ValueRow
      entry={entry}
      series={ofName.get(entry.name)}
      now={now}
      isOpen={isOpen}
      schemaId={schemaId(event, entry)}
    />
  ));
  const Rest = () => {
    if (shown() === total && !pageBudget().isSpent) return null;
    const what = shown() < total ? `The first ${shown()} of ${total.toLocaleString("en")}` : "Some of it is cut";
    return (
      <p class="soft">
        {what}: the rest is in the <a href={`/event.json?id=${event.id}`}>event’s JSON</a>.
      </p>
    );
  };
  return (
    <>
      <table class="values" id={`table-${event.id}`}>
        <colgroup>
          <col class="name" />
          <col />
          <col class="trend" />
        </colgroup>
        <thead class="hidden">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
            <th scope="col">Trend</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Row item={entry} />
          ))}
        </tbody>
      </table>
      <Rest />
    </>
  );
}

interface ValueRowProps {
  readonly entry: Entry;
  readonly series: Series | undefined;
  readonly now: number;
  readonly isOpen: boolean;
  /** The id of the table that shows a table schema. */
  readonly schemaId: string;
}

function ValueRow({ entry, series, now, isOpen, schemaId }: ValueRowProps) {
  return (
    <tr data-name={pageBudget().cut(entry.name, 200).text.toLowerCase()}>
      <th scope="row">
        <BreakableName text={entry.name} most={100} />
      </th>
      <td colspan={series === undefined ? 2 : 1}>
        <Metadatum entry={entry} now={now} isOpen={isOpen} schemaId={schemaId} />
      </td>
      {series && (
        <td class="trend">
          <Sparkline series={series} width={80} height={18} />
        </td>
      )}
    </tr>
  );
}
