import type { Json } from "../../model/mod.ts";
import { TooLargeError } from "../calls/body.ts";
import { COLD_HEADER } from "../http/http.ts";
import { ANSWER } from "./function_runner.ts";
import { problem } from "./problem.ts";
import { LateBodyError, NoRoomError } from "./request_bodies.ts";
import type { Turn } from "./turns.ts";

const ANSWER_TEXT = JSON.stringify(ANSWER);
const JSON_ANSWER = { headers: { "content-type": "application/json" } };

/** The answer of a function that went well. */
export function answerOf(name: string, output: Json): Response {
  if (output === ANSWER) return new Response(ANSWER_TEXT, JSON_ANSWER);
  try {
    return Response.json(output);
  } catch (error) {
    return failure(name, error); // it is no JSON, whatever its type says
  }
}

/** Notes in an answer whether the call began with a cold start. */
export function marked(response: Response, { cold }: Turn): Response {
  if (cold) response.headers.set(COLD_HEADER, "1");
  return response;
}

/** The answer to a request of another method. */
export function wrongMethod(allow: string): Response {
  return problem(405, `${allow} here`, { allow });
}

/** The answer of a function that failed, or whose request did. */
export function failure(name: string, error: unknown): Response {
  if (error instanceof LateBodyError) return problem(408, error.message, { connection: "close" });
  if (error instanceof NoRoomError) return problem(503, error.message, { "retry-after": "1" });
  if (error instanceof TooLargeError) return problem(413, "the request is too large");
  return problem(500, `function ${name} failed: ${(error as Error)?.message ?? error}`);
}
