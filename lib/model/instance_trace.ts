/**
 * The ids of an instance's trace and spans. An instance whose submission names a trace goes on with that; all others have one
 * of their own, which follows from their ids. So every process computes the same, also the one that goes on after a crash.
 */
import { generationOf, type Instance } from "./instance.ts";

/** The parts of an instance that decide its trace. */
type Traced = Pick<Instance, "id" | "traceparent" | "generations">;

/** The trace of an instance. */
export interface InstanceTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The id of the instance's span: 16 hexadecimal digits. */
  readonly spanId: string;
  /** The id of the span that submitted it, or called it, if that is known. */
  readonly parentSpanId?: string;
  /** Two hexadecimal digits, see `isSampled`. */
  readonly flags: string;
}

/** The flags of a trace that nobody has decided about: whatever receives it may record its part. */
const UNDECIDED = "01";

/** The trace of an instance, and its span in that. */
export function traceOf(instance: Traced): InstanceTrace {
  const hashes = hashesOf(instance.id), { traceparent, generations = [] } = instance;
  const begun = generations.reduce((sum, each) => sum + each, 0);
  const spanId = spanIdOf(hashes, 0, Math.imul(begun, OF_GENERATION));
  if (traceparent === undefined) return { traceId: traceIdOf(hashes), spanId, flags: UNDECIDED };
  const [, traceId, parentSpanId, flags] = traceparent.split("-");
  return { traceId: traceId!, spanId, parentSpanId: parentSpanId!, flags: flags! };
}

/** The header that makes a span the parent of what receives it. @param spanId 16 hexadecimal digits */
export function traceparentOf(
  { traceId, flags }: Pick<InstanceTrace, "traceId" | "flags">,
  spanId: string,
): string {
  return `00-${traceId}-${spanId}-${flags}`;
}

/**
 * The header of an attempt whose span was given no id: the id follows from the instance's, the node, the item of its map, its
 * generation and the attempt.
 */
export function attemptTraceparent(
  instance: Traced,
  { node, item = -1, attempt }: {
    readonly node: number;
    readonly item?: number | undefined;
    readonly attempt: number;
  },
): string {
  const hashes = hashesOf(instance.id), { traceparent } = instance;
  const place = Math.imul(node + 1, 0x9e3779b1) ^ Math.imul(item + 1, 0xc2b2ae35);
  const time = Math.imul(attempt, 0x85ebca6b) ^ Math.imul(generationOf(instance, node), OF_GENERATION);
  const spanId = spanIdOf(hashes, place, time);
  return traceparent === undefined
    ? `00-${traceIdOf(hashes)}-${spanId}-${UNDECIDED}`
    : `${traceparent.slice(0, 36)}${spanId}${traceparent.slice(52)}`;
}

const OF_GENERATION = 0x27d4eb2f;

type Hashes = readonly [number, number, number];

/** FNV-1a (RFC 9923): the three hashes of an id begin at different multiples of its offset. */
const FNV_OFFSET = 0x811c9dc5 | 0, FNV_PRIME = 0x01000193;

function hashesOf(id: string): Hashes {
  let a = FNV_OFFSET, b = Math.imul(FNV_OFFSET, 2), c = Math.imul(FNV_OFFSET, 3);
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, FNV_PRIME);
    b = Math.imul(b ^ code, FNV_PRIME);
    c = Math.imul(c ^ code, FNV_PRIME);
  }
  return [a, b, c];
}

function traceIdOf([a, b, c]: Hashes): string {
  return hex(a) + hex(b) + hex(mixed(c)) + hex(mixed(a ^ Math.imul(b, c)));
}

function spanIdOf([a, b, c]: Hashes, place: number, time: number): string {
  return hex(mixed(b ^ place)) + hex(mixed(Math.imul(a, 3) ^ c ^ time));
}

/** The last step of MurmurHash3: each bit depends on all, so that samplers that look at some of them see an even spread. */
function mixed(word: number): number {
  let mix = Math.imul(word ^ word >>> 16, 0x85ebca6b);
  mix = Math.imul(mix ^ mix >>> 13, 0xc2b2ae35);
  return mix ^ mix >>> 16;
}

/** The bytes as two digits each. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Eight hexadecimal digits of 32 bits; never all zero, as that stands for no trace. */
export function hex(word: number): string {
  const value = word | 0 || 1;
  return DIGITS[value >>> 24]! + DIGITS[value >>> 16 & 255]! + DIGITS[value >>> 8 & 255]! +
    DIGITS[value & 255]!;
}
