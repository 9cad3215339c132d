import { assertEquals } from "@std/assert";
import { activationOutcome, activationUrl } from "./activation.ts";
import type { JsonText } from "../../model/mod.ts";

const ID = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const HOST = "https://ow.example";
const ACTION = `${HOST}/api/v1/namespaces/_/actions/pkg/slow?blocking=true&result=true`;

Deno.test("activationUrl() finds the activation beside the action that was called", () => {
  const body = JSON.stringify({ activationId: ID });
  assertEquals(activationUrl(ACTION, body), `${HOST}/api/v1/namespaces/_/activations/${ID}`);
  const inFolder = "http://127.0.0.1:3233/ow/api/v1/namespaces/guest/actions/slow";
  assertEquals(
    activationUrl(inFolder, body),
    `http://127.0.0.1:3233/ow/api/v1/namespaces/guest/activations/${ID}`,
  );
});

Deno.test("activationUrl() follows nothing else that an answer says", () => {
  const body = JSON.stringify({ activationId: ID });
  assertEquals(activationUrl(`${HOST}/api/v1/web/guest/default/slow`, body), undefined);
  assertEquals(activationUrl(`${HOST}/jobs`, body), undefined);
  assertEquals(activationUrl(`${HOST}/?x=/namespaces/_/actions/`, body), undefined);
  for (const id of ["../../secret", "", 7, "a b", null, "http://evil.example/"]) {
    assertEquals(activationUrl(ACTION, JSON.stringify({ activationId: id })), undefined);
  }
  assertEquals(activationUrl(ACTION, "accepted"), undefined);
});

const ok = (text: string) => ({ kind: "ok", output: text as JsonText } as const);
const record = (response: unknown) => JSON.stringify({ activationId: ID, response });

Deno.test("activationOutcome() answers as the blocking call would have", () => {
  const success = record({ success: true, status: "success", result: { n: 1 } }).replace(
    '{"n":1}',
    '{"n":1.0}',
  );
  assertEquals(activationOutcome({ status: 200, text: success }, ACTION, ok), ok('{"n":1.0}'));
  const whole = ACTION.replace("&result=true", "");
  assertEquals(activationOutcome({ status: 200, text: success }, whole, ok), ok(success));
  const failure = record({ success: false, status: "application error", result: { error: "no paper" } });
  assertEquals(activationOutcome({ status: 200, text: failure }, ACTION, ok), {
    kind: "failed",
    reason: "its activation ended with application error: no paper",
    retryable: true,
    cause: "server-error",
  });
});

Deno.test("activationOutcome() waits while the activation cannot be read", () => {
  for (
    const [status, text] of [[404, '{"error":"not found"}'], [200, "{}"], [502, ""], [200, "<html>"]] as const
  ) {
    assertEquals(activationOutcome({ status, text }, ACTION, ok), undefined);
  }
  const refused = activationOutcome({ status: 403, text: "" }, ACTION, ok);
  assertEquals(refused?.kind === "failed" && refused.retryable, false);
});
