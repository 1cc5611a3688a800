import { type AssetKey, namedKey, parseAssetKey } from "../asset-key.ts";
import type { Problem } from "../definitions/problem.ts";
import { parseDuration } from "../freshness/duration.ts";
import { isPlainObject } from "../json/json-value.ts";
import { nearestName } from "./nearest-name.ts";

/** Gives what stands for `${name}`; undefined if there is no such variable or file. */
export type Resolve = (name: string) => string | undefined;

type Path = Problem["path"];

/** What a text must be. A RegExp is one. */
interface Pattern {
  test(text: string): boolean;
}

/**
 * Reads the fields of one object of the operator's file. What is wrong is added to `problems`, and read as undefined. A
 * field that is null is absent. No sentence has a value that may be a secret.
 */
export class FieldReader {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: Path;
  readonly #problems: Problem[];
  readonly #resolve: Resolve;

  constructor(object: Readonly<Record<string, unknown>>, path: Path, problems: Problem[], resolve: Resolve) {
    this.#object = object;
    this.#path = path;
    this.#problems = problems;
    this.#resolve = resolve;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  raw(name: string): unknown {
    return this.#object[name] ?? undefined;
  }

  refuse(message: string, ...path: Path): undefined {
    this.#problems.push({ path: [...this.#path, ...path], message });
    return undefined;
  }

  /** A reader of an object in a field; undefined if there is none. */
  inner(name: string, expected: string): FieldReader | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!isPlainObject(value)) return this.refuse(expected, name);
    return new FieldReader(value, [...this.#path, name], this.#problems, this.#resolve);
  }

  /** Names each field that is not known, with the one that was probably meant. `others` says where a name belongs instead. */
  refuseOthers(known: readonly string[], others: Readonly<Record<string, string>> = {}): void {
    for (const name of Object.keys(this.#object)) {
      if (known.includes(name)) continue;
      const nearest = nearestName(name, known);
      const elsewhere = Object.hasOwn(others, name) ? others[name] : undefined;
      const hint =
        elsewhere ?? (nearest === undefined ? `leave it out; there are ${known.join(", ")}` : `write ${nearest}`);
      this.refuse(`there is no field ${shortName(name)} here: ${hint}`, name);
    }
  }

  /** A text with `${…}` in it, which must match. `expected` shows the right form. */
  secret(name: string, expected: string, pattern: Pattern): string | undefined {
    const value = this.raw(name);
    return value === undefined
      ? this.refuse(`${name} is missing: ${expected}`, name)
      : this.#filled(value, expected, pattern, [name]);
  }

  optionalSecret(name: string, expected: string, pattern: Pattern): string | undefined {
    return this.has(name) ? this.secret(name, expected, pattern) : undefined;
  }

  /** One text or a list of at least one, each as `secret`. */
  secrets(name: string, expected: string, pattern: Pattern): readonly string[] | undefined {
    const value = this.raw(name);
    if (!Array.isArray(value)) {
      const one = this.secret(name, expected, pattern);
      return one === undefined ? undefined : [one];
    }
    if (value.length === 0) return this.refuse(`${name} is empty: ${expected}`, name);
    const texts = value.map((item: unknown, i) => this.#filled(item, expected, pattern, [name, i]));
    return everyDefined(texts);
  }

  /** A map of names to texts with `${…}` in them. */
  secretMap(
    name: string,
    expected: string,
    names: Pattern,
    pattern: Pattern,
  ): Readonly<Record<string, string>> | undefined {
    const value = this.raw(name) ?? {};
    if (!isPlainObject(value)) return this.refuse(expected, name);
    const entries = Object.entries(value).map(([key, item]) => {
      if (!names.test(key)) return this.refuse(`${shortName(key)} is no name for this: ${expected}`, name, key);
      const text = this.#filled(item, expected, pattern, [name, key]);
      return text === undefined ? undefined : ([key, text] as const);
    });
    const texts = everyDefined(entries);
    return texts && Object.fromEntries(texts);
  }

  /** A list of known words. Undefined if one is wrong. */
  words<Word extends string>(
    name: string,
    known: readonly Word[],
    absent: readonly Word[],
  ): readonly Word[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (!Array.isArray(value)) return this.refuse(`write a list, as ${name}: [${known[0]}]`, name);
    const words = value.map((item: unknown, i) => {
      const word = known.find((one) => one === item);
      if (word !== undefined) return word;
      const nearest = typeof item === "string" ? nearestName(item, known) : undefined;
      return this.refuse(`write ${nearest ?? `one of ${known.join(", ")}`}`, name, i);
    });
    const all = everyDefined(words);
    return all && [...new Set(all)];
  }

  /** A duration of at least a second, in milliseconds. */
  duration<Absent>(name: string, absent: Absent): number | Absent {
    const value = this.raw(name);
    if (value === undefined) return absent;
    const ms = typeof value === "string" ? parseDuration(value) : undefined;
    if (ms !== undefined && ms >= 1000) return ms;
    this.refuse(`write a duration of at least 1s, as 30s, 5m or 1d12h`, name);
    return absent;
  }

  boolean(name: string, absent: boolean): boolean {
    const value = this.raw(name);
    if (value === undefined || typeof value === "boolean") return value ?? absent;
    this.refuse("write true or false", name);
    return absent;
  }

  key(name: string): AssetKey | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.every((part) => typeof part === "string");
    const key = typeof value === "string" ? parseAssetKey(value) : isList ? namedKey(value) : undefined;
    return key ?? this.refuse("write a key as a/b, or as a list of its parts (numbers in quotes)", name);
  }

  /** A text that is no secret. */
  text(name: string, expected: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    return this.refuse(expected, name);
  }

  #filled(value: unknown, expected: string, pattern: Pattern, path: Path): string | undefined {
    if (typeof value === "number" || typeof value === "boolean") return this.refuse(`quote it: ${expected}`, ...path);
    if (typeof value !== "string") return this.refuse(expected, ...path);
    let isComplete = true;
    const text = value.replaceAll(/\$\{([^{}]*)\}/g, (_, name: string) => {
      const found = name === "" ? undefined : this.#resolve(name);
      if (found === undefined) {
        isComplete = false;
        this.refuse(missingSentence(name), ...path);
      }
      return found ?? "";
    });
    if (!isComplete) return undefined;
    return pattern.test(text)
      ? text
      : this.refuse(
          text === value ? expected : `what ${value.match(/\$\{[^{}]*\}/)?.[0]} stands for can't be used: ${expected}`,
          ...path,
        );
  }
}

function everyDefined<Item>(items: readonly (Item | undefined)[]): readonly Item[] | undefined {
  const defined = items.filter((item) => item !== undefined);
  return defined.length === items.length ? defined : undefined;
}

function missingSentence(name: string): string {
  if (name.startsWith("file:"))
    return `the file ${shortName(name.slice(5))} can't be read: create it, or correct its path`;
  if (name === "") return `write the name of a variable in \${…}, as \${SLACK_URL}`;
  return `the variable ${shortName(name)} is not set: set it where the server starts, or write \${file:/run/secrets/…}`;
}

/** A name as it was written, short enough for a sentence. */
function shortName(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
