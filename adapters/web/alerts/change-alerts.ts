import * as v from "valibot";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { MuteName, WatchStore } from "../../../storage/index.ts";
import { type Caller, outOfReach, reaches } from "../../http/access/caller.ts";
import { HttpError } from "../../http/http-error.ts";
import { muteSpans } from "./alert-forms.ts";

const keySchema = v.pipe(v.array(v.string()), v.minLength(1));
const nameSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([v.strictObject({ asset_key: keySchema }), v.strictObject({ prefix: keySchema })]),
);

/** Where a change of alerts is made, and by whom. */
export interface AlertChange {
  readonly store: Pick<WatchStore, "alert" | "closeAlert" | "mute" | "unmute">;
  readonly caller: Caller;
  readonly now: number;
}

/** Does what the pressed button of the page says. Rejects with HttpError. */
export async function changeAlerts(form: URLSearchParams, { store, caller, now }: AlertChange): Promise<void> {
  const [mute, unmute, close] = [form.get("mute"), form.get("unmute"), form.get("close")];
  if (mute !== null) {
    const [, name, id = ""] = /^(\w+) (\d{1,15})$/.exec(mute) ?? [];
    const found = muteSpans.find((one) => one.name === name);
    if (found === undefined) throw noSuchButton();
    const { assetKey } = await visibleAlert(store, caller, Number(id));
    return store.mute({ assetKey }, now + found.span, caller.name);
  }
  if (unmute !== null) {
    const name = muteName(unmute);
    const key = name.assetKey ?? name.prefix;
    if (!reaches(caller, key)) throw new HttpError(403, outOfReach(caller, key));
    if (await store.unmute(name)) return;
    throw new HttpError(404, `${formatAssetKey(key)} is not muted any more.`);
  }
  if (close === null || !/^\d{1,15}$/.test(close)) throw noSuchButton();
  const { id } = await visibleAlert(store, caller, Number(close));
  if ((await store.closeAlert(id)) === undefined) throw noAlert(id);
}

function muteName(text: string): MuteName {
  const result = v.safeParse(nameSchema, text);
  if (!result.success) throw noSuchButton();
  const { output } = result;
  return "prefix" in output ? { prefix: output.prefix } : { assetKey: output.asset_key };
}

/** Rejects with HttpError 404 for an alert that is not there, or that the caller may not see. */
async function visibleAlert(
  store: AlertChange["store"],
  caller: Caller,
  id: number,
): Promise<{ readonly id: number; readonly assetKey: AssetKey }> {
  const alert = await store.alert(id);
  if (alert === undefined || !reaches(caller, alert.assetKey)) throw noAlert(id);
  return alert;
}

function noAlert(id: number): HttpError {
  return new HttpError(404, `There is no alert ${id} any more.`);
}

function noSuchButton(): HttpError {
  return new HttpError(400, "Nothing was changed: no button of the page sends this. Go back, and press one.");
}
