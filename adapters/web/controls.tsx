/** @jsxImportSource hono/jsx */
import { withQuery } from "./page-query.ts";

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, text: string])[];
  /** What no choice says. */
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

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
  /** What may be written into it. */
  readonly hint?: string;
}

export function Field({ name, label, value, hint }: FieldProps) {
  return (
    <input
      type="text"
      name={name}
      value={value ?? ""}
      placeholder={label}
      aria-label={label}
      title={hint}
      class={value ? "chosen" : undefined}
      autocomplete="off"
      spellcheck={false}
    />
  );
}

interface PagerProps {
  readonly url: string;
  readonly page: { readonly cursor: string | null; readonly hasMore: boolean };
  /** Of the page that is shown; undefined for the first one. */
  readonly cursor: string | undefined;
  readonly next: string;
}

export function Pager({ url, page, cursor, next }: PagerProps) {
  if (!page.hasMore && cursor === undefined) return null;
  return (
    <nav class="pager" aria-label="Pages of this list">
      {cursor !== undefined && <a href={withQuery(url, { cursor: null, as_of: null })}>First page</a>}
      {page.hasMore && page.cursor !== null && <a href={withQuery(url, { cursor: page.cursor })}>{next}</a>}
    </nav>
  );
}
