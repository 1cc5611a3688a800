import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../adapters/web/site.ts";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { type Block, blocks } from "./markdown.ts";
import { blocksRunBy, tutorial } from "./plan.ts";
import { runShell, type ShellCase, type ShellResult } from "./run-shell.ts";

setDefaultTimeout(60_000);

// Each block is run where the one before ended, against one server and in one folder. What the reader waits two minutes for,
// the test has after four seconds.
const [shown, quicker] = ["fail_window: 2m", "fail_window: 4s"] as const;

const job = "#!/bin/sh\necho loading\n";
const until = (command: string) => `until ${command}; do sleep 0.1; done\n`;
const customersAreLate = until("runless freshness --state FAIL | grep -q raw/customers");

let server: RunningServer;
let folder: string;
let last: ShellResult;

beforeAll(async () => {
  server = await startServer("bun");
  folder = temporaryFolder();
  for (const name of ["load_orders.sh", "load_customers.sh", "revenue.sh"]) {
    writeFileSync(join(folder, name), job, { mode: 0o755 });
  }
});
afterAll(() => server.stop());

async function shell(block: Block, given: ShellCase = {}): Promise<ShellResult> {
  const before = `export RUNLESS_URL=${server.url}\n${given.before ?? ""}`;
  last = await runShell(block, { ...given, before }, { folder, url: server.url });
  return last;
}

/** What the lines of a crontab run, as cron would. */
function commandsOf({ code }: Block): string {
  return code
    .split("\n")
    .map((line) => line.replace(/^(?:\S+ +){4}\S+ {2}/, "").replaceAll("/srv/jobs/", "./"))
    .map((line) => (/^\w+=/.test(line) ? `export ${line}` : line))
    .join("\n");
}

/** Output with its times and the white space at the ends of lines alike. */
function alike(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, "2026-11-30 09:12:07Z").replaceAll(/ +$/gm, "");
}

const page = async (path: string) => (await fetch(server.url + path)).text();

const steps: readonly (readonly [name: string, run: (block: Block) => Promise<void>])[] = [
  ["30 2 * * *  /srv/jobs/load_orders.sh", async (block) => void (await shell({ ...block, code: commandsOf(block) }))],
  [
    "RUNLESS_URL=http://127.0.0.1:3000",
    async (block) => {
      const { recorded } = await shell({ ...block, code: commandsOf(block) });
      expect(recorded).toMatchObject([
        { asset_key: ["raw", "orders"], type: "ASSET_MATERIALIZATION" },
        { check_name: "exec", passed: true },
        { asset_key: ["raw", "customers"], metadata: { rows: { raw_value: 512 } } },
      ]);
    },
  ],
  [
    "export RUNLESS_URL=http://127.0.0.1:3000",
    async (block) => {
      const { output, recorded } = await shell(block);
      expect(recorded).toHaveLength(11);
      expect(output).toMatch(/^raw\/customers .*^raw\/orders /ms);
      expect(await page("/alerts")).toContain("Nothing is late, nothing fails.");
    },
  ],
  ["runless define --suggest > assets.yaml", async (block) => void (await shell(block))],
  [
    "# Suggested from what was reported. Edit it, then: runless define <file> --source <name>",
    async ({ code }) => expect(last.output).toEndWith(code),
  ],
  [
    "# assets.yaml",
    async ({ code }) => {
      expect(code).toContain(shown);
      writeFileSync(join(folder, "assets.yaml"), code.replace(shown, quicker));
    },
  ],
  ["runless define assets.yaml --source jobs --dry-run", async (block) => void (await shell(block))],
  [
    "jobs: 3 would be added, 0 would be changed, 0 would be removed, 0 unchanged",
    async ({ code }) => expect(last.output).toBe(code),
  ],
  [
    "runless freshness --state FAIL",
    async (block) => {
      await shell(block, { before: customersAreLate });
      expect(textOf(await page("/"))).toMatch(/customers just now late /);
      const why = "late raw / customers just now Nothing came for too long.";
      expect(textOf(await page("/alerts"))).toMatch(new RegExp(`${why} event \\d+ team:crm, anna@example.com`));
      const revenue = textOf(await page("/assets/warehouse/revenue"));
      expect(revenue).toMatch(/Next deadline \d{4}-\d\d-\d\d 07:00 Europe\/Berlin = .*?0[56]:00 UTC/);
    },
  ],
  [
    "ASSET          PARTITION  STATE  SINCE                 DEADLINE              LAST EVENT            NEXT CHANGE",
    async ({ code }) => expect(alike(last.output)).toBe(alike(code)),
  ],
  [
    "runless mute raw/customers --for 4h",
    async (block) => {
      await shell(block);
      expect(await page("/alerts")).toMatch(/muted, ends .*?in 3 h/s);
    },
  ],
  [
    'runless_freshness_subjects{state="FAIL"} 1',
    async ({ code }) => {
      const metrics = (await page("/metrics")).split("\n");
      for (const line of code.trimEnd().split("\n")) expect(metrics).toContain(line);
    },
  ],
  [
    "0 6 * * *  runless wait raw/orders raw/customers --fresh --timeout 2h && runless exec warehouse/revenue -- /srv/jobs/revenue.sh",
    async (block) => {
      // It waits until customers are reported, which happens meanwhile.
      const before = `${customersAreLate}(until [ -e went ]; do runless report raw/customers; done) &\n`;
      const { recorded, output } = await shell(
        { ...block, code: `${commandsOf(block)}touch went; wait\n` },
        { before },
      );
      const names = recorded
        .filter(({ type }) => type === "ASSET_MATERIALIZATION")
        .map(({ asset_key }) => asset_key[1]);
      expect([names[0], names.filter((name) => name === "revenue").length]).toEqual(["customers", 1]);
      expect(output).toContain("loading");
    },
  ],
  [
    'runless wait raw/orders raw/customers --fresh --timeout 2s || echo "not there yet: $?"',
    async (block) => {
      const { output } = await shell(block, { before: customersAreLate });
      expect(output).toEndWith("not there yet: 4\n");
    },
  ],
  [
    "./load_customers.sh && runless report raw/customers --metadata rows=530",
    async (block) => {
      const line = "runless alerts --status resolved";
      const { output } = await shell(block, {
        before: customersAreLate,
        replace: { [line]: `${until(`${line} | grep -q reported`)}${line}` },
      });
      expect(output).toMatch(/^go$.*raw\/customers .*reported/ms);
    },
  ],
];

test("every block of the tutorial is a step here, in its order", () => {
  const names = blocks.filter(({ file }) => file === tutorial).map(({ name }) => name);
  expect(steps.map(([name]) => `${tutorial}: ${name}`)).toEqual(names);
  expect(names.toSorted()).toEqual([...blocksRunBy("tutorial")]);
});

test.each(steps.map(([name], i) => [name, i] as const))("%s", async (name, i) => {
  const block = blocks.find((one) => one.name === `${tutorial}: ${name}`);
  if (block === undefined) throw new Error(`The tutorial has no block ${name} any more.`);
  await steps[i]?.[1](block);
});
