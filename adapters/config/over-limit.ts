import { type LimitName, type Limits, limitFlag } from "./limits.ts";

/** The sentence about what is larger than it may be: which limit, what came, and what to change. */
export function overLimit(what: string, size: number, name: LimitName, limits: Limits): string {
  return `${what} has ${size} ${unitOf(name)}, and the limit is ${limits[name]}. Send less, or raise --${limitFlag(name)}.`;
}

/** The last word of a limit's name is what it counts. */
function unitOf(name: LimitName): string {
  return name === "metadataDepth" ? "levels" : (/[A-Z]?[a-z]+$/.exec(name)?.[0].toLowerCase() ?? name);
}
