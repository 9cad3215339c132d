import { identityInEvent, identityInHeaders, ReportedCall, type WrapOptions } from "./reported_call.ts";
import { timed } from "./timed.ts";

export type { WrapOptions };

/**
 * Has the `main(params)` of an OpenWhisk action tell the collector when it starts and ends. The answer of a web action (with
 * a `statusCode`) gets the header Server-Timing.
 *
 * OpenWhisk pauses a container once its action has answered, so the answer waits until the system has the line about the
 * end: for 50 ms at most, and not at all while the collector is away.
 *
 * @example
 * ```js ignore
 * const { sequoia } = require("sequoia-wrap/openwhisk");
 * exports.main = sequoia(async (params) => ({ words: params.args.text.split(" ").length }));
 * ```
 */
export function sequoia<P extends object, R>(
  main: (params: P) => R | Promise<R>,
  options: WrapOptions = {},
): (params: P) => Promise<R> {
  return async (params) => {
    const call = new ReportedCall(options);
    const { __ow_headers: headers } = params as { __ow_headers?: Record<string, string> };
    call.identify(identityInHeaders((name) => headers?.[name]));
    call.identify(identityInEvent(params));
    try {
      const result = await main(params);
      return timed(result, call.timing) as R;
    } finally {
      await call.end();
    }
  };
}
