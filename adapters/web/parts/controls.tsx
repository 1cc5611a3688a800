/** @jsxImportSource hono/jsx */

import { withQuery } from "./page-query.ts";
import { UserText } from "./user-text.tsx";

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, text: string])[];
  /** The text for no choice. */
  readonly any: string;
}

export function Choice({ name, label, value, options, any }: ChoiceProps) {
  return (
    <select name={name} aria-label={label} class={value === undefined ? undefined : "chosen"}>
      <option value="">{any}</option>
      {options.map(([option, text]) => (
        <option value={option} selected={option === value}>
          {text}
        </option>
      ))}
    </select>
  );
}

const kinds = [
  ["ASSET_MATERIALIZATION", "Materialized"],
  ["ASSET_OBSERVATION", "Observed"],
  ["ASSET_CHECK_EVALUATION", "Checked"],
] as const;

/** Chooses a kind of event. `others` are kinds that only some pages have. */
export function KindChoice({ value, others = [] }: Pick<ChoiceProps, "value"> & { others?: ChoiceProps["options"] }) {
  return <Choice name="type" label="Kind" value={value} any="Any kind" options={[...kinds, ...others]} />;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
  /** Which values are valid. */
  readonly hint?: string;
  readonly isWrong?: boolean;
}

export function Field({ name, label, value, hint, isWrong = false }: FieldProps) {
  return (
    <input
      type="text"
      name={name}
      value={value ?? ""}
      placeholder={label}
      aria-label={label}
      title={hint}
      aria-invalid={isWrong ? "true" : undefined}
      aria-describedby={isWrong ? "invalid" : undefined}
      class={value ? "chosen" : undefined}
      autocomplete="off"
      spellcheck={false}
    />
  );
}

/** The errors of wrong filters. The rest of the page uses the valid ones. */
export function InvalidFilters({ wrong }: { readonly wrong: ReadonlyMap<string, string> }) {
  return (
    <div id="invalid" data-swap>
      {wrong.size > 0 && (
        <div class="invalid" role="alert">
          <strong>Invalid filter</strong>
          {[...wrong].map(([name, message]) => (
            <p data-parameter={name}>
              <UserText text={message} most={600} />
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

interface PagerProps {
  readonly url: string;
  readonly page: { readonly cursor: string | null; readonly hasMore: boolean };
  /** The cursor of the page that is shown; undefined for the first. */
  readonly cursor: string | undefined;
  readonly next: string;
  /** Whether nothing was found yet: browser/search-on.js follows the link to the next page by itself. Default: false. */
  readonly isSearching?: boolean;
}

export function Pager({ url, page, cursor, next, isSearching = false }: PagerProps) {
  if (!page.hasMore && cursor === undefined) return null;
  return (
    <nav class="pager" aria-label="Pages of this list">
      {cursor !== undefined && <a href={withQuery(url, { cursor: null, as_of: null })}>First page</a>}
      {page.hasMore && page.cursor !== null && (
        <a href={withQuery(url, { cursor: page.cursor })} data-search-on={isSearching ? "" : undefined}>
          {next}
        </a>
      )}
    </nav>
  );
}
