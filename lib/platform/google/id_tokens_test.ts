import { assert, assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { IdTokens } from "./id_tokens.ts";
import { IdTokenError } from "./token_error.ts";

const AUDIENCE = "https://f.run.app";
const HOUR_MS = 3_600_000;

/** Tokens of a source that answers as told; each has its number in its text. */
function tokensOf(answer: (n: number) => number | Error | Promise<number>) {
  const clock = new VirtualClock(), asked: string[] = [];
  const tokens = new IdTokens({
    clock,
    async fetch(audience) {
      const n = asked.push(audience);
      const leftMs = await answer(n);
      if (leftMs instanceof Error) throw leftMs;
      return { text: `${audience} ${n}`, leftMs };
    },
  });
  const of = async (audience = AUDIENCE) => await tokens.of(audience);
  /** Lets time pass, and what was begun meanwhile end. */
  const pass = (ms: number) => clock.pass(ms);
  return { clock, asked, tokens, of, pass };
}

Deno.test("IdTokens.of() asks once for any number of calls, and for each audience", async () => {
  const { asked, tokens, of } = tokensOf(() => HOUR_MS);
  const all = await Promise.all(Array.from({ length: 1000 }, () => of()));
  assertEquals(new Set(all), new Set([`${AUDIENCE} 1`]));
  assertEquals(await of("other"), "other 2");
  assertEquals(tokens.of(AUDIENCE), `${AUDIENCE} 1`, "at once");
  assertEquals(asked, [AUDIENCE, "other"]);
});

Deno.test("IdTokens.of() asks again five minutes before the end, while the token is still used", async () => {
  const slow = Promise.withResolvers<number>();
  const { asked, of, pass } = tokensOf((n) => n === 2 ? slow.promise : HOUR_MS);
  await of();
  await pass(HOUR_MS - 300_001);
  await of();
  assertEquals(asked.length, 1);
  await pass(1);
  const both = await Promise.all([of(), of()]);
  assertEquals([both, asked.length], [[`${AUDIENCE} 1`, `${AUDIENCE} 1`], 2]);
  slow.resolve(HOUR_MS);
  await pass(1);
  assertEquals(await of(), `${AUDIENCE} 2`);
});

Deno.test("IdTokens.of() sends no token that is about to end", async () => {
  const { asked, of, pass } = tokensOf((n) => n === 1 ? 100_000 : HOUR_MS);
  await of();
  await pass(9999);
  assertEquals([await of(), asked.length], [`${AUDIENCE} 1`, 1]);
  await pass(HOUR_MS);
  assertEquals(
    [await of(), asked.length],
    [`${AUDIENCE} 2`, 2],
    "nobody asked meanwhile: the old one has ended",
  );
});

Deno.test("IdTokens.of() uses a token for ten seconds, however little time its server gives it", async () => {
  const { asked, of, pass } = tokensOf(() => -5000);
  for (let i = 0; i < 10; i++) await of();
  assertEquals(asked.length, 1, "a clock that is off costs no request for each call");
  await pass(10_000);
  await of();
  assertEquals(asked.length, 2);
});

Deno.test("IdTokens.of() says at once that there is none, and asks again after 1, 2, 4 s, up to a minute", async () => {
  const failing = new IdTokenError("down");
  const { asked, of, pass } = tokensOf((n) => n <= 10 ? failing : HOUR_MS);
  const waits = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000];
  await Promise.all([assertRejects(of, IdTokenError, "down"), assertRejects(of, IdTokenError, "down")]);
  for (const [i, wait] of waits.entries()) {
    assertEquals(asked.length, i + 1);
    await pass(wait - 1);
    await assertRejects(of, IdTokenError);
    assertEquals(asked.length, i + 1, "not yet");
    await pass(1);
    await assertRejects(of, IdTokenError, "down", "nobody waits for the request");
    await pass(0.5);
  }
  assertEquals([await of(), asked.length], [`${AUDIENCE} 11`, 11]);
});

Deno.test("IdTokens.of() uses a token to its end while no other is to be had", async () => {
  const { asked, of, pass } = tokensOf((n) => n === 1 ? HOUR_MS : new IdTokenError("down"));
  await of();
  await pass(HOUR_MS - 300_000);
  for (let i = 0; i < 5; i++) assertEquals(await of(), `${AUDIENCE} 1`);
  await pass(0.5);
  for (let i = 0; i < 5; i++) assertEquals(await of(), `${AUDIENCE} 1`);
  assertEquals(asked.length, 2, "the back-off holds here, too");
  await pass(270_000);
  await assertRejects(of, IdTokenError, "down");
});

Deno.test("IdTokens.of() waits ten seconds for a token", async () => {
  const clock = new VirtualClock();
  using tokens = new IdTokens({
    clock,
    fetch: (_, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new IdTokenError((signal.reason as Error).message)))
      ),
  });
  const { message } = await assertRejects(
    () => clock.run(Promise.resolve(tokens.of(AUDIENCE))),
    IdTokenError,
  );
  assertEquals(message, "no answer within 10 s");
  assertEquals(clock.timers, 0);
});

Deno.test("IdTokens.giveUp() gives a refused token up once, and no young one", async () => {
  const { asked, tokens, of, pass } = tokensOf(() => HOUR_MS);
  const first = await of();
  assertEquals(tokens.giveUp(AUDIENCE, first), false, "a new one would be refused as well");
  await pass(60_000);
  const refused = Array.from({ length: 1000 }, async () => tokens.giveUp(AUDIENCE, first) && await of());
  assertEquals(new Set(await Promise.all(refused)), new Set([`${AUDIENCE} 2`]));
  assertEquals(asked.length, 2, "one request for a thousand calls that were refused");
});

Deno.test("IdTokens keeps the tokens of 1,000 audiences", async () => {
  const { asked, tokens, of } = tokensOf(() => HOUR_MS);
  for (let i = 0; i <= 1000; i++) await of(`a${i}`);
  assertEquals(tokens.of("a1000"), "a1000 1001");
  await of("a0");
  assert(asked.length === 1002, "the first was forgotten");
});
