/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { RecordedEvent } from "../../core/index.ts";
import { Ago } from "./ago.tsx";
import type { Series } from "./asset-history.ts";
import { kindWords } from "./event-table.tsx";
import { Metadatum } from "./metadata-value.tsx";
import { Sparkline } from "./sparkline.tsx";
import { cut, UserText } from "./user-text.tsx";

const mostValues = 200;
/** Past so many, the names can be filtered. */
const fewValues = 5;

interface MetadataSectionProps {
  readonly event: RecordedEvent;
  readonly series: readonly Series[];
  readonly now: number;
}

/** What an event said, name by name, each number with its past. */
export function MetadataSection({ event, series, now }: MetadataSectionProps) {
  const entries = Object.entries(event.metadata);
  if (entries.length === 0) return null;
  const title = `metadata-${event.id}`;
  return (
    <section aria-labelledby={title}>
      <h2 id={title}>
        Metadata{" "}
        <span class="soft">
          {kindWords[event.type]} <Ago time={event.timestamp} now={now} />
        </span>
        {entries.length > fewValues && (
          <input
            type="search"
            class="scripted"
            data-filter={`table-${event.id}`}
            placeholder="Filter"
            aria-label="Filter metadata by name"
          />
        )}
      </h2>
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
          {entries.slice(0, mostValues).map(([name, value]) => {
            const ofName = series.find((one) => one.name === name);
            return (
              <tr data-name={cut(name, 200).toLowerCase()}>
                <th scope="row">
                  <UserText text={name} most={100} />
                </th>
                <td colspan={ofName === undefined ? 2 : 1}>
                  <Metadatum value={value} now={now} />
                </td>
                {ofName && (
                  <td class="trend">
                    <Sparkline series={ofName} width={80} height={18} />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {entries.length > mostValues && (
        <p class="soft">
          The first {mostValues} of {entries.length}.
        </p>
      )}
    </section>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
