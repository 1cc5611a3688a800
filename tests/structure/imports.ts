import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** In the order in which they may import: each may import itself and those before it. */
export const folders = ["core", "storage", "adapters"] as const;
export type Folder = (typeof folders)[number];

/** Within adapters likewise. The entry points lie beside the folders: commands start them. */
export const adapterFolders = [
  "config",
  "api",
  "client",
  "http",
  "web",
  "destinations",
  "server",
  "entry points",
  "cli",
];

export interface Import {
  readonly file: string;
  /** A file of ours by its path, or a package by its name. */
  readonly target: string;
}

const statement = /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;

/** The source files of a folder, by their paths from `root`. */
export function filesOf(root: string, folder: Folder): readonly string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
}

export function importsOf(root: string, folder: Folder): readonly Import[] {
  return filesOf(root, folder).flatMap((file) =>
    Array.from(readFileSync(join(root, file), "utf8").matchAll(statement), (match) => {
      const from = match[1] ?? match[2] ?? match[3] ?? "";
      return { file, target: from.startsWith(".") ? relative(root, join(root, dirname(file), from)) : from };
    }),
  );
}

export function isOurs({ target }: Import): boolean {
  return folders.some((folder) => target.startsWith(`${folder}/`));
}

/** The place of a file of adapters in `adapterFolders`; -1 for a folder that is not there. */
export function placeOf(file: string): number {
  const [, name = "", ...rest] = file.split("/");
  return adapterFolders.indexOf(rest.length === 0 ? "entry points" : name);
}

/** Imports from one folder into another: an arrow of the graph of folders. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly imports: readonly Import[];
}

export function arrowsOf(imports: readonly Import[]): readonly Arrow[] {
  const perArrow = Map.groupBy(imports.filter(isOurs), ({ file, target }) => `${dirname(file)} ${dirname(target)}`);
  return Array.from(perArrow, ([arrow, imports]) => {
    const [from = "", to = ""] = arrow.split(" ");
    return { from, to, imports };
  }).filter(({ from, to }) => from !== to);
}

/**
 * The arrows between two folders that import each other, each the one of fewer imports. A folder's own files and its
 * subfolders may import each other: some of these files are above the subfolders and others below them.
 */
export function arrowsBackUp(arrows: readonly Arrow[]): readonly Arrow[] {
  const counts = new Map(arrows.map(({ from, to, imports }) => [`${from} ${to}`, imports.length]));
  return arrows.filter(({ from, to, imports: { length: count } }) => {
    const other = counts.get(`${to} ${from}`) ?? 0;
    return !areNested(from, to) && (other > count || (other === count && from > to));
  });
}

/** Every circle of folders, each once, apart from those of a folder and its subfolders. */
export function folderCirclesOf(arrows: readonly Arrow[]): readonly (readonly string[])[] {
  const besides = arrows.filter(({ from, to }) => !areNested(from, to));
  return circlesOf(besides.map(({ from, to }) => ({ file: from, target: to })));
}

function areNested(a: string, b: string): boolean {
  return a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** Every circle of files that import each other, each once. */
export function circlesOf(imports: readonly Import[]): readonly (readonly string[])[] {
  const targets = targetsOf(imports);
  const done = new Set<string>();
  const circles: (readonly string[])[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
    if (way.includes(file) || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return circles;
}

/** How many files the longest way of imports from a file has. */
export function depthOf(imports: readonly Import[], entry: string): number {
  const targets = targetsOf(imports);
  const known = new Map<string, number>();
  const depth = (file: string, way: readonly string[]): number => {
    const found = known.get(file);
    if (found !== undefined) return found;
    if (way.includes(file)) return 0; // a circle
    const below = [...(targets.get(file) ?? [])].map((target) => depth(target, [...way, file]));
    const own = 1 + Math.max(0, ...below);
    known.set(file, own);
    return own;
  };
  return depth(entry, []);
}

function targetsOf(imports: readonly Import[]): ReadonlyMap<string, ReadonlySet<string>> {
  const targets = new Map<string, Set<string>>();
  for (const one of imports.filter(isOurs)) targets.set(one.file, (targets.get(one.file) ?? new Set()).add(one.target));
  return targets;
}
