import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "..");
const rooms = ["core", "storage", "adapters"] as const;
type Room = (typeof rooms)[number];

// Each room may import itself and the rooms before it.
const packages: Readonly<Record<Room, RegExp>> = {
  core: /^valibot$/,
  storage: /^(valibot|drizzle-orm(\/.+)?|@libsql\/client(\/.+)?|libsql(\/promise)?|node:.+)$/,
  adapters:
    /^(valibot|@commander-js\/extra-typings|hono(\/.+)?|hono-openapi|prom-client|@logtape\/logtape|@valibot\/to-json-schema|@hono\/node-server|markdown-it|node:.+)$/,
};

interface Import {
  readonly file: string;
  readonly room: Room;
  readonly from: string;
}

function importsOf(room: Room): Import[] {
  const files = readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  return files.flatMap((name) => {
    const file = join(room, name);
    const source = readFileSync(join(root, file), "utf8");
    const found = source.matchAll(
      /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm,
    );
    return Array.from(found, (match) => ({ file, room, from: match[1] ?? match[2] ?? match[3] ?? "" }));
  });
}

describe.each([...rooms])("%s", (room) => {
  const imports = importsOf(room);

  test("imports only itself and the rooms before it", () => {
    expect(imports.length).toBeGreaterThan(0);
    const allowed = rooms.slice(0, rooms.indexOf(room) + 1);
    const wrong = imports
      .filter(({ from }) => from.startsWith("."))
      .filter(({ file, from }) => {
        const target = relative(root, join(root, dirname(file), from));
        return !allowed.some((name) => target.startsWith(`${name}/`));
      });
    expect(wrong).toEqual([]);
  });

  test("imports no package but those it is meant to need", () => {
    expect(imports.filter(({ from }) => !from.startsWith(".") && !packages[room].test(from))).toEqual([]);
  });
});
