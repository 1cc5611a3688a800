import type { Context } from "hono";
import * as v from "valibot";
import { definitionLimits } from "../../../core/definitions/definition.ts";
import type { Definition } from "../../../core/definitions/index.ts";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { DefinitionConflict, DefinitionName, ReplaceResult } from "../../../storage/index.ts";
import { nextTurn } from "../../../storage/next-turn.ts";
import type { Limits } from "../../config/limits.ts";
import { type Caller, outOfReach, reaches } from "../access/caller.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { readBody, readBodyBySize } from "../body/read-body.ts";
import { HttpError } from "../http-error.ts";
import { readQuery, switchParameter } from "../query-parameters.ts";
import { respond } from "../responses.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { ScopedDefinitions } from "./scoped-definitions.ts";

const aSource = "the name of a source: 1 to 200 characters";
export const sourceParameter = v.pipe(
  v.string(aSource),
  v.check((text) => text !== "" && text.length <= 200, aSource),
  v.metadata({
    jsonSchema: { type: "string", minLength: 1, maxLength: 200, description: "Who defines.", examples: ["team-a"] },
  }),
);

export const putSchema = v.strictObject({
  source: sourceParameter,
  dry_run: v.optional(switchParameter("`true`: says what would happen, and changes nothing.")),
  take_over: v.optional(switchParameter("`true`: what other sources define under these keys moves to this source.")),
  allow_empty: v.optional(switchParameter("`true`: the source may lose all its definitions.")),
});

/** The most bytes of YAML. It is read at a tenth of the speed of JSON, and the thread does nothing else meanwhile. */
const mostYaml = 262_144;

/** A larger one has so many definitions that its memory is given back at once. In bytes. */
const largeDocument = 2_000_000;
/** Likewise, of a compressed one: it may become that large. */
const largeCompressed = 262_144;

/** Replaces the definitions of a source. The whole body is read here. Another thread, if there is one, parses it. */
export async function putDefinitions(c: Context<AppEnv>, deps: AppDeps, shared: SharedLimits): Promise<Response> {
  const request = c.req.raw;
  const { source, dry_run: dryRun, take_over: takeOver, allow_empty: allowEmpty } = readQuery(request.url, putSchema);
  const isYaml = isYamlBody(request.headers);
  const definitions = new ScopedDefinitions(deps, c.get("caller"));
  definitions.assertStored();
  const limits = { ...deps.config.limits, bodyBytes: isYaml ? mostYaml : definitionLimits.documentBytes };
  const { forwarder } = deps;
  const replace = async (text: string) => {
    const outside: AssetKey[] = [];
    const given = noting(parse(text), (key) => {
      if (outside.length === 0 && !reaches(c.get("caller"), key)) outside.push(key);
    });
    const result = await definitions.replace(source, given, { dryRun, takeOver, allowEmpty });
    if (result.status !== "replaced") throw refusalOf(result, c, outside[0]);
    return respond({ source, dry_run: dryRun === true, ...result.changes, revision: result.revision });
  };
  const forward = (body: ArrayBuffer) => {
    const call = { caller: c.get("caller"), recheck: () => c.get("log").recheck(), body };
    const isLarge = body.byteLength > (request.headers.has("content-encoding") ? largeCompressed : largeDocument);
    return isLarge ? forwarder?.answerAlone(request, call) : forwarder?.answer(request, call);
  };
  try {
    if (forwarder === undefined) return await replace(await readBody(request, limits, shared));
    return await readBodyBySize(request, limits, shared, {
      small: async (text) => (await forward(bytesOf(text))) ?? replace(text),
      large: async (body) => (await forward(body)) ?? replace(new TextDecoder().decode(body)),
    });
  } catch (error) {
    throw error instanceof HttpError && error.status === 413 ? tooLarge(limits, isYaml, error) : error;
  }
}

async function* noting(definitions: AsyncIterable<Definition>, note: (key: AssetKey) => void) {
  for await (const definition of definitions) {
    note(partsOf(definition));
    yield definition;
  }
}

/** The definitions of a document, some at a time, so that other requests are answered in between. */
async function* parse(text: string): AsyncGenerator<Definition> {
  // The YAML parser is loaded here, because a server without definitions does not need it.
  const { InvalidDefinitionsError, parseDefinitionParts } = await import("../../../core/definitions/index.ts");
  try {
    for (const part of parseDefinitionParts(text.startsWith("\ufeff") ? text.slice(1) : text)) {
      yield* part;
      await nextTurn();
    }
  } catch (error) {
    if (!(error instanceof InvalidDefinitionsError)) throw error;
    const { message, code, issues } = error;
    throw new HttpError(400, `Nothing is changed: ${message}`, {}, { code, issues });
  }
}

function isYamlBody(headers: Headers): boolean {
  const given = headers.get("content-type");
  const name = given?.split(";")[0]?.trim().toLowerCase() ?? "application/json";
  if (name === "application/json") return false;
  if (name === "application/yaml" || name === "application/x-yaml" || name === "text/yaml") return true;
  throw new HttpError(
    415,
    `Send definitions as application/json or application/yaml. Got ${JSON.stringify(name.slice(0, 200))}.`,
  );
}

function tooLarge({ bodyBytes }: Limits, isYaml: boolean, { headers }: HttpError): HttpError {
  const instead = isYaml ? "Send JSON, as runless define does" : "Divide the definitions among several sources";
  return new HttpError(413, `The document is larger than ${bodyBytes} bytes. ${instead}.`, headers);
}

/**
 * The error of a refused replacement. `outside` is a key of the document that the token does not reach; it names no
 * other.
 */
function refusalOf(
  result: Exclude<ReplaceResult, { readonly status: "replaced" }>,
  c: Context<AppEnv>,
  outside: AssetKey | undefined,
): HttpError {
  switch (result.status) {
    case "owned":
      return ownedByOthers(result.conflicts, result.total);
    case "emptied":
      return new HttpError(
        409,
        `Nothing is changed: the source would lose all its ${result.definitions} definitions. Allow that with allow_empty=true (--allow-empty).`,
      );
    case "outside":
      return new HttpError(
        403,
        `Nothing is changed. ${outside === undefined ? definesMore(c.get("caller")) : outOfReach(c.get("caller"), outside)}`,
      );
    case "over_limit": {
      const { limit, count, most } = result;
      const what = limit === "definitions" ? "definitions" : "assets and partitions to watch";
      const problem = `Nothing is changed: all sources together would have ${count} ${what}, and the limit is ${most}.`;
      return new HttpError(400, problem, {}, { code: "definitions_limit" });
    }
  }
}

function definesMore({ name, prefix }: Caller): string {
  const own = formatAssetKey(prefix ?? []);
  return `The source has definitions outside of ${own}, which the token ${name} is for. Use another source, or a token for all of them.`;
}

function ownedByOthers(conflicts: readonly DefinitionConflict[], total: number): HttpError {
  const [first] = conflicts;
  const what = first === undefined ? "a key" : `${describe(first.name)} belongs to the source ${first.source}`;
  const more = total > 1 ? ` (and ${total - 1} more belong to others)` : "";
  return new HttpError(
    409,
    `Nothing is changed: ${what}${more}. Leave it out, or take it over with take_over=true (--take-over).`,
    {},
    { conflicts: conflicts.map(({ name, source }) => ({ ...name, source })), total },
  );
}

function describe(name: DefinitionName): string {
  return `the ${name.key === undefined ? "prefix" : "key"} ${formatAssetKey(partsOf(name))}`;
}

const partsOf = ({ key, prefix }: DefinitionName) => key ?? prefix;

function bytesOf(text: string): ArrayBuffer {
  const { buffer, byteLength } = new TextEncoder().encode(text);
  return buffer.byteLength === byteLength ? buffer : buffer.slice(0, byteLength);
}
