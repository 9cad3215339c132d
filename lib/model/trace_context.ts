/** W3C trace context (https://www.w3.org/TR/trace-context/), as submissions bring it and calls hand it on. */

/** The trace that a submission belongs to: two headers, in the form in which they are handed on. */
export interface TraceContext {
  /** The trace, the span that submits, and whether it is recorded: `00-` and 32, 16 and 2 hexadecimal digits. (Default: none) */
  readonly traceparent?: string;
  /** The additions of tracing systems to that, at most 512 characters. (Default: none) */
  readonly tracestate?: string;
}

/** Version, trace id, parent id, flags, and what a later version may add. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1, RANDOM = 2;

/** Bounds of a trace state, in characters and members; where it is too long, members that are longer than the last go first. */
const MOST_STATE = 512, MOST_MEMBERS = 32, LONG_MEMBER = 128;
const MEMBER =
  /^([a-z0-9][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

/**
 * Reads the trace context of a request, or of the environment.
 *
 * @param traceparent may be anything
 * @param tracestate left out if it cannot be read; of a long one, the members that do not fit
 * @returns nothing if the first cannot be read: the submission then begins a trace of its own
 */
export function traceContextOf(
  traceparent: string | null | undefined,
  tracestate?: string | null,
): TraceContext {
  const [, version, traceId, parentId, flags, more] = TRACEPARENT.exec(traceparent?.trim() ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return {};
  if (/^0+$/.test(traceId!) || /^0+$/.test(parentId!)) return {};
  const known = (parseInt(flags!, 16) & (SAMPLED | RANDOM)).toString(16).padStart(2, "0");
  const state = stateOf(tracestate ?? "");
  return {
    traceparent: `00-${traceId}-${parentId}-${known}`,
    ...state !== "" && { tracestate: state },
  };
}

/** Whether a context is in the form that {@linkcode traceContextOf} gives it. */
export function isTraceContext({ traceparent, tracestate }: TraceContext): boolean {
  if (traceparent === undefined) return tracestate === undefined;
  const read = traceContextOf(traceparent, tracestate);
  return read.traceparent === traceparent && read.tracestate === tracestate;
}

/** Whether somebody has decided to record a trace. @param flags two hexadecimal digits */
export function isSampled(flags: string): boolean {
  return (parseInt(flags, 16) & SAMPLED) !== 0;
}

/** The members of a trace state within the bounds; none if one of them cannot be read. */
function stateOf(text: string): string {
  const members = text.split(",").map((member) => member.trim()).filter((member) => member !== "");
  const keys = new Set(members.map((member) => MEMBER.exec(member)?.[1]));
  if (members.length > MOST_MEMBERS || keys.has(undefined) || keys.size < members.length) return "";
  while (members.join().length > MOST_STATE) {
    const long = members.findLastIndex(({ length }) => length > LONG_MEMBER);
    members.splice(long < 0 ? members.length - 1 : long, 1);
  }
  return members.join();
}
