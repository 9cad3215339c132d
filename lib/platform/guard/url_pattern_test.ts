import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseUrlPattern } from "./url_pattern.ts";

const CASES: readonly [pattern: string, matching: string[], others: string[]][] = [
  ["https://good.example", [
    "https://good.example/any/path?x=1#y",
    "HTTPS://GOOD.example:443/",
    "https://good.example./",
    "https://user:secret@good.example/",
    "https://g%6Fod.example/",
  ], [
    "http://good.example/",
    "https://good.example:8443/",
    "https://good@evil.example/",
    "https://good.example@evil.example/",
    "https://evil.example/good.example",
    "https://evil.example\\@good.example/",
    "https://evil.example#@good.example/",
    "https://evil.example?https://good.example/",
    "https://good.example.evil/",
    "https://xgood.example/",
    "https://a.good.example/",
    "lambda:us-east-1:good",
  ]],
  ["*://good.example:*", ["http://good.example:1/", "https://good.example/"], ["https://evil.example/"]],
  ["*://good.example", ["http://good.example/", "https://good.example/"], ["http://good.example:443/"]],
  ["http://*.good.example", ["http://a.good.example/", "http://a.b.GOOD.example./"], [
    "http://good.example/",
    "http://evilgood.example/",
    "http://a.good.example.evil/",
  ]],
  ["http://*:8080", ["http://x:8080/", "http://[::1]:8080/"], ["http://x/", "https://x:8080/"]],
  ["https://bücher.example", ["https://xn--bcher-kva.example/", "https://BÜCHER.example/"], [
    "https://bucher.example/",
  ]],
  ["http://0x7f.1:7077", ["http://127.0.0.1:7077/", "http://2130706433:7077/"], ["http://127.0.0.2:7077/"]],
  ["http://[::1]:80", ["http://[0:0:0:0:0:0:0:1]/"], ["http://[::2]/", "http://127.0.0.1/"]],
  ["https://h/fns/*", ["https://h/fns/a/b?c", "https://h/fns/", "https://h/x/../fns/a"], [
    "https://h/fns",
    "https://h/FNS/a",
    "https://h/fns/../admin",
    "https://h/fns/%2e%2e/admin",
    "https://h/fns/..%2fadmin",
    "https://h/fns/..%5cadmin",
    "https://h/fns/%252e%252e%252fadmin",
    "https://h/fns/..;/admin",
    "https://h/fns/..\\admin",
  ]],
  ["https://h/*", ["https://h/a%2fb", "https://h/"], ["https://i/"]],
  ["https://h/f/*/run", ["https://h/f/a/run", "https://h/f/a/b/run"], [
    "https://h/f/run",
    "https://h/f/a/runs",
  ]],
  ["https://h/exact", ["https://h/exact?q"], ["https://h/exact/", "https://h/exactly", "https://h/"]],
  ["lambda:us-east-1:shop-*", ["lambda:us-east-1:shop-a", "lambda:us-east-1:shop-a:prod"], [
    "lambda:us-east-1:other",
    "lambda:eu-west-1:shop-a",
    "https://us-east-1/shop-a",
  ]],
  ["lambda:*:f:prod", ["lambda:eu-west-1:f:prod"], ["lambda:eu-west-1:f", "lambda:eu-west-1:f:prod2"]],
];

for (const [text, matching, others] of CASES) {
  Deno.test(`parseUrlPattern() reads ${text}`, () => {
    const pattern = parseUrlPattern(text);
    for (const url of matching) assert(pattern.matches(new URL(url)), `${text} must match ${url}`);
    for (const url of others) assert(!pattern.matches(new URL(url)), `${text} must not match ${url}`);
  });
}

Deno.test("parseUrlPattern() says what to write", () => {
  for (
    const text of [
      "",
      "example.com",
      "ftp://h",
      "https://",
      "https://*good.example",
      "https://a.*.example",
      "https://h:99999",
      "https://h:",
      "https://user@h",
      "https://h/a?b",
      "https://h\\x",
      "https://h h",
      "https://[::g]",
      "lambda:us-east-1",
    ]
  ) {
    const { message } = assertThrows(() => parseUrlPattern(text), SyntaxError);
    assertStringIncludes(message, `Cannot read "${text}" as a pattern of URLs`);
  }
});

/** The tricks by which people hide a host. */
const tricks = fc.constantFrom<(good: string, evil: string) => string>(
  (good, evil) => `https://${good}@${evil}/`,
  (good, evil) => `https://${good}:443@${evil}/`,
  (good, evil) => `https://${good}%40${evil}/`,
  (good, evil) => `https://${good}\\@${evil}/`,
  (good, evil) => `https://${evil}\\@${good}/`,
  (good, evil) => `https://${evil}/${good}`,
  (good, evil) => `https://${evil}#${good}`,
  (good, evil) => `https://${evil}?@${good}`,
  (good, evil) => `https://${good}.${evil}/`,
  (good, evil) => `https://${evil}.${good}/`,
  (good, evil) => `https:/\\${evil}/${good}`,
  (good, evil) => `https:${evil}/@${good}`,
  (good, evil) => `\thttps://${evil}\n/${good}`,
  (good, evil) => `https://${good}\u3002${evil}/`,
  (good, evil) => `https://${good}\u00ad${evil}/`,
  (good) => `https://${good.toUpperCase()}./`,
  (good) => `https://${[...good].map((c) => `%${c.charCodeAt(0).toString(16)}`).join("")}/`,
);

Deno.test("parseUrlPattern() lets nothing be called but what it says, however it is written", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  fc.assert(fc.property(label, label, tricks, fc.boolean(), (good, evil, trick, below) => {
    const url = URL.parse(trick(`${good}.example`, `${evil}.test`));
    if (url === null) return;
    const host = url.hostname.replace(/\.$/, ""); // what fetch goes to
    const expected = below ? host.endsWith(`.${good}.example`) : host === `${good}.example`;
    const pattern = parseUrlPattern(`https://${below ? "*." : ""}${good}.example`);
    assertEquals(pattern.matches(url), expected && url.port === "", url.href);
  }));
});

Deno.test("parseUrlPattern() matches paths as a regular expression would", () => {
  const part = fc.stringMatching(/^[ab/]{0,3}$/);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.stringMatching(/^[ab/]{0,9}$/),
      (parts, path) => {
        const expected = new RegExp(`^/${parts.join(".*")}$`).test(`/${path}`);
        assertEquals(
          parseUrlPattern(`http://h/${parts.join("*")}`).matches(new URL(`http://h/${path}`)),
          expected,
        );
      },
    ),
  );
});
