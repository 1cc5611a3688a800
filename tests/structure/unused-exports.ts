import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const declaration = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;
const statement = /^(?:import|export)\b([^;"]*?)\bfrom "(\.[^"]+)"/gm;
const dynamic = /(?:\bconst (\{[^}]*\}) = await )?\bimport\("(\.[^"]+)"\)/g;

/** The functions, constants and classes that these files export and no file imports, as `name (file)`. */
export function unusedExports(root: string, files: readonly string[], importers: readonly string[]): readonly string[] {
  const used = importedNames(root, importers);
  return files.flatMap((file) => {
    const names = used.get(file) ?? new Set();
    if (names.has("*")) return [];
    const declared = Array.from(readFileSync(join(root, file), "utf8").matchAll(declaration), ([, name = ""]) => name);
    return declared.filter((name) => !names.has(name)).map((name) => `${name} (${file})`);
  });
}

/** The names that are imported or re-exported from each file. `*` stands for all. */
function importedNames(root: string, files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, what = "", path = ""] of [...text.matchAll(statement), ...text.matchAll(dynamic)]) {
      const target = relative(root, join(root, dirname(file), path));
      const names = found.get(target) ?? new Set();
      for (const name of /\{([^}]*)\}/.exec(what)?.[1]?.split(",") ?? ["*"])
        names.add(/(?:type )?([\w*]*)/.exec(name.trim())?.[1] ?? "");
      found.set(target, names);
    }
  }
  return found;
}
