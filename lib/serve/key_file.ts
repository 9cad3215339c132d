import { readFile, stat } from "node:fs/promises";
import type { Clock } from "../model/mod.ts";
import type { Caller } from "./caller.ts";
import { ServeError } from "./errors.ts";
import { type Keys, KeySet, readKeys } from "./keys.ts";

/** A file is looked at again after this time, in milliseconds: a key that is taken out of it is of no use from then on. */
const LOOK_AGAIN_MS = 1000;

/** The options of a file of keys. */
export interface KeyFileOptions {
  readonly path: string;
  readonly clock: Pick<Clock, "nowMs">;
  /** Called, with words, when the file has changed: its new keys are in force, or cannot be used. */
  readonly onChange: (words: string, isFault: boolean) => void;
}

/** Keys in a file, which may change while the server runs. If it cannot be used any more, the keys before stay in force. */
export class KeyFile implements Keys {
  readonly #options: KeyFileOptions;
  #set = new KeySet([]);
  #version = "";
  #isFaulty = false;
  #lookedMs = -Infinity;
  #looking: Promise<void> | undefined;

  private constructor(options: KeyFileOptions) {
    this.#options = options;
  }

  /** @throws {ServeError} `bad-keys` */
  static async open(options: KeyFileOptions): Promise<KeyFile> {
    const file = new KeyFile(options);
    file.#version = await file.#versionNow();
    file.#set = await file.#read();
    file.#lookedMs = options.clock.nowMs();
    return file;
  }

  async callerOf(key: string): Promise<Caller | undefined> {
    if (this.#options.clock.nowMs() - this.#lookedMs >= LOOK_AGAIN_MS) {
      await (this.#looking ??= this.#look().finally(() => this.#looking = undefined));
    }
    return this.#set.find(key);
  }

  async #look(): Promise<void> {
    const { path, clock, onChange } = this.#options;
    try {
      const version = await this.#versionNow();
      if (version === this.#version) return;
      this.#version = version;
      this.#set = await this.#read();
      this.#isFaulty = false;
      onChange(`The keys in ${path} have changed, and are in force`, false);
    } catch (error) {
      if (!(error instanceof ServeError)) throw error;
      if (!this.#isFaulty) onChange(`${error.message}. The keys before are in force`, true);
      this.#isFaulty = true;
    } finally {
      this.#lookedMs = clock.nowMs();
    }
  }

  async #versionNow(): Promise<string> {
    const { path } = this.#options;
    const { mtimeMs, size, ino } = await stat(path).catch((cause) => {
      throw unread(path, cause);
    });
    return `${mtimeMs} ${size} ${ino}`;
  }

  async #read(): Promise<KeySet> {
    const { path } = this.#options;
    const text = await readFile(path, "utf8").catch((cause) => {
      throw unread(path, cause);
    });
    return new KeySet(readKeys(text, path));
  }
}

function unread(path: string, cause: Error & { code?: string }): ServeError {
  const why = cause.code === "ENOENT"
    ? "there is no such file. Make a key with sequoia serve --new-key NAME"
    : cause.message;
  return new ServeError("bad-keys", `Cannot read the keys in ${path}: ${why}`, { cause, kind: "usage" });
}
