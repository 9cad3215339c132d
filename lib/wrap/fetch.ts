import { identifyByRequest, type RequestLike } from "./request.ts";
import { watched } from "./stream.ts";
import { ReportedCall, type WrapOptions } from "./reported_call.ts";

export type { RequestLike, WrapOptions };

/** A handler that answers a request with a Response, whatever else it is given. */
export type FetchHandler<T extends RequestLike, A extends unknown[]> = (
  request: T,
  ...more: A
) => Response | Promise<Response>;

/**
 * Has a fetch-style handler (Deno, Cloudflare, Knative) tell the collector when it starts, and when its answer has been
 * sent, and the client, by the header Server-Timing, how long it took to begin to answer.
 *
 * @example
 * ```ts ignore
 * import { sequoia } from "sequoia-wrap/fetch";
 * Deno.serve(sequoia(async (request) => Response.json(await work(await request.json()))));
 * ```
 */
export function sequoia<T extends RequestLike, A extends unknown[]>(
  handler: FetchHandler<T, A>,
  options: WrapOptions = {},
): (request: T, ...more: A) => Promise<Response> {
  return async (request, ...more) => {
    const call = new ReportedCall(options);
    identifyByRequest(call, request);
    let response: Response;
    try {
      response = await handler(request, ...more);
    } catch (error) {
      await call.end();
      throw error;
    }
    if (response.status === 101) { // it becomes a web socket, and has no answer to add to
      await call.end();
      return response;
    }
    return await answered(call, response);
  };
}

async function answered(call: ReportedCall, response: Response): Promise<Response> {
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.append("server-timing", call.timing);
  if (body === null) await call.end();
  return new Response(body === null ? null : watched(body, () => call.end()), {
    status,
    statusText,
    headers,
  });
}
