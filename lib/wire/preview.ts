import type { Buffer } from "node:buffer";
import type { Chain } from "../model/mod.ts";
import { bufferOf, type KnownChains } from "./known_chains.ts";
import { VERSION } from "./limits.ts";

/** The parts of a message that are read without decoding it. */
export interface MessagePreview {
  readonly id: string;
  /** The very object that its decoded instance has. */
  readonly chain: Chain;
  /** The labels of its instance, as `JSON.stringify` writes them. */
  readonly labels: string;
}

/** The fields of ChainState behind the chain's, by their tags: the field's number times 8, and how its value is written. */
const TAG = {
  ...{ instanceId: 16, chainId: 24, flags: 34, invokeTime: 42, id: 130 },
  ...{ submittedAtMs: 145, priority: 153, weight: 161, deadlineMs: 169, version: 192, args: 242 },
  ...{ traceparent: 266, tracestate: 274, dueAtMs: 281, callback: 290 },
} as const;
/** The fields of an entry of a map. */
const KEY_TAG = 10, VALUE_TAG = 18;

/** The number of label texts that are kept; more are rarely in use by turns. About 200 bytes each. */
const MAX_LABELS = 10_000;
const NO_LABELS = "{}";

/**
 * Looks at messages whose chains were decoded before, for a tenth of what decoding takes. Whoever looks at many and wants few
 * decodes only these.
 */
export class Previewer {
  readonly #chains: KnownChains;
  /** By the bytes in which they stand, as text. */
  readonly #labels = new Map<string, string>();

  constructor(chains: KnownChains) {
    this.#chains = chains;
  }

  /**
   * Looks at a message. It may be one that cannot be decoded: its args, for example, are not looked at, and its id may be none.
   *
   * @returns undefined if it has to be decoded to know; never of what the original writes, or chains call
   */
  at(message: Uint8Array): MessagePreview | undefined {
    const bytes = bufferOf(message), known = this.#chains.startOf(bytes);
    if (known === undefined) return undefined;
    const reader = new TailReader(bytes, known.bytes.length);
    if (!reader.read() || reader.chainId !== known.chainId) return undefined;
    const id = reader.text(reader.id);
    const labels = this.#labelsOf(reader);
    return labels !== undefined && id !== "" ? { id, chain: known.chain, labels } : undefined;
  }

  #labelsOf(reader: TailReader): string | undefined {
    const { flags } = reader;
    if (flags.end === flags.from) return NO_LABELS;
    const bytes = reader.text(flags);
    let labels = this.#labels.get(bytes);
    if (labels !== undefined) return labels;
    labels = reader.labels();
    if (labels === undefined) return undefined;
    if (this.#labels.size >= MAX_LABELS) this.#labels.clear();
    this.#labels.set(bytes, labels);
    return labels;
  }
}

interface Part {
  from: number;
  end: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the fields of a message that stand behind its chain, as far as they are what Sequoia writes. */
class TailReader {
  readonly #bytes: Buffer;
  #at: number;
  chainId = 0;
  readonly id: Part = { from: 0, end: 0 };
  /** All entries of the labels, with their tags. */
  readonly flags: Part = { from: 0, end: 0 };

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** @returns whether all was understood */
  read(): boolean {
    const { length } = this.#bytes;
    while (this.#at < length) {
      const from = this.#at;
      switch (this.#number()) {
        case TAG.instanceId:
          this.#number();
          break;
        case TAG.chainId:
          this.chainId = this.#number();
          break;
        case TAG.version:
          if (this.#number() > VERSION) return false;
          break;
        case TAG.id:
          this.#skipText();
          this.id.end = this.#at;
          this.id.from = this.#textFrom;
          break;
        case TAG.flags:
          this.#skipText();
          if (this.flags.end === 0) this.flags.from = from;
          else if (this.flags.end !== from) return false;
          this.flags.end = this.#at;
          break;
        case TAG.invokeTime:
        case TAG.args:
        case TAG.traceparent:
        case TAG.tracestate:
        case TAG.callback:
          this.#skipText();
          break;
        case TAG.submittedAtMs:
        case TAG.priority:
        case TAG.weight:
        case TAG.deadlineMs:
        case TAG.dueAtMs:
          this.#at += 8;
          break;
        default:
          return false;
      }
    }
    return this.#at === length;
  }

  /** Where the text begins that was skipped last. */
  #textFrom = 0;

  #skipText(): void {
    const length = this.#number();
    this.#textFrom = this.#at;
    this.#at += length;
  }

  /** A number without a sign; of more than 32 bits, Infinity: nothing is understood behind it. */
  #number(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++]!, value = byte & 127;
    for (let unit = 128; byte >= 128; unit *= 128) {
      byte = bytes[this.#at++]!;
      value += (byte & 127) * unit;
    }
    return value < 2 ** 32 ? value : Infinity;
  }

  /** Bytes as text, a character each. */
  text({ from, end }: Part): string {
    return this.#bytes.toString("latin1", from, end);
  }

  /** The labels as JSON; undefined if they are not written as Sequoia does. */
  labels(): string | undefined {
    const labels: Record<string, string> = {};
    try {
      for (this.#at = this.flags.from; this.#at < this.flags.end;) {
        if (this.#number() !== TAG.flags) return undefined;
        const end = this.#number() + this.#at;
        const key = this.#entryText(KEY_TAG), value = this.#entryText(VALUE_TAG);
        if (key === undefined || value === undefined || this.#at !== end || key in labels) return undefined;
        labels[key] = value;
      }
    } catch {
      return undefined; // the text is no UTF-8
    }
    return JSON.stringify(labels);
  }

  #entryText(tag: number): string | undefined {
    if (this.#number() !== tag) return undefined;
    this.#skipText();
    return utf8.decode(this.#bytes.subarray(this.#textFrom, this.#at));
  }
}
