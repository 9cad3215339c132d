import { type InstanceTrace, isSampled } from "../model/mod.ts";

/** Which traces are recorded: those of a part of all trace ids, unless their submissions have decided. */
export interface Sampler {
  /** Whether the decision of whoever submits counts. */
  readonly isParentBased: boolean;
  /** The part of the others that is recorded, from 0 to 1. */
  readonly ratio: number;
}

/** The sampler unless another is chosen: all traces but those that their submissions do not record. */
export const DEFAULT_SAMPLER: Sampler = { isParentBased: true, ratio: 1 };

/**
 * Reads `OTEL_TRACES_SAMPLER` and its argument.
 *
 * @throws {SyntaxError} if there is no such sampler, or its argument is no number from 0 to 1
 */
export function parseSampler(name: string, argument: string | undefined): Sampler {
  const [, parent, kind] = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name) ?? [];
  if (kind === undefined) {
    throw new SyntaxError(
      `Cannot use "${name}". Write always_on, always_off, traceidratio, or one of these after parentbased_`,
    );
  }
  const isParentBased = parent !== undefined;
  if (kind !== "traceidratio") return { isParentBased, ratio: kind === "always_on" ? 1 : 0 };
  const ratio = Number(argument ?? 1);
  if (ratio >= 0 && ratio <= 1 && argument?.trim() !== "") return { isParentBased, ratio };
  throw new SyntaxError(
    `Cannot use the ratio "${argument}". Write a number from 0 to 1 in OTEL_TRACES_SAMPLER_ARG`,
  );
}

const HALF = 2 ** 63;

/**
 * The trace with the decision whether it is recorded. It follows from the trace's id, as Deno's does, so that whoever sees the
 * trace decides the same.
 */
export function sampled(trace: InstanceTrace, { isParentBased, ratio }: Sampler): InstanceTrace {
  const is = isParentBased && trace.parentSpanId !== undefined
    ? isSampled(trace.flags)
    : ratio >= 1 || BigInt(`0x${trace.traceId.slice(16)}`) >> 1n < BigInt(Math.floor(ratio * HALF));
  return is === isSampled(trace.flags) ? trace : { ...trace, flags: withSampled(trace.flags, is) };
}

function withSampled(flags: string, is: boolean): string {
  return (parseInt(flags, 16) & ~1 | Number(is)).toString(16).padStart(2, "0");
}
