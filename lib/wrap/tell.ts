import { saidInEvent, saidInHeaders, ToldCall, type WrapOptions } from "./told_call.ts";

/** A call that is being told of. */
export interface Telling {
  /** Milliseconds since its start, as the value of a Server-Timing header. */
  readonly timing: string;
  /** It has ended. @returns resolves when that has been told, or will not be, but after 50 ms at the latest */
  end(): Promise<void>;
}

/**
 * Begins to tell the collector of a call, for handlers of a kind that has no wrapper here.
 *
 * @param call what it brought: its headers, or the event that it was given, or both
 */
export function tell(
  call: { readonly headers?: { get(name: string): string | null }; readonly event?: unknown },
  options: WrapOptions = {},
): Telling {
  const told = new ToldCall(options);
  const { headers, event } = call;
  if (headers !== undefined) told.hear(saidInHeaders((name) => headers.get(name)));
  told.hear(saidInEvent(event));
  return told;
}
