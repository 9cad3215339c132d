/** Consumers as real processes, that join, leave and die while the others go on. */
import type { RecordingServer } from "./recorded_calls.ts";
import { type Ran, Running } from "./sequoia.ts";

/** A life of a consumer: one process. Times are in milliseconds on the clock of `performance.now()`. */
export interface Life {
  /** Under which name it makes calls: no other life has it. */
  readonly name: string;
  readonly process: Running;
  readonly bornMs: number;
  /** When it was killed or told to leave; Infinity while it was not. */
  endedMs: number;
  wasKilled: boolean;
}

/** The longest that a consumer may take to leave, in milliseconds. */
const LEAVING_MS = 60_000;

/** The options with which consumers are started. */
export interface FleetOptions {
  readonly queue: string;
  readonly cwd: string;
  readonly functions: RecordingServer;
  /** For all of them together, as `--limit` takes it. */
  readonly limit: number | string;
  /** For all of them together, as `--rate` takes it. (Default: none) */
  readonly rate?: string;
}

/** Any number of consumers of one queue. */
export class Fleet implements AsyncDisposable {
  readonly lives: Life[] = [];
  readonly #options: FleetOptions;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Starts one, and waits until it consumes. */
  async start(): Promise<Life> {
    const { queue, cwd, functions, limit, rate } = this.#options;
    const name = `c${this.lives.length + 1}`;
    const process = new Running([
      ...["consume", "--queue", queue, "--limit", String(limit), "--out", "none"],
      ...["--platform", `${name}=${functions.url(name)}`],
      ...rate === undefined ? [] : ["--rate", rate],
    ], { cwd });
    const life = { name, process, bornMs: performance.now(), endedMs: Infinity, wasKilled: false };
    this.lives.push(life);
    await process.says(/Consuming/);
    return life;
  }

  /** Ends one as a crash would. @throws {Error} if it has ended by itself */
  async kill(life: Life): Promise<void> {
    await this.#signal(life, "SIGKILL");
    life.endedMs = performance.now();
    life.wasKilled = true;
  }

  /** Lets one end in order; resolves when it has. @throws {Error} if it has ended by itself */
  async leave(life: Life): Promise<Ran> {
    await this.#signal(life, "SIGTERM");
    life.endedMs = performance.now();
    return await life.process.endsWithin(LEAVING_MS);
  }

  async #signal({ name, process }: Life, signal: Deno.Signal): Promise<void> {
    if (process.isOver) {
      const { code, stderr } = await process.ended;
      throw new Error(`${name} has ended by itself with ${code}: ${stderr}`);
    }
    process.signal(signal);
  }

  /** Those that have neither been killed nor told to leave. */
  get alive(): Life[] {
    return this.lives.filter(({ endedMs }) => endedMs === Infinity);
  }

  /** The text that all of them have written on standard error. */
  get said(): string {
    return this.lives.map(({ process }) => process.stderr).join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.lives) await process[Symbol.asyncDispose]();
  }
}
