import { createHash } from "node:crypto";
import * as v from "valibot";
import { pageHeaders } from "../responses.ts";
import { type Content, type DescribedOperation, documentSchema } from "./document-schema.ts";
import { referenceStyle } from "./reference-style.ts";

export interface ReferencePage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const styleHash = createHash("sha256").update(referenceStyle).digest("base64");
const headers = pageHeaders(`style-src 'sha256-${styleHash}'`);

/** Renders an OpenAPI document as a page without scripts and other hosts. */
export function referencePage(document: unknown): ReferencePage {
  const { info, tags, paths, components } = v.parse(documentSchema, document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const links = groups.map(
    (group) =>
      html`<p>${group.name}</p><ul>${group.operations.map(
        ({ operation }) =>
          html`<li><a href="#${operation.operationId}">${operation.summary}${variant(operation)}</a></li>`,
      )}</ul>`,
  );
  const chapters = group(groups);
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => html`<section class="operation" id="schema-${name}"><h3>${name}</h3>${json(schema)}</section>`,
  );
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} ${info.version}: HTTP API</title><style>${{ html: referenceStyle }}</style></head>
<body><a class="skip" href="#main">Skip to the reference</a><div class="layout">
<nav aria-label="Operations"><p><a href="/">Assets</a></p>${links}<p>Answers</p><ul><li><a href="#schemas">Schemas</a></li></ul></nav>
<main id="main"><h1>${info.title} <span class="soft">${info.version}</span></h1>
<p>${info.description}</p><p>Every error is <code>{"error": "…"}</code> with a sentence that says what to change.
The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
${chapters}<h2 id="schemas">Schemas of answers</h2>${schemas}</main></div></body></html>
`;
  return { html: page.html, headers };
}

interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly { path: string; method: string; operation: DescribedOperation }[];
}

function group(groups: readonly Group[]): Html[] {
  return groups.map(
    ({ name, description, operations }) =>
      html`<h2>${name}</h2><p class="soft">${description}</p>${operations.map(
        ({ path, method, operation }) => html`<section class="operation" id="${operation.operationId}">
<h3>${operation.summary}${variant(operation)}</h3>
<p class="call"><code><span class="method ${method}">${method.toUpperCase()}</span> ${path}</code></p>
<p class="soft">${need(operation)}</p>
${operation.description === undefined ? undefined : html`<p>${prose(operation.description)}</p>`}
${parameters(operation)}${body(operation)}${answers(operation)}</section>`,
      )}`,
  );
}

function need({ security: [first = {}] }: DescribedOperation): Html {
  const [scope] = Object.values(first).flat();
  if (scope === undefined) return html`Needs no token.`;
  return html`Needs the scope <code>${scope}</code>, where the server has tokens.`;
}

function variant({ operationId }: DescribedOperation): string {
  return operationId.endsWith("WithoutPath") ? ", its key in the body" : "";
}

function parameters({ parameters }: DescribedOperation): Html | undefined {
  if (parameters.length === 0) return undefined;
  const rows = parameters.map((parameter) => {
    const { schema = {}, example } = parameter.content?.["application/json"] ?? parameter;
    const location = `${parameter.in}${parameter.required ? ", required" : ""}`;
    return html`<tr><th scope="row"><code>${parameter.name}</code></th><td>${location}</td><td>${kind(schema)} ${prose(parameter.description)}</td><td>${sample(example)}</td></tr>`;
  });
  return html`<h4>Parameters</h4><table><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Value</th><th scope="col">Example</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** The type of a parameter in a few words, without patterns. */
function kind(schema: Readonly<Record<string, unknown>>): Html {
  const { type, enum: values, minimum, maximum, default: standard } = schema;
  const name = Array.isArray(values) ? values.join(", ") : String(type ?? "any");
  const range = minimum === undefined ? "" : `, ${minimum} to ${maximum}`;
  const usual = standard === undefined ? "" : `, default ${standard}`;
  return html`<span class="soft">${name}${range}${usual}.</span>`;
}

function sample(example: unknown): Html {
  return html`<code>${typeof example === "object" ? JSON.stringify(example) : String(example)}</code>`;
}

function body({ requestBody }: DescribedOperation): Html | undefined {
  if (requestBody === undefined) return undefined;
  const optional = requestBody.required ? "" : ", if any";
  return html`<h4>Body${optional}</h4>${contents(requestBody.content)}`;
}

function answers({ responses }: DescribedOperation): Html {
  const items = Object.entries(responses).map(
    ([status, { description, content }]) =>
      html`<details><summary><strong>${status}</strong> ${description}</summary>${contents(content)}</details>`,
  );
  return html`<h4>Answers</h4>${items}`;
}

function contents(content: Content): Html[] {
  return Object.entries(content).map(([type, { schema, example, examples }]) => {
    const samples = examples === undefined ? [example] : Object.values(examples).map(({ value }) => value);
    const shown = samples.filter((sample) => sample !== undefined).map(json);
    return html`<p><code>${type}</code></p>${shown}${schemaOf(schema)}`;
  });
}

function schemaOf(schema: Readonly<Record<string, unknown>> | undefined): Html | undefined {
  if (schema === undefined || Object.keys(schema).join() === "type") return undefined;
  const name = /#\/components\/schemas\/(.+)/.exec(String(schema.$ref))?.[1];
  if (name !== undefined) return html`<p>Schema: <a href="#schema-${name}">${name}</a></p>`;
  return html`<details><summary>JSON schema</summary>${json(schema)}</details>`;
}

function json(value: unknown): Html {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return html`<pre tabindex="0"><code>${text}</code></pre>`;
}

/** HTML, which is not escaped again. */
interface Html {
  readonly html: string;
}

type Piece = string | number | Html | readonly Html[] | undefined;

/** A template of HTML. Values are escaped, unless they are HTML. */
function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: texts.map((text, i) => text + write(pieces[i])).join("") };
}

function write(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "string" || typeof piece === "number") return escapeText(String(piece));
  return "html" in piece ? piece.html : piece.map((part) => part.html).join("");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A text with `code` in backticks, as HTML. */
function prose(text: string): Html[] {
  return text.split("`").map((part, i) => (i % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}
