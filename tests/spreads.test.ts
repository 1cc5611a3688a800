import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");

// An engine has room for some tens of thousands of arguments: what a caller sends may be more.
const spread =
  /\.(?:push|unshift|concat|append|replaceChildren|fromCharCode|fromCodePoint|min|max)\((?:[^(){}[\]]|\([^()]*\))*\.\.\.|\.apply\(/;

/** Of lists that this project writes, and no caller. */
const bounded: readonly string[] = [
  // The nodes and cells of one page.
  'byId("main")?.replaceChildren(...(byId("main", next)?.childNodes ?? []));',
  'else element.querySelector(".drawing")?.replaceChildren(...(other.querySelector(".drawing")?.childNodes ?? []));',
  "if (calendar?.blocks === undefined) return grid.append(...made);",
  'head.append(element("b", "", label), ...columns.map((text) => element("span", "", text)));',
  'row.append(element("span", "", label), ...Array.from({ length: lead }, () => element("i")));',
  'row.append(...cells.map((name) => (name !== null && ofName.get(name)) || element("i", "gap")));',
  // A gap's ends, the labels of an axis, and the few hundred points of a plot.
  "else gaps.unshift(...(from === to ? [nameOf(from)] : [nameOf(from), nameOf(to)]));",
  "size: (_, labels) => 12 + 6.5 * Math.max(3, ...(labels ?? []).map(({ length }) => length)),",
  "const range = Math.max(...values) - Math.min(...values);",
  // A time for each type of event.
  "const isEnd = rows.length < rowsPerStep || Number(last?.received_at) >= Math.max(...times);",
];

test.each(["core", "storage", "adapters"])(
  "no list is spread into a call in %s whose length a caller chooses",
  (folder) => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter(
      (file) => /^(?!testing\/).*\.(?:tsx?|js)$/.test(file), // in storage/testing they are the suite's own lists
    );
    expect(files).not.toEqual([]);
    const found = files.flatMap((file) =>
      readFileSync(join(root, folder, file), "utf8")
        .split("\n")
        .filter((line) => spread.test(line) && !bounded.includes(line.trim()))
        .map((line) => `${folder}/${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  },
);
