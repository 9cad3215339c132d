import {
  type CallIdentity,
  identityInEvent,
  identityInHeaders,
  ReportedCall,
  type WrapOptions,
} from "./reported_call.ts";

export type { WrapOptions };

/** As much of an Express-style request as is needed. */
interface ExpressRequest {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body?: unknown;
  readonly query?: unknown;
}

/** As much of an Express-style response as is needed: that of `node:http`. */
interface ExpressResponse {
  readonly headersSent: boolean;
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  on(event: "close", listener: () => void): unknown;
  // deno-lint-ignore no-explicit-any -- overloaded
  writeHead(...args: any[]): any;
  // deno-lint-ignore no-explicit-any -- overloaded
  end(...args: any[]): any;
}

/** A handler of Express, of Google Cloud Functions, or of anything that has their shape. */
// deno-lint-ignore no-explicit-any -- each framework's own types of requests and responses
export type ExpressHandler = (request: any, response: any, ...more: any[]) => unknown;

/**
 * Has a handler of Google Cloud Functions, Express or alike tell the collector when it starts, and when it ends its answer;
 * the answer gets the header Server-Timing. Answers may be streamed.
 *
 * @example
 * ```ts ignore
 * import functions from "@google-cloud/functions-framework";
 * import { sequoia } from "sequoia-wrap/express";
 * functions.http("count", sequoia(async (req, res) => res.json(await work(req.body.args))));
 * ```
 */
export function sequoia<H extends ExpressHandler>(handler: H, options: WrapOptions = {}): H {
  const wrapped = (request: ExpressRequest, response: ExpressResponse, ...more: unknown[]): unknown => {
    const call = new ReportedCall(options);
    for (const identity of identitiesIn(request)) call.identify(identity);
    watch(response, call);
    try {
      const result = handler(request, response, ...more);
      if (typeof (result as Promise<unknown> | undefined)?.then !== "function") return result;
      return Promise.resolve(result).catch((error) => failed(call, error)); // perhaps it has no catch() of its own
    } catch (error) {
      void call.end();
      throw error;
    }
  };
  return wrapped as unknown as H;
}

async function failed(call: ReportedCall, error: unknown): Promise<never> {
  await call.end();
  throw error;
}

function* identitiesIn({ headers, body, query }: ExpressRequest): Generator<CallIdentity> {
  yield identityInHeaders((name) => headers[name] as string | undefined);
  yield identityInEvent(body);
  yield { id: identityInEvent(query).id }; // of a GET
}

/** Sees when the answer begins, and when it ends or nobody wants it any more. */
function watch(response: ExpressResponse, call: ReportedCall): void {
  const { writeHead, end } = response;
  response.writeHead = (...args: unknown[]) => {
    if (!response.headersSent) response.setHeader("server-timing", withTiming(response, call.timing));
    return writeHead.apply(response, args);
  };
  response.end = (...args: unknown[]) => {
    void call.end();
    return end.apply(response, args);
  };
  response.on("close", () => void call.end());
}

function withTiming(response: ExpressResponse, timing: string): string[] {
  const before = response.getHeader("server-timing");
  return before === undefined ? [timing] : [...[before].flat().map(String), timing];
}
