import { type SettingEvent, settingName } from "./events.ts";
import type { ReportedSetting } from "./schema.ts";

/** The most changes that are kept: the first ones. */
const MOST = 200;

/** The settings that changed while a run went on. Several consumers tell of a change each: it counts when it is told first. */
export class SettingChanges {
  readonly #list: ReportedSetting[] = [];
  /** Those that were told last, by what they set. */
  readonly #latest = new Map<string, ReportedSetting>();

  /** @param atUs when it was put in force, in microseconds from the start of the run */
  add(event: SettingEvent, atUs: number): void {
    const { setting, value = null } = event, name = settingName(event), latest = this.#latest.get(name);
    const isNews = latest?.setting !== setting || latest.value !== value;
    if (!isNews || this.#list.length >= MOST) return;
    const change = { atMs: atUs / 1000, setting, value };
    this.#latest.set(name, change);
    this.#list.push(change);
  }

  /** In the order of time. */
  list(): readonly ReportedSetting[] {
    return [...this.#list].sort((a, b) => a.atMs - b.atMs);
  }
}
