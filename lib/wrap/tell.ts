import { identityInEvent, identityInHeaders, ReportedCall, type WrapOptions } from "./reported_call.ts";

/** A call that is being reported. */
export interface Telling {
  /** Milliseconds since its start, as the value of a Server-Timing header. */
  readonly timing: string;
  /** It has ended. @returns resolves when that has been reported, or will not be, but after 50 ms at the latest */
  end(): Promise<void>;
}

/**
 * Begins to report a call to the collector, for handlers of a kind that has no wrapper here.
 *
 * @param call what it brought: its headers, or the event that it was given, or both
 */
export function tell(
  call: { readonly headers?: { get(name: string): string | null }; readonly event?: unknown },
  options: WrapOptions = {},
): Telling {
  const reported = new ReportedCall(options);
  const { headers, event } = call;
  if (headers !== undefined) reported.identify(identityInHeaders((name) => headers.get(name)));
  reported.identify(identityInEvent(event));
  return reported;
}
