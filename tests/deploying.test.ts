import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { resolveConfig } from "../adapters/config/config.ts";

const read = (name: string) => readFileSync(join(import.meta.dir, "..", name), "utf8");

const service = v.object({
  image: v.optional(v.string()),
  build: v.optional(v.string()),
  environment: v.record(v.string(), v.string()),
  ports: v.optional(v.array(v.string())),
});

describe("compose.yaml", () => {
  const { services } = v.parse(
    v.object({ services: v.record(v.string(), service) }),
    Bun.YAML.parse(read("compose.yaml")),
  );

  test("starts sqld, which nobody reaches from outside, and runless from this repository", () => {
    expect(Object.keys(services)).toEqual(["sqld", "runless"]);
    expect(services.sqld).not.toHaveProperty("ports");
    expect(services.sqld?.image).toMatch(/:v\d/);
    expect(services.runless).toMatchObject({ build: ".", environment: { RUNLESS_DATABASE_URL: "http://sqld:8080" } });
  });

  test("gives runless variables that it knows", () => {
    const { environment = {} } = services.runless ?? {};
    const given = { ...environment, RUNLESS_TOKENS: "ci:report=a-secret-of-16-or-more" };
    expect(resolveConfig([], given)).toMatchObject({ databaseUrl: "http://sqld:8080", tokens: [{ name: "ci" }] });
    const help = read("adapters/config/config.ts");
    for (const name of Object.keys(environment)) expect(help).toContain(`"${name}"`);
  });
});

describe("the Dockerfile", () => {
  const text = read("Dockerfile");

  test("ends with an image that runs as nobody in particular", () => {
    expect(text.match(/^FROM .*$/gm)?.at(-1)).toEndWith(":nonroot");
    expect(text).not.toMatch(/^USER /m);
  });

  test("sends the files to the builder that it copies, and no others", () => {
    const sent = read(".dockerignore").match(/(?<=^!).*$/gm) ?? [];
    const copied = Array.from(text.matchAll(/^COPY (?!--)(.*) \S+$/gm), ([, names = ""]) => names.split(" ")).flat();
    expect(copied.toSorted()).toEqual(sent.toSorted());
  });
});
