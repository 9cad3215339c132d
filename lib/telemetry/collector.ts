import { gzipSync } from "node:zlib";
import type { Post, PostAnswer } from "./exporter.ts";
import type { TraceSettings } from "./settings.ts";

/** Sends a request, and waits for its answer. @throws if none came */
export interface HttpSender {
  send(request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
    readonly stop: AbortSignal;
    readonly maxBytes: () => number;
  }): Promise<{
    readonly status: number;
    readonly body: Uint8Array;
    readonly headers: { get(name: string): string | undefined | null };
  }>;
}

/** The longest answer of a collector that is read, in bytes. */
const MOST_ANSWERED = 64 * 1024;

/** Sends requests to the collector of the settings. */
export function collectorAt(http: HttpSender, { url, headers, isCompressed }: TraceSettings): Post {
  const all = {
    ...headers,
    "content-type": "application/x-protobuf",
    ...isCompressed && { "content-encoding": "gzip" },
  };
  return async (request, stop): Promise<PostAnswer> => {
    const body = isCompressed ? gzipSync(request, { level: 1 }) : request;
    const answer = await http.send({
      ...{ url, method: "POST", headers: all, body, stop },
      maxBytes: () => MOST_ANSWERED,
    });
    return {
      status: answer.status,
      body: answer.body,
      retryAfter: answer.headers.get("retry-after") ?? undefined,
    };
  };
}
