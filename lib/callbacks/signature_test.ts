import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { Buffer } from "node:buffer";
import { signedHeaders, SigningError, signingKeys } from "./signature.ts";

const secretOf = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString("base64")}`;
const anySecret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(secretOf);

Deno.test("signedHeaders() are those that the library of Standard Webhooks verifies, whatever the body is", () => {
  fc.assert(fc.property(anySecret, fc.string({ unit: "grapheme" }), (secret, text) => {
    const body = JSON.stringify({ text }), nowMs = Date.now();
    const headers = signedHeaders(signingKeys(secret, "env:KEY"), "msg_1", nowMs, body);
    assertEquals(new Webhook(secret).verify(body, headers), { text });
    assertEquals(
      headers["webhook-signature"],
      new Webhook(secret).sign("msg_1", new Date(Math.floor(nowMs / 1000) * 1000), body),
    );
    assertThrows(() => new Webhook(secret).verify(`${body} `, headers));
  }));
});

Deno.test("signedHeaders() of the example in the specification's own library", () => {
  const keys = signingKeys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "env:KEY");
  const headers = signedHeaders(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330_000, '{"test": 2432232314}');
  assertEquals(headers["webhook-timestamp"], "1614265330");
  assertEquals(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

Deno.test("several secrets sign side by side, so that receivers take either while it is changed", () => {
  fc.assert(fc.property(anySecret, anySecret, (first, second) => {
    const headers = signedHeaders(
      signingKeys(` ${first}  ${second}\n`, "file:/k"),
      "msg_1",
      Date.now(),
      "{}",
    );
    for (const secret of [first, second]) new Webhook(secret).verify("{}", headers);
  }));
});

Deno.test("signingKeys() takes no weak key, and shows nothing of one", () => {
  for (
    const bad of [
      "",
      "whsec_",
      "secret",
      secretOf(new Uint8Array(23)),
      secretOf(new Uint8Array(65)),
      "whsec_ä",
    ]
  ) {
    const error = assertThrows(() => signingKeys(bad, "env:KEY"), SigningError);
    assert(error.message.startsWith("secret-unusable: env:KEY is no secret"), error.message);
    if (bad.length > 7) assert(!error.message.includes(bad));
  }
});
