import { onAbort, type Stop } from "../../model/mod.ts";
import type { Answer } from "../platform.ts";
import { failure } from "./answers.ts";

/** A promise that rejects when a signal says so: what it waits for may never come. */
export function untilStopped<T>(promise: Promise<T>, stop: Stop | AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const forget = onAbort(stop, () => aborted.reject(new Error("it was stopped")));
  return Promise.race([promise, aborted.promise]).finally(forget);
}

/** The end of a call that was stopped. */
export function stopped(): Answer {
  return failure("it was stopped", true);
}
