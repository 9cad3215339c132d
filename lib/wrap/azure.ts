import { identifyByRequest, type RequestLike } from "./request.ts";
import { watched } from "./stream.ts";
import { identityInEvent, ReportedCall, type WrapOptions } from "./reported_call.ts";

export type { WrapOptions };

/** A handler of Azure Functions (programming model v4), for HTTP or any other trigger. */
// deno-lint-ignore no-explicit-any -- whatever its trigger hands over
export type AzureHandler = (input: any, context: any) => unknown;

/**
 * Has a handler of Azure Functions (programming model v4) tell the collector when it starts and ends; an answer to an HTTP
 * request gets the header Server-Timing. Bodies may be streams. Of other triggers, what they hand over is taken for the event.
 *
 * @example
 * ```ts ignore
 * import { app } from "@azure/functions";
 * import { sequoia } from "sequoia-wrap/azure";
 * app.http("count", { handler: sequoia(async (request) => ({ jsonBody: await work(await request.json()) })) });
 * ```
 */
export function sequoia<H extends AzureHandler>(handler: H, options: WrapOptions = {}): H {
  const wrapped = async (input: unknown, context: unknown): Promise<unknown> => {
    const call = new ReportedCall(options);
    const isHttp = isRequest(input);
    if (isHttp) identifyByRequest(call, input);
    else call.identify(identityInEvent(input));
    try {
      const result = await handler(input, context);
      if (isHttp) return await answered(call, result);
      await call.end();
      return result;
    } catch (error) {
      await call.end();
      throw error;
    }
  };
  return wrapped as unknown as H;
}

function isRequest(input: unknown): input is RequestLike {
  const { headers, method } = (input ?? {}) as { headers?: { get?: unknown }; method?: unknown };
  return typeof method === "string" && typeof headers?.get === "function";
}

/** As much of an answer as is needed: an object with some of these, or an HttpResponse. */
interface Answer {
  readonly headers?: unknown;
  readonly body?: unknown;
}

async function answered(call: ReportedCall, result: unknown): Promise<unknown> {
  if (typeof result !== "object" || result === null) { // it has no headers
    await call.end();
    return result;
  }
  const { headers, body } = result as Answer;
  const isStream = body instanceof ReadableStream && isPlain(result);
  if (!isStream) await call.end();
  if (!isPlain(result) && canAppend(headers)) { // an HttpResponse, whose body is fixed
    headers.append("server-timing", call.timing);
    return result;
  }
  return {
    ...result,
    headers: withTiming(headers, call.timing),
    ...isStream && { body: watched(body, () => call.end()) },
  };
}

/** The library's headers are not the machine's own class. */
function canAppend(headers: unknown): headers is Pick<Headers, "append"> {
  return typeof (headers as { append?: unknown } | undefined)?.append === "function";
}

function isPlain(value: unknown): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function withTiming(headers: unknown, timing: string): Headers {
  const all = new Headers(headers as HeadersInit | undefined);
  all.append("server-timing", timing);
  return all;
}
