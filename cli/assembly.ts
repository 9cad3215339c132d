import type { NoteEvent } from "../lib/consume/mod.ts";
import type { Logger } from "@std/log";
import type { Clock, JsonObject, Random } from "../lib/model/mod.ts";
import { fileText, realClock, systemRandom } from "../lib/model/mod.ts";
import type {
  Attachment,
  CollectorAddress,
  LocalServerOptions,
  Platform,
  Poster,
  PosterOptions,
  SecretPattern,
  UrlPattern,
} from "../lib/platform/mod.ts";
import type { Profile } from "../lib/provider/mod.ts";
import type { Policy, PolicyOptions } from "../lib/policies/mod.ts";
import type { OpenQueueOptions, PolicySetting, QueueAddress, QueueDriver } from "../lib/queue/mod.ts";
import type { RunLog, RunLogWriter, RunQueue } from "../lib/record/mod.ts";
import type { OpenedTracer } from "../lib/telemetry/mod.ts";
import { ofVariable, variable } from "./shell/environment.ts";
import { UsageError } from "./shell/errors.ts";
import { VERSION } from "./shell/version.ts";
/**
 * The composition root: the one place where names from the command line become objects, and where the real clock and the
 * system's randomness come in. The code of each object is loaded when the object is asked for.
 */
export const clock: Clock = realClock;

/** The randomness for whatever must differ from run to run. */
export const chance: Random = systemRandom();

/** The queue of a command line that names none. */
export const DEFAULT_QUEUE = "sqlite:.sequoia/queue.db";
const QUEUE_VARIABLE = "SEQUOIA_QUEUE";

/** The address of the queue that a command works on. */
export function queueAddress(given: string | undefined): string {
  return given ?? variable(QUEUE_VARIABLE) ?? DEFAULT_QUEUE;
}

/**
 * The place of the local platform unless the command line names one, and where it is started for modelled functions.
 *
 * @throws {PlatformError} if the environment gives no address
 */
export async function localAddress(): Promise<string> {
  const { LOCAL_ADDRESS, parseAddress } = await import("../lib/platform/mod.ts");
  const given = variable("SEQUOIA_LOCAL");
  if (given !== undefined) await ofVariable("SEQUOIA_LOCAL", () => parseAddress(given));
  return given ?? LOCAL_ADDRESS;
}

/** The values of `--queue`, `--queue-timeout` and `--partitions`. */
export interface QueueChoice {
  readonly queue?: string | undefined;
  /** In milliseconds. */
  readonly "queue-timeout"?: number | undefined;
  readonly partitions?: number | undefined;
}

/** Options for opening the queue of a command line. */
export interface OpenChosenOptions extends Omit<OpenQueueOptions, "clock" | "random" | "giveUpAfterMs"> {
  /** Whether a queue on this machine that is not there is an error; else it is made where it is written. (Default: false) */
  readonly mustExist?: boolean;
  /** Called when a queue on this machine was made, as it was not there, with words that say so. */
  readonly onMade?: (words: string) => void;
}

/** Opens that queue. @throws {UsageError} if it takes something that no queue of its kind does */
export async function openQueue(
  { queue, "queue-timeout": giveUpAfterMs, partitions }: QueueChoice,
  { mustExist = false, onMade, ...options }: OpenChosenOptions = {},
): Promise<QueueDriver> {
  const { exampleOf, openQueue, queueKind } = await import("../lib/queue/mod.ts");
  const isOfVariable = queue === undefined && variable(QUEUE_VARIABLE) !== undefined;
  const read = () => addressOf(queueAddress(queue));
  const address = await (isOfVariable ? ofVariable(QUEUE_VARIABLE, read) : read());
  const { isLocal, holdsOriginals = false } = queueKind(address.kind)!;
  const ofOriginal = options.from !== undefined ? "--from" : options.priorities && "--original-priorities";
  if (ofOriginal !== undefined && !holdsOriginals) {
    throw new UsageError(
      `${ofOriginal}: a queue of the kind ${address.kind} holds no messages of the original. Leave it out, or write ` +
        `--queue ${exampleOf((kind) => kind.holdsOriginals ?? false)}`,
    );
  }
  const chosen = partitions === undefined ? address : await divided(address, partitions);
  const timeout = giveUpAfterMs === undefined ? {} : { giveUpAfterMs };
  const open = async () => {
    const all = { ...options, clock, random: chance, ...timeout };
    if (!isLocal || options.readOnly || !mustExist && onMade === undefined) {
      return await openQueue(chosen, all);
    }
    let missing: Error | undefined;
    try {
      const found = await openQueue(chosen, { ...all, readOnly: true });
      await found[Symbol.asyncDispose]();
    } catch (error) {
      if ((error as { code?: string }).code === "cannot-open") missing = error as Error; // others may not stop a writer
    }
    if (missing !== undefined && mustExist) throw missing;
    const made = await openQueue(chosen, all);
    if (missing !== undefined) {
      onMade?.(`There was no queue ${queueAddress(queue)}, so it was made. See that this is its path`);
    }
    return made;
  };
  // An error from another machine is not about the address alone.
  return await (isOfVariable && isLocal ? ofVariable(QUEUE_VARIABLE, open) : open());
}

/** Logs what a queue tells: a warning, unless something is over. */
export function queueNotes(log: Logger): NonNullable<OpenQueueOptions["onNote"]> {
  return (words, isWaiting) => isWaiting === false ? log.info(words) : log.warn(words);
}

/** Reads an address, with its options and the home folder from the environment. */
async function addressOf(text: string): Promise<QueueAddress> {
  const { parseQueueAddress, QUEUE_VARIABLES } = await import("../lib/queue/mod.ts");
  const variables = [...QUEUE_VARIABLES, "HOME", "USERPROFILE"].map((name) =>
    [name, variable(name)] as const
  );
  return parseQueueAddress(text, Object.fromEntries(variables));
}

/** A run log with the name that it is shown by, which holds no secrets. */
export type NamedRunLog = RunLog & { readonly name: string };

/** Whether an argument is the address of a queue whose topics hold what the original system has logged. */
export async function mayHoldOriginalRun(text: string): Promise<boolean> {
  const [, scheme] = /^([a-z][a-z0-9+]+):/i.exec(text) ?? []; // more than one letter: no disk of Windows
  if (scheme === undefined) return false;
  const { queueKind } = await import("../lib/queue/mod.ts");
  return queueKind(scheme)?.readTexts !== undefined;
}

/** The run that the original system has logged to the queue at an address. */
export async function originalRunAt(
  text: string,
  options: Pick<OpenQueueOptions, "giveUpAfterMs" | "onNote" | "signal">,
): Promise<NamedRunLog> {
  const { addressWords, readQueueTexts } = await import("../lib/queue/mod.ts");
  const { ORIGINAL_LOG_TOPICS, originalRun } = await import("../lib/record/mod.ts");
  const texts = readQueueTexts(await addressOf(text), ORIGINAL_LOG_TOPICS, {
    ...options,
    clock,
    random: chance,
  });
  const name = addressWords(text);
  return { name, ...originalRun(name, texts) };
}

async function divided(address: QueueAddress, partitions: number): Promise<QueueAddress> {
  const { exampleOf, queueKind } = await import("../lib/queue/mod.ts");
  const { partitions: divided } = queueKind(address.kind)!;
  if (divided === undefined) {
    const instead = exampleOf((kind) => kind.partitions !== undefined);
    throw new UsageError(
      `--partitions: a queue of the kind ${address.kind} has none. Leave it out, or write --queue ${instead}`,
    );
  }
  if (partitions > divided.most) {
    throw new UsageError(`--partitions: ${partitions} are too many. Write at most ${divided.most}`);
  }
  return divided.divide(address, partitions);
}

/** Makes the policy that `--policy` names: built-in ones, files of the user's, or several joined by `+`. */
export async function makePolicy(text?: string, options: PolicyOptions = {}): Promise<Policy> {
  const { policyOfText } = await import("./modules/policy_files.ts");
  return await policyOfText(text, options, clock);
}

/** Makes the setting of a policy, with the contents of its files. */
export async function settingOf(name: string): Promise<PolicySetting> {
  return await (await import("./modules/policy_files.ts")).settingOf(name, clock);
}

/** Makes a policy that the queue has set. @param takesFiles whether this consumer runs files of others */
export async function makeSetPolicy(
  setting: PolicySetting,
  options: PolicyOptions,
  takesFiles: boolean,
): Promise<Policy> {
  const { policyOfSetting } = await import("./modules/policy_files.ts");
  return await policyOfSetting(setting, options, takesFiles, clock);
}

/**
 * The profile that `--profile` names: a built-in one, or one in a file; parameters may follow.
 *
 * @throws {PlatformError} if there is none, or a parameter cannot be used
 */
export async function profileOf(text = "ideal"): Promise<Profile> {
  const { parseProfile, ProfileError, profileFileOf, readProfileFile } = await import(
    "../lib/provider/mod.ts"
  );
  const path = profileFileOf(text);
  if (path === undefined) return parseProfile(text);
  let file: string;
  try {
    file = fileText(await Deno.readFile(path));
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : (cause as Error).message;
    const what = `Cannot read the profile ${path}: ${why}. Name a built-in profile, or a file that is there`;
    throw new ProfileError("unknown-profile", what, { cause });
  }
  return parseProfile(text, readProfileFile(file, path));
}

/** The values of `--local` and `--profile`, and the wiring of the platform. */
export interface PlatformOptions {
  readonly local?: string | undefined;
  readonly profile?: string | undefined;
  /** The platforms that functions without a URL run on, if there are several. */
  readonly attached?: readonly Attachment[];
  /** Patterns for the URLs that functions have of their own: one must match; empty, or left out: none has to. */
  readonly allowed?: readonly UrlPattern[];
  /** The secrets that headers may refer to. (Default: none) */
  readonly secret?: readonly SecretPattern[];
  /** The collector that functions report to. (Default: none) */
  readonly collector?: CollectorAddress | undefined;
  /** An address on this machine that takes connections of functions and ignores their words, where there is no collector. */
  readonly sink?: CollectorAddress | undefined;
  /** For a load of this many calls in flight, at most: as many connections are kept open. */
  readonly load?: number;
  /** Whether a local platform may answer calls of URLs without a body. (Default: false) */
  readonly modelsUrls?: boolean;
  /** Called, with words, when the local platform was started. */
  readonly onStart: (words: string) => void;
  /** Called, with words, when calls are held back because this machine is short of something. */
  readonly onNote: (words: string) => void;
}

/** Has functions of the local platform tell the collector of their calls, as wrapped ones do. */
export async function localTelling(): Promise<NonNullable<LocalServerOptions["tells"]>> {
  const { tell } = await import("../lib/wrap/mod.ts");
  return (headers, event) => tell({ headers, event });
}

/**
 * Makes the platform: HTTP, with the local platform for functions that have no URL, or those that are attached, and those
 * that URLs of other schemes name.
 *
 * @throws {PlatformError} if one is attached that cannot be used, as there is no key for it
 */
export async function makePlatform(options: PlatformOptions): Promise<Platform> {
  const { assemblePlatform, thisMachine } = await import("../lib/platform/mod.ts");
  const { local, profile, ...parts } = options;
  return await assemblePlatform({
    ...parts,
    ...thisMachine,
    clock,
    random: chance,
    local: local ?? await localAddress(),
    mayStart: local === undefined,
    profile: await profileOf(profile),
    tells: parts.collector && await localTelling(),
  });
}

/** Connections that a poster keeps open to one origin when they are idle. */
const POSTER_CONNECTIONS = 16;

/** Makes what delivers callbacks over the network. */
export async function makePoster(
  options: Pick<PosterOptions, "allowed" | "secrets" | "ownSecret" | "onNote">,
): Promise<Poster> {
  const { Poster, thisMachine } = await import("../lib/platform/mod.ts");
  return new Poster({ ...options, ...thisMachine, clock, idleConnections: POSTER_CONNECTIONS });
}

/** Where the calls of a run without Sequoia wait: at the provider, if it queues what it cannot start. */
export async function providerQueue(profile: string | undefined): Promise<RunQueue> {
  const { queues } = await import("../lib/provider/mod.ts");
  return queues(await profileOf(profile)) ? "provider" : "none";
}

/** The identity of a queue, as the first event of a run log has it. */
export async function identityOf(queue: QueueDriver): Promise<{ readonly queueId?: string }> {
  const identity = await queue.identity();
  return identity === undefined ? {} : { queueId: identity };
}

/**
 * Opens what records spans, if the environment asks for that; otherwise none of its code is loaded.
 *
 * @param onNote called with a sentence when spans are lost, or a variable cannot be used
 */
export async function openTracer(onNote: (words: string) => void): Promise<OpenedTracer | undefined> {
  if (variable("OTEL_DENO") !== "true") return undefined;
  const [{ openTracer }, { HttpClient, Proxies }] = await Promise.all([
    import("../lib/telemetry/mod.ts"),
    import("../lib/platform/mod.ts"),
  ]);
  // by no fetch: the runtime would trace the export of traces
  const http = new HttpClient({ clock, proxies: new Proxies(variable) });
  const process = { version: VERSION, host: Deno.hostname(), pid: Deno.pid };
  const opened = openTracer({ clock, random: chance, variable, http, ...process, onNote });
  return opened && {
    tracer: opened.tracer,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      http[Symbol.dispose]();
    },
  };
}

const RUN_LOG_NOTE = { event: "run-log-note" satisfies NoteEvent };

/** Opens the run log at `path`, or beside it while another program writes that one, which is logged. */
export async function openLogOf(
  path: string,
  command: string,
  log: Logger,
  what: {
    readonly policy?: string;
    readonly limits?: JsonObject;
    readonly scheduling?: JsonObject;
    readonly platform?: string;
    readonly queue?: RunQueue;
    readonly seed?: string;
    readonly queueId?: string;
  },
  maxBytes?: number,
): Promise<RunLogWriter> {
  const { openRunLog, RUN_SCHEMA } = await import("../lib/record/mod.ts");
  const runLog = await openRunLog(path, {
    schema: RUN_SCHEMA,
    id: crypto.randomUUID(),
    command,
    version: VERSION,
    startedAtMs: clock.nowMs(),
    ...what,
  }, { clock, onLoss: (words) => log.warn(words, RUN_LOG_NOTE), ...maxBytes !== undefined && { maxBytes } });
  if (runLog.path !== path) {
    log.warn(`Another program writes ${path}; this run is recorded in ${runLog.path}`, RUN_LOG_NOTE);
  }
  return runLog;
}
