import { Reader } from "protobufjs/minimal.js";
import {
  type Callback,
  type Chain,
  checkChain,
  checkSubmission,
  type Instance,
  type InstanceOutcome,
  type JsonText,
  NO_LABELS,
  type ParentRef,
  stripUndefined,
  traceContextOf,
  WorkloadError,
} from "../model/mod.ts";
import { chainOf } from "./chain_message.ts";
import { WireError } from "./errors.ts";
import { type MessagePreview, Previewer } from "./preview.ts";
import { KnownChains } from "./known_chains.ts";
import { MAX_MESSAGE_BYTES, VERSION } from "./limits.ts";
import { chainEnd, measure } from "./measure.ts";
import { ChainState } from "./messages.ts";
import {
  type OriginalPriorities,
  originalPriority,
  originalTime,
  prioritized,
  unflagged,
} from "./original/mod.ts";

/** The values that a message does not hold itself. */
export interface DecodeOptions {
  /** The instance's id, if it has none of its own: topic, partition and offset of the original's messages. */
  readonly fallbackId: string;
  /** When it was submitted, if it does not say so: when the queue got it, in milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** The largest message to be read, in bytes. (Default: 16 MiB) */
  readonly maxBytes?: number;
  /** Gives the original's instances and functions priorities. (Default: they have none) */
  readonly priorities?: OriginalPriorities | undefined;
}

/** Errors quote the faulty part of a message, which in a hostile message may be megabytes. */
const MAX_ERROR_LENGTH = 600;

const knownChains = new KnownChains();
const previewer = new Previewer(knownChains);

/** Looks at a message whose chain was decoded before, see {@linkcode Previewer.at}. */
export function previewOf(bytes: Uint8Array): MessagePreview | undefined {
  return previewer.at(bytes);
}

/**
 * Reads an instance out of a message, Sequoia's or the original's. The original's chains are named after their ids
 * (`chain7`, `node2`), their functions after their URLs; flags become labels; URLs without a scheme get `http://`.
 *
 * Whatever the bytes are, it throws only the errors below, and an instance that it returns can be run.
 *
 * @throws {WireError} if the bytes are no message, or one of a newer version, or too large
 * @throws {WorkloadError} if they say something that cannot be run
 */
export function decodeInstance(bytes: Uint8Array, options: DecodeOptions): Instance {
  const { maxBytes = MAX_MESSAGE_BYTES } = options;
  if (bytes.length > maxBytes) {
    throw new WireError(
      "too-large",
      `Cannot read the message: its ${bytes.length} bytes are more than ${maxBytes}. Split the chain, or raise the limit`,
    );
  }
  try {
    return readInstance(bytes, options);
  } catch (error) {
    throw decodingError(error);
  }
}

function readInstance(bytes: Uint8Array, options: DecodeOptions): Instance {
  const end = chainEnd(bytes);
  const state = readState(bytes.subarray(end)); // all of it, if the chain's fields do not stand first
  const { version = 0, chainID = 0 } = state;
  if ((version ?? 0) > VERSION) {
    throw new WireError(
      "newer",
      `Cannot read the message: it needs version ${version} of the schema, this is version ${VERSION}. Update sequoia here`,
    );
  }
  const read = readChain(bytes.subarray(0, end), state, chainID ?? 0);
  const { priorities } = options, isRanked = priorities !== undefined && !state.id;
  const chain = isRanked ? prioritized(read, priorities) : read;
  return checkSubmission({
    id: state.id || options.fallbackId,
    chain,
    ...state.argsJson ? { args: state.argsJson as JsonText } : {},
    ...state.parent ? { parent: parentOf(state.parent) } : {},
    ...state.generations?.length ? { generations: state.generations } : {},
    ...state.retriedAtMs?.length ? { retriedAtMs: state.retriedAtMs } : {},
    ...traceContextOf(state.traceparent, state.tracestate),
    ...state.callback ? { callback: callbackOf(state.callback) } : {},
    labels: labelsOf(state),
    ...typeof state.dueAtMs === "number" ? { dueAtMs: state.dueAtMs } : {},
    submittedAtMs: state.submittedAtMs ?? originalTime(state.invokeTime, options.receivedAtMs),
    priority: state.priority ?? 0,
    ...isRanked && originalPriority(chainID ?? 0),
    weight: state.weight ?? 1,
    deadlineMs: state.deadlineMs ?? Infinity,
  });
}

/** The chain that stands in `head`, or in `state` if that is empty. */
function readChain(head: Uint8Array, state: ChainState.$Properties, chainId: number): Chain {
  const known = knownChains.find(head, chainId);
  if (known) return known;
  const chain = checkChain(chainOf(head.length > 0 ? readState(head) : state, chainId));
  knownChains.add(head, chainId, chain);
  return chain;
}

function readState(bytes: Uint8Array): ChainState.$Properties {
  measure(bytes);
  const reader = Reader.create(bytes);
  reader.discardUnknown = true;
  return ChainState.decode(reader);
}

function labelsOf({ id, flags }: ChainState.$Properties): Instance["labels"] {
  const labels = Object.assign(Object.create(null), id ? flags : unflagged(flags));
  return Object.keys(labels).length === 0 ? NO_LABELS : labels;
}

function parentOf({ instance, node, item }: NonNullable<ChainState.$Properties["parent"]>): ParentRef {
  return stripUndefined({ instance: instance ?? "", node: node ?? "", item: item ?? undefined });
}

function callbackOf({ url, on, secret }: NonNullable<ChainState.$Properties["callback"]>): Callback {
  return {
    url: url ?? "",
    ...on?.length ? { on: on as InstanceOutcome[] } : {},
    ...secret ? { secret } : {},
  };
}

function decodingError(error: unknown): WireError | WorkloadError {
  if (error instanceof WireError) return error;
  if (error instanceof WorkloadError) {
    if (error.message.length <= MAX_ERROR_LENGTH) return error;
    return new WorkloadError(error.code, `${error.message.slice(0, MAX_ERROR_LENGTH)}…`);
  }
  return new WireError(
    "undecodable",
    `Cannot read the message: it is no chain instance (${error instanceof Error ? error.message : error})`,
    { cause: error },
  );
}
