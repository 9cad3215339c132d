import { identityInEvent, identityInHeaders, ReportedCall, type WrapOptions } from "./reported_call.ts";
import { timed } from "./timed.ts";

export type { WrapOptions };

/** A handler of AWS Lambda, of any kind. */
// deno-lint-ignore no-explicit-any -- whatever events a handler takes
export type LambdaHandler = (...args: any[]) => unknown;

/** As Node.js runtimes before 24 hand it to handlers: they may answer by it. */
type Callback = (error?: unknown, result?: unknown) => void;

/**
 * Has a handler of AWS Lambda tell the collector when it starts and ends. An answer for HTTP (with a `statusCode`) gets the
 * header Server-Timing. Handlers may be asynchronous, answer by a callback, or stream: `awslambda.streamifyResponse(sequoia(…))`.
 *
 * Lambda freezes a process once it has answered, so the answer waits until the system has the line about the end: for 50 ms
 * at most, and not at all while the collector is away.
 *
 * @example
 * ```ts ignore
 * import { sequoia } from "sequoia-wrap/lambda";
 * export const handler = sequoia(async (event) => await work(event.args));
 * ```
 */
export function sequoia<H extends LambdaHandler>(handler: H, options: WrapOptions = {}): H {
  const wrapped = (event: unknown, ...more: unknown[]): unknown => {
    const call = new ReportedCall(options);
    call.identify(identityInHeaders((name) => headerOf(event, name)));
    call.identify(identityInEvent(eventIn(event)));
    const callback = more[1];
    if (typeof callback === "function") more[1] = reportedBy(call, callback as Callback);
    try {
      const result = handler(event, ...more);
      if (isPromise(result)) {
        return result.then((value) => answered(call, value), (error) => failed(call, error));
      }
      if (typeof callback !== "function" || handler.length < 3) void call.end();
      return result;
    } catch (error) {
      void call.end();
      throw error;
    }
  };
  // Runtimes tell by it whether a handler answers by a callback.
  return Object.defineProperty(wrapped, "length", { value: handler.length }) as unknown as H;
}

function reportedBy(call: ReportedCall, callback: Callback): Callback {
  return (error, result) => {
    const { timing } = call;
    void call.end().then(() => callback(error, timed(result, timing)));
  };
}

async function answered(call: ReportedCall, result: unknown): Promise<unknown> {
  const { timing } = call;
  await call.end();
  return timed(result, timing);
}

async function failed(call: ReportedCall, error: unknown): Promise<never> {
  await call.end();
  throw error;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === "function";
}

/** A header of a request that came through a function URL, a gateway or a load balancer. */
function headerOf(event: unknown, name: string): string | undefined {
  const { headers } = (event ?? {}) as { headers?: unknown };
  if (typeof headers !== "object" || headers === null) return undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === "string" ? found : undefined;
}

/** The data that the caller sent: the event itself, or the body of the request that it describes. */
function eventIn(event: unknown): unknown {
  const { body, isBase64Encoded } = (event ?? {}) as { body?: unknown; isBase64Encoded?: unknown };
  if (typeof body !== "string") return event;
  try {
    return JSON.parse(isBase64Encoded === true ? atob(body) : body);
  } catch {
    return {};
  }
}
