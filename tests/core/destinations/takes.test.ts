import { expect, test } from "bun:test";
import fc from "fast-check";
import { alertTriggers, type DestinationFilter } from "../../../core/destinations/destination.ts";
import { type JudgedAlert, noLabels, takesAlert, takesEvent, triggerOf } from "../../../core/destinations/takes.ts";
import { recordedTypes } from "../../../core/events/events.ts";
import { always } from "../arbitraries.ts";

const labels = { owners: ["team:finance", "anna@example.com"], group: "finance", tags: { tier: "gold", region: "eu" } };
const orders = ["warehouse", "orders"];

const alertOf = (kind: JudgedAlert["kind"], severity: JudgedAlert["severity"]): JudgedAlert => {
  return { kind, severity, assetKey: orders, ...labels };
};

test("only events that are asked for are taken", () => {
  for (const asked of recordedTypes) {
    const destination = { events: [asked], where: {} };
    const taken = recordedTypes.filter((type) => takesEvent(destination, { type, assetKey: orders }, noLabels));
    expect(taken).toEqual([asked]);
  }
});

test("only alerts that are asked for are taken", () => {
  const firing = (["freshness", "check", "failure"] as const).flatMap((kind) =>
    (["WARN", "ERROR"] as const).map((severity) => alertOf(kind, severity)),
  );
  const takenBy = (trigger: (typeof alertTriggers)[number]) =>
    firing
      .filter((alert) => takesAlert({ alerts: [trigger], where: {} }, alert, "firing"))
      .map(({ kind, severity }) => `${kind} ${severity}`);
  expect(alertTriggers.map(takenBy)).toEqual([
    ["freshness ERROR"],
    ["freshness WARN"],
    ["check ERROR"],
    ["check WARN"],
    ["failure WARN", "failure ERROR"],
  ]);
  expect(triggerOf("check", "WARN")).toBe("check_warned");
});

test("resolved goes to whoever may have got firing, whatever became of the severity meanwhile", () => {
  for (const alerts of [["fail"], ["warn"]] as const) {
    for (const severity of ["WARN", "ERROR"] as const) {
      expect(takesAlert({ alerts, where: {} }, alertOf("freshness", severity), "resolved")).toBe(true);
      expect(takesAlert({ alerts, where: {} }, alertOf("check", severity), "resolved")).toBe(false);
    }
  }
});

test("every condition must hold", () => {
  const holds: readonly DestinationFilter[] = [
    {},
    { assetKey: orders },
    { prefix: ["warehouse"] },
    { prefix: orders },
    { owners: ["team:other", "anna@example.com"] },
    { group: "finance" },
    { tags: { tier: "gold" } },
    { tags: { tier: "gold", region: "eu" } },
    { tags: {} },
  ];
  const fails: readonly DestinationFilter[] = [
    { assetKey: ["warehouse"] },
    { assetKey: ["warehouse", "orders", "x"] },
    { assetKey: ["warehouse", "customers"] },
    { prefix: ["ware"] },
    { prefix: ["warehouse", "orders", "x"] },
    { owners: ["team:other"] },
    { group: "sales" },
    { tags: { tier: "silver" } },
    { tags: { tier: "gold", region: "us" } },
    { tags: { constructor: "gold" } },
  ];
  const takes = (where: DestinationFilter) => {
    const event = { type: "ASSET_MATERIALIZATION", assetKey: orders } as const;
    const isEventTaken = takesEvent({ events: ["ASSET_MATERIALIZATION"], where }, event, labels);
    const isAlertTaken = takesAlert({ alerts: ["fail"], where }, alertOf("freshness", "ERROR"), "firing");
    expect(isAlertTaken).toBe(isEventTaken);
    return isEventTaken;
  };
  expect(holds.filter((where) => !takes(where))).toEqual([]);
  expect(fails.filter(takes)).toEqual([]);
  always(
    fc.property(fc.constantFrom(...holds), fc.constantFrom(...holds), fc.constantFrom(...fails), (a, b, wrong) => {
      expect(takes({ ...a, ...b })).toBe(true);
      expect(takes({ ...a, ...wrong })).toBe(false);
    }),
  );
});

test("what has no labels is taken by no filter that asks for one", () => {
  const event = { type: "ASSET_WIPED", assetKey: orders } as const;
  for (const where of [{ owners: ["team:finance"] }, { group: "finance" }, { tags: { tier: "gold" } }]) {
    expect(takesEvent({ events: ["ASSET_WIPED"], where }, event, noLabels)).toBe(false);
  }
});
