import { identityInEvent, identityInHeaders, type ReportedCall } from "./reported_call.ts";

/** As much of a fetch-style request as is needed. */
export interface RequestLike {
  /** The headers of the request. */
  readonly headers: { get(name: string): string | null };
  /** null if there is none. */
  readonly body?: unknown;
  /** A copy of the request: its body can be read as well. */
  clone?(): { json(): Promise<unknown> };
}

/** A longer body, in bytes, is not read a second time. */
const LONGEST_BODY = 1024 * 1024;

/** Lets a call know whose it is: by the headers that Sequoia sends, or else, as of the original's consumer, by the body. */
export function identifyByRequest(call: ReportedCall, request: RequestLike): void {
  const identity = identityInHeaders((name) => request.headers.get(name));
  call.identify(identity);
  if (identity.id !== undefined && !call.lacksAddress) return;
  const length = Number(request.headers.get("content-length") ?? NaN);
  const isJson = /\bjson\b/i.test(request.headers.get("content-type") ?? "");
  if (!isJson || !(length <= LONGEST_BODY) || request.body === null || request.clone === undefined) return;
  identifyByBody(call, request).catch(() => {}); // it is no JSON, or somebody has read it before
}

async function identifyByBody(call: ReportedCall, request: RequestLike): Promise<void> {
  call.identify(identityInEvent(await request.clone!().json()));
}
