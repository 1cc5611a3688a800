import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDestinationsFile } from "../../../adapters/destinations/destinations-file.ts";
import { temporaryFolder } from "../../server.ts";

const secret = Buffer.alloc(32, 5).toString("base64");
const env = { HOOK_URL: "https://hooks.example/s3cr3t", HOOK_SECRET: secret, EMPTY: "" };

function written(text: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const path = join(folder, "runless.yaml");
  writeFileSync(path, text);
  return path;
}

/** The sentences about a file, with its path as `FILE`. */
async function problemsOf(text: string): Promise<readonly string[]> {
  const path = written(text);
  const file = await readDestinationsFile(path, env);
  return file.type === "wrong" ? file.problems.map((problem) => problem.replaceAll(path, "FILE")) : [];
}

const yaml = `destinations:
  - name: loader
    type: webhook
    url: \${HOOK_URL}
    secret: [\${HOOK_SECRET}, "\${file:old}"]
    events: [ASSET_MATERIALIZATION]
`;

test("a file in YAML is read, with its variables and files in their places, and without the line end of a file", async () => {
  for (const end of ["", "\n", "\r\n"]) {
    const path = written(yaml, { old: `whsec_${secret}${end}` });
    expect(await readDestinationsFile(path, env)).toMatchObject({
      type: "read",
      destinations: [{ name: "loader", target: { url: env.HOOK_URL, secrets: [secret, `whsec_${secret}`] } }],
      hash: createHash("sha256").update(yaml).digest("hex"),
    });
  }
});

test("a file in JSON is read likewise, and a secret may lie anywhere", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "url"), "https://chat.example/s3cr3t\n");
  const chat = { name: "chat", type: "slack", url: `\${file:${join(folder, "url")}}`, alerts: ["fail"] };
  const file = await readDestinationsFile(written(JSON.stringify({ destinations: [chat] })), env);
  expect(file).toMatchObject({ destinations: [{ target: { url: "https://chat.example/s3cr3t" } }] });
});

test("other secrets do not change the hash, and another text does", async () => {
  const hashOf = async (text: string, url: string) => {
    const file = await readDestinationsFile(written(text, { old: secret }), { ...env, HOOK_URL: url });
    return file.type === "read" ? file.hash : file.problems;
  };
  const hash = await hashOf(yaml, "https://a.example");
  expect(await hashOf(yaml, "https://b.example")).toEqual(hash);
  expect(await hashOf(`${yaml}# more\n`, "https://a.example")).not.toEqual(hash);
});

test("a variable and a file that are missing are named, with the line", async () => {
  const problems = await problemsOf(yaml.replace("HOOK_SECRET", "NO_SECRET").replace("HOOK_URL", "EMPTY"));
  expect(problems).toEqual([
    expect.stringMatching(/^FILE:4 destinations\[0\]\.url: the variable EMPTY is not set/),
    expect.stringMatching(/^FILE:5 destinations\[0\]\.secret\[0\]: the variable NO_SECRET is not set/),
    expect.stringMatching(/^FILE:5 destinations\[0\]\.secret\[1\]: the file old can't be read/),
  ]);
});

test("a file that is a folder is told of as what it is", async () => {
  const path = written(yaml);
  mkdirSync(join(path, "../old"));
  const file = await readDestinationsFile(path, env);
  expect(file).toMatchObject({
    problems: [expect.any(String), "file:old can't be read (EISDIR): correct who may read it"],
  });
});

test("a destinations file that is not there is a sentence", async () => {
  expect(await readDestinationsFile("/no/such.yaml", env)).toEqual({
    type: "wrong",
    problems: ["/no/such.yaml can't be read (ENOENT): correct its path, or who may read it"],
  });
});

test.each([
  ["secret: @s3cr3t", 5],
  ["secret: *s3cr3t", 5],
  ["secret: 's3cr3t", 7],
  ["secret: a: s3cr3t", 5],
  ["secret: [s3cr3t", 6],
  ["secret: !s3cr3t x: y", 5],
  ["s3cr3t", 5],
])("what is no YAML is told of by its line, and never quoted: %s", async (line, number) => {
  const problems = await problemsOf(yaml.replace(/secret: .*/, line));
  expect(problems[0]).toMatch(new RegExp(`^FILE:${number}\\b`));
  expect(problems.join()).not.toContain("s3cr3t");
});
