import { addressOf, ApiError, ask, messageOf, send } from "./api.js";
import { EventParser } from "./event_parser.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */

/** How views come. @typedef {"connecting" | "streaming" | "polling" | "broken" | "refused"} FeedState */

/** A stream that is silent for longer, in milliseconds, is taken for broken. */
const SILENT_MS = 20_000;
/** Between two polls while there is no stream, in milliseconds. */
const POLL_MS = 3000;
/** Before the stream is tried again, in milliseconds: the first time, and at most. */
const AGAIN_MS = 1000, MOST_AGAIN_MS = 30_000;

/**
 * Views of the queue from now on: by a stream, and by asking again and again while that is broken.
 *
 * @param {(view: ApiLive) => void} take
 * @param {(state: FeedState, reason: string) => void} tell how they come, whenever that changes
 */
export function feed(take, tell) {
  let isStreaming = false;
  const took = (/** @type {ApiLive} */ view, /** @type {FeedState} */ state) => {
    tell(state, "");
    take(view);
  };
  const streamOn = async () => {
    for (let waitMs = AGAIN_MS;; waitMs = Math.min(2 * waitMs, MOST_AGAIN_MS)) {
      try {
        await stream((view) => {
          isStreaming = true;
          waitMs = AGAIN_MS / 2;
          took(view, "streaming");
        });
      } catch { /* the polls tell what is the matter */ }
      if (isStreaming) tell("polling", "the stream broke");
      isStreaming = false;
      await sleep(waitMs);
    }
  };
  const pollOn = async () => {
    for (;; await sleep(POLL_MS)) {
      if (isStreaming) continue;
      try {
        const view = await ask("live");
        if (!isStreaming) took(view, "polling");
      } catch (error) {
        const isRefused = error instanceof ApiError && error.status === 403;
        if (!isStreaming) tell(isRefused ? "refused" : "broken", messageOf(error));
      }
    }
  };
  void streamOn();
  void sleep(AGAIN_MS).then(pollOn); // most streams begin by then
}

/**
 * Reads the stream to its end.
 *
 * @param {(view: ApiLive) => void} take
 */
async function stream(take) {
  const end = new AbortController();
  let timer = setTimeout(() => end.abort(), SILENT_MS);
  try {
    const response = await send(addressOf("events"), {
      headers: { accept: "text/event-stream" },
      signal: end.signal,
    });
    if (response.body === null) return;
    const parser = new EventParser();
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => end.abort(), SILENT_MS);
      for (const { event, data } of parser.push(value)) if (event === "live") take(JSON.parse(data));
    }
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
