import { type Pause, pauseName } from "../../model/mod.ts";
import type { Settings } from "../settings.ts";
import { type AnySettingCommand, changesBy, type SettingEntries, settingsOf } from "../setting_changes.ts";

/** The settings of a queue in memory. */
export class MemorySettings {
  readonly #pauses = new Map<string, Pause>();
  #entries: SettingEntries = {};
  #revision = 0;

  /** Those in force. */
  get current(): Settings {
    return settingsOf(this.#entries, [...this.#pauses.values()], this.#revision);
  }

  /** Carries a command out. */
  obey(command: AnySettingCommand): void {
    this.#revision++;
    switch (command.kind) {
      case "pause":
        return this.#pause(command.pause);
      case "resume":
        return this.#resume(command.pause);
      case "reset":
        this.#resume(undefined);
    }
    const changed = { ...this.#entries, ...changesBy(this.#entries, command) };
    this.#entries = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
  }

  #pause(pause: Pause): void {
    const name = pauseName(pause);
    if (!this.#pauses.has(name)) this.#pauses.set(name, pause);
  }

  #resume(pause: Pause | undefined): void {
    if (pause === undefined) this.#pauses.clear();
    else this.#pauses.delete(pauseName(pause));
  }
}
