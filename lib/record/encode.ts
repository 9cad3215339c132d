import type {
  AttemptEvent,
  CounterEvent,
  EndEvent,
  FunctionRunEvent,
  RunInfo,
  SettingEvent,
  SubmitEvent,
} from "./events.ts";
import type { Chain } from "../model/mod.ts";
import { definitionArgs } from "./definition.ts";
import { Flows } from "./flows.ts";
import { Lanes } from "./lanes.ts";

/** The name of the first event, by which a run log is known. */
export const RUN_EVENT = "sequoia_run";
/** The name of the metadata events that say what instances run; each has a number, by which submissions refer to it. */
export const CHAIN_EVENT = "sequoia_chain";
/** The name of the metadata event that holds the number of missing events, as they were not read as fast as they were written. */
export const LOST_EVENT = "sequoia_lost";
/** The categories of our events; viewers filter by them, and the reader knows them by these. */
export const CATEGORY = {
  attempt: "function",
  functionRun: "inside",
  instance: "chain",
  counters: "scheduler",
  setting: "setting",
} as const;
/** The text between two events: with it in front of each event, a log that was never closed lacks nothing but its bracket. */
const SEPARATOR = ",\n";

/** The process id of Sequoia's own tracks; chains are counted from the next. */
const OWN_PID = 1;
/** The number of escaped names that are kept; more than any sane number of chains, functions and nodes. */
const NAMES_KEPT = 20_000;

/**
 * Writes events in Chrome's Trace Event Format ("Trace Event Format", Google, 2016, sections "JSON Array Format",
 * "Complete Events", "Async Events", "Counter Events", "Metadata Events"), as texts that belong behind each other.
 *
 * Viewers want integers for processes and threads: a chain is a process and an instance is a thread, or several where its
 * attempts overlap; the names follow in metadata events. Times are whole microseconds from the start of the run. Viewers
 * refuse negative times (google/perfetto issue 107), so what happened before the start stands at 0 and carries its time
 * in `args.tsUs`.
 */
export class EventEncoder {
  readonly #originMs: number;
  readonly #names = new Map<string, string>();
  readonly #chains = new Map<string, ChainTexts>();
  #lastPid = OWN_PID;
  readonly #lanes = new Lanes();
  readonly #flows = new Flows();
  /** Whether functions have told of their own runs: most never do. */
  #hasInside = false;
  #lastResult = { attempt: 0, outcome: "ok", settled: false, status: -1, text: "" };
  readonly #definitions = new WeakMap<Chain, number>();
  #defined = 0;

  /** @param originMs the start of the run, in milliseconds since 1970 */
  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  /** The first event, with the opening bracket. */
  run(info: RunInfo): string {
    const args = JSON.stringify({ ...info, ...startOf(info) });
    return `[{"name":"${RUN_EVENT}","ph":"M","pid":${OWN_PID},"tid":0,"ts":0,"args":${args}}` +
      metadata("process_name", OWN_PID, 0, `"sequoia ${JSON.stringify(info.command).slice(1)}`);
  }

  /** That events are missing. */
  lost(events: number): string {
    return `${SEPARATOR}{"name":"${LOST_EVENT}","ph":"M","pid":${OWN_PID},"tid":0,"ts":0,"args":{"events":${events}}}`;
  }

  attempt(event: AttemptEvent): string {
    const ts = this.#us(event.startedAtMs);
    const endUs = this.#us(event.startedAtMs + event.runMs);
    const queuedUs = ts - this.#us(event.startedAtMs - event.queuedMs);
    const instance = JSON.stringify(event.instance);
    const chain = this.#chainOf(event.chain);
    let head = this.#headOf(chain);
    const tid = this.#lanes.assign(event.instance, ts, endUs, (tid, lane) => {
      const name = lane === 0 ? instance : `${instance.slice(0, -1)} (${lane + 1})"`;
      head += metadata("thread_name", chain.pid, tid, name);
    });
    const reason = event.reason === undefined ? "" : `,"reason":${JSON.stringify(event.reason)}`;
    const item = event.item === undefined && event.generation === undefined
      ? ""
      : optional("item", event.item) + optional("generation", event.generation);
    const node = this.#nodeOf(chain, event);
    return `${head}${node.start}${tid},"ts":${ts},"dur":${
      endUs - ts
    }${node.args}${instance}${node.name}${item}${this.#result(event)}${queuedUs / 1000}${
      event.cold ? node.cold : node.warm
    }${optional("providerQueuedMs", rounded(event.providerQueuedMs))}${optional("cost", event.cost)}${
      optional("retryAfterMs", event.retryAfterMs)
    }${optional("dueMs", event.dueMs)}${reason}${spanText(event)}}}${
      this.#flows.to(event, { pid: chain.pid, tid, ts, endUs }, SEPARATOR)
    }`;
  }

  /** The text of an attempt's end. The last one is kept, as few different ones occur. */
  #result({ attempt, outcome, settled, status }: AttemptEvent): string {
    const last = this.#lastResult;
    if (
      last.attempt === attempt && last.outcome === outcome && last.settled === settled &&
      last.status === status
    ) return last.text;
    const text = `,"attempt":${finite(attempt)},"outcome":"${outcome}","settled":${settled},` +
      `"status":${finite(status)},"queuedMs":`;
    this.#lastResult = { attempt, outcome, settled, status, text };
    return text;
  }

  #nodeOf(chain: ChainTexts, event: AttemptEvent): NodeTexts {
    const known = chain.nodes.get(event.node);
    if (known?.function === event.function && known.platform === event.platform) return known;
    if (chain.nodes.size >= NAMES_KEPT) chain.nodes.clear();
    const platform = `,"platform":${this.#name(event.platform)}`;
    const texts = {
      function: event.function,
      platform: event.platform,
      start: `${SEPARATOR}{"name":${this.#name(event.function)},"cat":"${CATEGORY.attempt}","ph":"X",` +
        `"pid":${chain.pid},"tid":`,
      args: `${chain.args},"instance":`,
      name: `,"node":${this.#name(event.node)}`,
      warm: `,"cold":false${platform}`,
      cold: `,"cold":true${platform}`,
    };
    chain.nodes.set(event.node, texts);
    return texts;
  }

  functionRun(event: FunctionRunEvent): string {
    const ts = this.#us(event.startedAtMs);
    const dur = this.#us(event.startedAtMs + event.functionMs) - ts;
    const instance = JSON.stringify(event.instance);
    const chain = this.#chainOf(event.chain), { pid } = chain;
    let head = this.#headOf(chain);
    this.#hasInside = true;
    // On a track below the calls': it may be told when the next call of the instance has been recorded.
    const tid = this.#lanes.assign(insideOf(event.instance), ts, ts + dur, (tid) => {
      head += metadata("thread_name", pid, tid, `${instance.slice(0, -1)}, inside"`);
    });
    const item = optional("item", event.item) + optional("generation", event.generation);
    return `${head}${SEPARATOR}{"name":${
      this.#name(event.function)
    },"cat":"${CATEGORY.functionRun}","ph":"X",` +
      `"pid":${pid},"tid":${tid},"ts":${ts},"dur":${dur},"args":{"chain":${this.#name(event.chain)},` +
      `"instance":${instance},"node":${this.#name(event.node)}${item},"attempt":${finite(event.attempt)},` +
      `"outcome":"${event.outcome}","platform":${this.#name(event.platform)}` +
      `${optional("providerQueuedMs", rounded(event.providerQueuedMs))}${
        optional("skewMs", rounded(event.skewMs))
      }}}`;
  }

  submit(event: SubmitEvent): string {
    const ts = this.#us(event.submittedAtMs);
    const early = ts < 0 ? `,"tsUs":${ts}` : "";
    const labels = JSON.stringify(event.labels);
    const parent = event.parent === undefined ? "" : `,"parent":${JSON.stringify(event.parent)}`;
    const { definition } = event;
    if (definition !== undefined) this.#flows.submit(event.instance, definition);
    const head = definition === undefined ? "" : this.#define(definition);
    const number = definition && this.#definitions.get(definition);
    return `${head}${this.#async("begin", event, Math.max(0, ts))},"labels":${labels},"weight":${
      finite(event.weight)
    }` +
      `${optional("lateMs", rounded(event.lateMs))}${optional("takenMs", event.takenMs)}${
        optional("priority", event.priority)
      }${optional("deadlineMs", event.deadlineMs)}` +
      `${optional("definition", number)}${parent}${early}}}`;
  }

  /** Writes the definition of a chain, once. */
  #define(chain: Chain): string {
    if (this.#definitions.has(chain)) return "";
    this.#definitions.set(chain, ++this.#defined);
    const args = JSON.stringify({ number: this.#defined, ...definitionArgs(chain) });
    return `${SEPARATOR}{"name":"${CHAIN_EVENT}","ph":"M","pid":${OWN_PID},"tid":0,"ts":0,"args":${args}}`;
  }

  end(event: EndEvent): string {
    this.#lanes.end(event.instance);
    this.#flows.end(event.instance);
    if (this.#hasInside) this.#lanes.end(insideOf(event.instance));
    const reason = event.reason === undefined ? "" : `,"reason":${JSON.stringify(event.reason)}`;
    return `${this.#async("end", event, this.#us(event.endedAtMs))},"outcome":"${event.outcome}"${
      optional("idealMs", event.idealMs)
    }${reason}${spanText(event)}}}`;
  }

  counter(event: CounterEvent): string {
    return `${SEPARATOR}{"name":"scheduler","cat":"${CATEGORY.counters}","ph":"C","pid":${OWN_PID},"tid":0,` +
      `"ts":${this.#us(event.atMs)},"args":{"ready":${finite(event.ready)},"running":${
        finite(event.running)
      }` +
      `${optional("limit", event.limit)},"throttled":${finite(event.throttled)}}}`;
  }

  /** An instant of all tracks ("Instant Events", scope "g"), which viewers draw across them. */
  setting({ atMs, setting, value }: SettingEvent): string {
    const name = JSON.stringify(value === undefined ? setting : `${setting} ${value}`);
    const args = JSON.stringify({ setting, value });
    return `${SEPARATOR}{"name":${name},"cat":"${CATEGORY.setting}","ph":"i","s":"g","pid":${OWN_PID},"tid":0,` +
      `"ts":${this.#us(atMs)},"args":${args}}`;
  }

  /** An async event up to the first of its args, without the closing braces. */
  #async(phase: "begin" | "end", { chain, instance }: SubmitEvent | EndEvent, ts: number): string {
    const texts = this.#chainOf(chain);
    return `${this.#headOf(texts)}${texts[phase]}${JSON.stringify(instance)}${texts.after}${ts}${texts.args}`;
  }

  #chainOf(chain: string): ChainTexts {
    let texts = this.#chains.get(chain);
    if (texts === undefined) {
      const name = this.#name(chain), pid = ++this.#lastPid;
      const async = `${SEPARATOR}{"name":${name},"cat":"${CATEGORY.instance}","ph":`;
      texts = {
        pid,
        head: metadata("process_name", pid, 0, name),
        begin: `${async}"b","id":`,
        end: `${async}"e","id":`,
        after: `,"pid":${pid},"tid":0,"ts":`,
        args: `,"args":{"chain":${name}`,
        nodes: new Map(),
      };
      if (this.#chains.size >= NAMES_KEPT) this.#chains.clear(); // each gets another process
      this.#chains.set(chain, texts);
    }
    return texts;
  }

  /** The text in front of the first event of a chain; empty afterwards. */
  #headOf(chain: ChainTexts): string {
    const { head } = chain;
    chain.head = "";
    return head;
  }

  #name(text: string): string {
    let name = this.#names.get(text);
    if (name === undefined) {
      if (this.#names.size >= NAMES_KEPT) this.#names.clear();
      this.#names.set(text, name = JSON.stringify(text));
    }
    return name;
  }

  #us(instantMs: number): number {
    return finite(Math.round((instantMs - this.#originMs) * 1000));
  }
}

/** The texts of a chain's events that are the same for all of its instances: they are made once. */
interface ChainTexts {
  readonly pid: number;
  /** The text in front of its first event; empty afterwards. */
  head: string;
  /** An instance's begin, or end, up to its id. */
  readonly begin: string;
  readonly end: string;
  /** From the id to the time. */
  readonly after: string;
  /** From the time to the end of the first arg. */
  readonly args: string;
  /** By name. */
  readonly nodes: Map<string, NodeTexts>;
}

/** The texts of a node's attempts that are the same for all of them. */
interface NodeTexts {
  readonly function: string;
  readonly platform: string;
  /** Up to the thread's id. */
  readonly start: string;
  /** From the duration to the instance. */
  readonly args: string;
  /** Behind the instance. */
  readonly name: string;
  /** The end, for an attempt without, and with, a cold start. */
  readonly warm: string;
  readonly cold: string;
}

function metadata(kind: "process_name" | "thread_name", pid: number, tid: number, name: string): string {
  return `${SEPARATOR}{"name":"${kind}","ph":"M","pid":${pid},"tid":${tid},"ts":0,"args":{"name":${name}}}`;
}

/** The key of the lanes of an instance's function runs; ids have no spaces. */
function insideOf(instance: string): string {
  return `${instance} inside`;
}

/** To whole microseconds. */
function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
}

/** The ids of the span of an event, which are hexadecimal digits. */
function spanText({ traceId, spanId }: Pick<AttemptEvent, "traceId" | "spanId">): string {
  return traceId === undefined || spanId === undefined ? "" : `,"traceId":"${traceId}","spanId":"${spanId}"`;
}

function optional(key: string, value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "" : `,"${key}":${value}`;
}

/** The start of a run, for people; nothing of a simulation, whose instants are no dates. */
function startOf({ command, startedAtMs }: RunInfo): { readonly startedAt?: string } {
  return command === "simulate" ? {} : { startedAt: new Date(startedAtMs).toISOString() };
}

/** JSON has no NaN and no Infinity; a line that holds one would be lost as a whole. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
