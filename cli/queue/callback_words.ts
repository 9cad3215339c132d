import { oneLine } from "../../lib/draw/mod.ts";
import { counted, shownUrl } from "../../lib/model/mod.ts";
import type { CallbackView } from "../../lib/queue/mod.ts";
import { agoWords, dueWords } from "../words/time_words.ts";

/** Where a callback stands, in words. */
export function callbackWords({ state, attempts, atMs, failure }: CallbackView, nowMs: number): string {
  const times = counted(attempts, "attempt"), why = failure === undefined ? "" : `: ${oneLine(failure)}`;
  switch (state) {
    case "delivered":
      return `delivered ${agoWords(nowMs - atMs)}, ${times}`;
    case "given-up":
      return `given up ${agoWords(nowMs - atMs)} after ${times}${why}`;
    case "waiting":
      return attempts === 0
        ? "waits for a consumer"
        : `waits after ${times}, ${dueWords(atMs - nowMs)}${why}`;
  }
}

/** A callback on a line. */
export function callbackLine(view: CallbackView, nowMs: number): string {
  const { callback: { url }, end: { instance, outcome } } = view;
  return `${oneLine(instance)}  ${outcome}  ${oneLine(shownUrl(url))}  ${callbackWords(view, nowMs)}`;
}

/** A callback for programs. */
export function callbackJson({ id, state, attempts, atMs, failure, callback, end }: CallbackView): object {
  const { instance, chain, outcome, endedAtMs } = end;
  return { id, instance, chain, outcome, endedAtMs, state, attempts, atMs, failure, ...callback };
}
