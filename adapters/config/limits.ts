interface LimitSetting {
  readonly default: number;
  readonly most: number;
  readonly help: string;
}

const settings = {
  bodyBytes: { default: 4_194_304, most: 2 ** 30, help: "largest body, and largest line of an import" },
  targetBytes: { default: 65_536, most: 2 ** 20, help: "longest path and query of a request" },
  headerBytes: { default: 65_536, most: 2 ** 20, help: "most that a request's headers hold together" },
  batchEvents: { default: 10_000, most: 100_000, help: "most events of one array, line or list of partitions" },
  batchBytes: { default: 67_108_864, most: 2 ** 30, help: "most that the events of one array or line hold together" },
  keyParts: { default: 256, most: 10_000, help: "most parts of an asset key" },
  keyBytes: { default: 8192, most: 2 ** 20, help: "longest asset key, its parts together" },
  partitionBytes: { default: 8192, most: 2 ** 20, help: "longest partition" },
  checkNameBytes: { default: 8192, most: 2 ** 20, help: "longest check name" },
  descriptionBytes: { default: 1_048_576, most: 2 ** 30, help: "longest description" },
  tags: { default: 1000, most: 1_000_000, help: "most tags of an event" },
  tagBytes: { default: 1_048_576, most: 2 ** 30, help: "most that an event's tags hold, with a data version" },
  metadataEntries: { default: 10_000, most: 1_000_000, help: "most metadata entries of an event" },
  metadataBytes: { default: 4_194_304, most: 2 ** 30, help: "most that an event's metadata hold" },
  metadataDepth: { default: 500, most: 500, help: "deepest nesting of a metadata value" },
  pageEvents: { default: 1000, most: 100_000, help: "most events of one page" },
  queueEvents: { default: 1000, most: 1_000_000, help: "most events that wait for their commit; past it 503" },
  queueBytes: { default: 67_108_864, most: 2 ** 32, help: "most that they hold, and bodies under way; past it 503" },
  streams: { default: 256, most: 100_000, help: "most streams, waits, exports and imports at once; past it 503" },
  idleSeconds: { default: 60, most: 255, help: "longest pause of a sender or reader; past it the connection ends" },
} as const satisfies Readonly<Record<string, LimitSetting>>;

export type LimitName = keyof typeof settings;

/** The limits on requests. Bytes are those of UTF-8. */
export type Limits = { readonly [Name in LimitName]: number };

type Kebab<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : "";
export type LimitFlag = `max-${Kebab<LimitName>}`;

/** `max-body-bytes` for bodyBytes. */
export function limitFlag(name: LimitName): LimitFlag {
  return `max-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` as LimitFlag; // as the type Kebab does
}

const names = Object.keys(settings) as readonly LimitName[]; // the keys of settings

/** The limits that `read` returns. It is called with the maximum of each. */
export function limitsBy(read: (name: LimitName, most: number) => number): Limits {
  return Object.fromEntries(names.map((name) => [name, read(name, settings[name].most)])) as Limits; // of all names
}

/** Throws TypeError for an unknown limit, and for a value that would not limit anything. */
export function assertLimits(limits: Partial<Limits>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(settings, name)) {
      throw new TypeError(`There is no limit ${JSON.stringify(name)}. Those there are: ${names.join(", ")}.`);
    }
    const isCount = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
    if (!isCount || value < 0) {
      throw new TypeError(`The limit ${name} must be a whole number, or Infinity. Got ${String(value)}.`);
    }
  }
}

/** The head size that a runtime should accept: more than our limits, so that our error names the limit. */
export function mostHeadBytes({ targetBytes, headerBytes }: Limits): number {
  return 2 * (targetBytes + headerBytes);
}

/**
 * The default limits of `createApp` and of the server.
 *
 * @example
 * const log = await openEventLog({ url: "file:runless.db" });
 * const app = createApp({ log, config: { limits: { bodyBytes: 2 * defaultLimits.bodyBytes } } });
 * console.log(defaultLimits.bodyBytes); // 4194304
 * await log.close();
 */
export const defaultLimits: Limits = limitsBy((name) => settings[name].default);

interface LimitFlagSetting {
  readonly env: string;
  readonly default: string;
  readonly help: string;
}

/** The flags of the limits, with their settings. */
export const limitFlags = Object.fromEntries(
  names.map((name) => {
    const flag = limitFlag(name);
    const env = `RUNLESS_${flag.toUpperCase().replaceAll("-", "_")}`;
    return [flag, { env, default: String(settings[name].default), help: settings[name].help }];
  }),
) as Readonly<Record<LimitFlag, LimitFlagSetting>>; // of all names

/** The error message of an exceeded limit: the size, the limit, and what to change. */
export function overLimit(what: string, size: number, name: LimitName, limits: Limits): string {
  return `${what} has ${size} ${unitOf(name)}, and the limit is ${limits[name]}. Send less, or raise --${limitFlag(name)}.`;
}

/** The unit of a limit is the last word of its name. */
function unitOf(name: LimitName): string {
  return name === "metadataDepth" ? "levels" : (/[A-Z]?[a-z]+$/.exec(name)?.[0].toLowerCase() ?? name);
}
