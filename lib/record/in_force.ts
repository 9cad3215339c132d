import type { SettingEvent } from "./events.ts";

/** Names what an event sets: its kind of setting, or the pause of something. */
export function settingName({ setting, value }: SettingEvent): string {
  return setting === "paused" || setting === "resumed" ? `pause of ${value}` : setting;
}

/** The settings that are in force, as they were recorded: one of each kind, and what is paused, as the queue bounds it. */
export class InForce {
  readonly #latest = new Map<string, SettingEvent>();

  note(event: SettingEvent): void {
    const name = settingName(event);
    this.#latest.delete(name);
    if (event.setting !== "resumed") this.#latest.set(name, event);
  }

  /** In the order in which they were recorded. */
  list(): SettingEvent[] {
    return [...this.#latest.values()];
  }
}
