import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { lognormal } from "./distribution.ts";
import { WorkloadError, type WorkloadErrorCode } from "./errors.ts";
import { checkFunction, checkName, fn, type FunctionOptions, isInt32, stripUndefined } from "./function.ts";
import { DEFAULT_RETRY } from "./retry_rule.ts";
import { kindOf } from "./function_kind.ts";
import { parseLambdaUrl } from "./lambda_url.ts";
import { parseOpenWhiskUrl } from "./openwhisk_url.ts";
import { URL_SCHEMES } from "./url_schemes.ts";
import { assertRefused } from "./testing.ts";

Deno.test("fn() fills in the defaults", () => {
  assertEquals(fn("f"), {
    name: "f",
    method: "POST",
    timeoutMs: 300_000,
    retry: DEFAULT_RETRY,
    payload: "event",
    atMostOnce: false,
  });
});

Deno.test("fn() keeps what it is told", () => {
  const run = () => null;
  const options: FunctionOptions = {
    url: "https://example.org/f",
    id: 7,
    method: "PUT",
    timeout: "2s",
    retry: { attempts: 5, firstDelay: "1s", factor: 3, maxDelay: "1m" },
    time: lognormal("1s", "2s"),
    payload: "args",
    priority: -1.5,
    headers: { authorization: "Bearer x" },
    run,
  };
  assertEquals(fn("f", options), {
    name: "f",
    url: "https://example.org/f",
    id: 7,
    method: "PUT",
    timeoutMs: 2000,
    retry: { attempts: 5, firstDelayMs: 1000, factor: 3, maxDelayMs: 60_000 },
    time: { kind: "lognormal", medianMs: 1000, p99Ms: 2000 },
    payload: "args",
    priority: -1.5,
    atMostOnce: false,
    headers: { authorization: "Bearer x" },
    run,
  });
});

Deno.test("fn() takes a duration for the time that a function always needs", () => {
  assertEquals(fn("f", { time: "1.5s" }).time, { kind: "constant", ms: 1500 });
  assertEquals(fn("f", { time: 20 }).time, { kind: "constant", ms: 20 });
});

Deno.test("fn() keeps where it is on several platforms, and that nobody waits for it", () => {
  const urls = { edge: "https://example.org/f", aws: "lambda:eu-central-1:resize:prod" };
  const spec = fn("f", { urls, background: true });
  assertEquals([spec.url, spec.urls, spec.background], [undefined, urls, true]);
  assert(!("background" in fn("f", { background: false })));
});

Deno.test("parseOpenWhiskUrl() reads host, namespace, package and action, and nothing that would lead elsewhere", () => {
  assertEquals(parseOpenWhiskUrl("openwhisk://ow.example.com:444/guest/images/resize"), {
    host: "ow.example.com:444",
    namespace: "guest",
    action: "images/resize",
  });
  assertEquals(parseOpenWhiskUrl("openwhisk://[::1]:3233/_/hello@2"), {
    host: "[::1]:3233",
    namespace: "_",
    action: "hello@2",
  });
  for (
    const url of [
      "openwhisk://host/guest",
      "openwhisk://host/guest/",
      "openwhisk://host/guest/a/b/c",
      "openwhisk://user:key@host/guest/a",
      "openwhisk://HOST/guest/a",
      "openwhisk://host/../a",
      "openwhisk://host/guest/..",
      "openwhisk://host/guest/a?blocking=false",
      "openwhisk://host/guest/a%2fb",
      "openwhisk:guest/a",
    ]
  ) assertEquals(parseOpenWhiskUrl(url), undefined, url);
});

Deno.test("parseLambdaUrl() reads region, name and qualifier, and nothing that would lead elsewhere", () => {
  assertEquals(parseLambdaUrl("lambda:us-gov-west-1:f_1-x"), { region: "us-gov-west-1", name: "f_1-x" });
  assertEquals(parseLambdaUrl("lambda:eu-central-1:f:$LATEST"), {
    region: "eu-central-1",
    name: "f",
    qualifier: "$LATEST",
  });
  for (
    const url of [
      "lambda:",
      "lambda:us-east-1",
      "lambda:us-east-1:",
      "lambda:us-east-1:f:",
      "lambda:evil.example/:f",
      "lambda:us-east-1@evil:f",
      "lambda:us-east-1:../f",
      "lambda:us-east-1:f?x",
      "lambda:us-east-1:f:a:b",
      "LAMBDA:us-east-1:f",
      "lambda:us-east-1:f\n",
    ]
  ) assertEquals(parseLambdaUrl(url), undefined, url);
});

Deno.test("fn() refuses a URL that is there but undefined, and says what to do", () => {
  const urls = { edge: "http://h/", aws: undefined };
  for (
    const [options, what] of [[{ url: undefined }, "url"], [{ urls: undefined }, "urls"], [
      { urls },
      "urls.aws",
    ]]
  ) {
    assertRefused(
      () => fn("f", options as FunctionOptions),
      "bad-url",
      `function "f": ${what} is there, but undefined. Set the variable that the URL is read from, or leave ` +
        `${what} out to run the function on the local platform`,
    );
  }
});

Deno.test("fn() refuses a URL whose login cannot be read, and shows no login of any", () => {
  const refused: readonly (readonly [url: string, words: string])[] = [
    [
      "http://me:top%secret@a.test/f",
      'the url "http://***@a.test/f" cannot be used: its password holds a % that stands for no character. Write % as %25',
    ],
    ["https://m%ff:secret@a.test/", "its user holds a % that stands for no character"],
    ["http://me:top secret@a.test:70000/f", 'the url "http://***@a.test:70000/f" is not absolute'],
    ["me:secret@a.test/f", 'the url "***@a.test/f" is not absolute'],
    ["ftp://me:s@cret@a.test/f", 'the url "ftp://***@a.test/f" is not absolute'],
  ];
  for (const [url, words] of refused) {
    const { message } = assertThrows(() => fn("f", { url }), WorkloadError);
    assertStringIncludes(message, words);
    assert(!/secret|cret/.test(message), message);
    assertThrows(() => fn("f", { urls: { a: url } }), WorkloadError, words);
  }
  assertEquals(fn("f", { url: "http://m%25e:%C3%BC%2F@a.test/" }).url, "http://m%25e:%C3%BC%2F@a.test/");
});

Deno.test("fn() refuses options that do not exist, and names the nearest", () => {
  const misspelt: readonly (readonly [options: object, words: string])[] = [
    [{ atempts: 2 }, 'fn() has no option "atempts". Did you mean "attempts"? Its options are url, urls, '],
    [{ timeoutMs: 5 }, 'fn() has no option "timeoutMs". Did you mean "timeout"?'],
    [{ retry: { firstDelayMs: 5 } }, 'retry has no option "firstDelayMs". Did you mean "firstDelay"?'],
    [{ colour: "red" }, 'fn() has no option "colour". Its options are'],
  ];
  for (const [options, words] of misspelt) {
    const { message } = assertThrows(() => fn("f", options as FunctionOptions), WorkloadError);
    assertStringIncludes(message, `function "f": ${words}`);
  }
});

Deno.test("kindOf() tells functions that are called, served and modelled apart", () => {
  const run = () => null;
  const kinds = [
    fn("f", { url: "http://h/" }),
    fn("f", { urls: { a: "http://h/" } }),
    fn("f", { url: "http://h/", run }),
    fn("f", { run, time: lognormal("1s", "2s") }),
    fn("f", { time: lognormal("1s", "2s") }),
    fn("f"),
  ].map(kindOf);
  assertEquals(kinds, ["called", "called", "called", "served", "modelled", "modelled"]);
});

Deno.test("checkFunction() refuses a function that is served and has a URL", () => {
  assertRefused(
    () => checkFunction({ ...fn("f", { url: "http://h/" }), served: true }),
    "bad-function",
    'function "f": served is not true, or it has a URL as well. Leave one out',
  );
});

Deno.test("fn() makes one attempt where it may run at most once", () => {
  assertStrictEquals(fn("f", { atMostOnce: true }).retry.attempts, 1);
  assertRefused(
    () => fn("f", { atMostOnce: true, attempts: 2 }),
    "bad-function",
    'function "f": atMostOnce goes with attempts: 1 only',
  );
});

Deno.test("fn() names what is wrong and what to write instead", () => {
  const refused: [FunctionOptions, WorkloadErrorCode, string | RegExp][] = [
    [
      { url: "publish.com" },
      "bad-url",
      'function "f": the url "publish.com" is not absolute. Write http://host/path, https://host/path, ' +
      `${URL_SCHEMES.map(({ short }) => short).join(" or ")}, or leave it out to run on the local platform`,
    ],
    [{ url: "ftp://host/" }, "bad-url", /the url "ftp:\/\/host\/" is not absolute/],
    [{ url: "" }, "bad-url", /the url "" is not absolute/],
    [
      { method: "HEAD" as "GET" },
      "bad-function",
      'function "f": the method "HEAD" is none of GET, POST, PUT, PATCH, DELETE',
    ],
    [
      { timeout: "soon" },
      "bad-duration",
      /^function "f": timeout: Cannot read "soon" as a duration\. Write /,
    ],
    [{ timeout: 0 }, "bad-duration", /^function "f": timeout: .* must be longer than 0$/],
    [{ timeout: -5 }, "bad-duration", /^function "f": timeout: .* not between 0 and 365d$/],
    [{ attempts: 0 }, "bad-function", 'function "f": attempts is 0. Write a whole number from 1 to 100'],
    [{ attempts: 1.5 }, "bad-function", /attempts is 1\.5/],
    [{ attempts: 101 }, "bad-function", /attempts is 101/],
    [
      { retry: { factor: 0.5 } },
      "bad-function",
      'function "f": retry.factor is 0.5. Write a number from 1 to 100',
    ],
    [{ retry: { factor: NaN } }, "bad-function", /retry\.factor is NaN/],
    [{ retry: { firstDelay: "x" } }, "bad-duration", /^function "f": retry\.firstDelay: Cannot read "x"/],
    [
      { retry: { firstDelay: "2m" } },
      "bad-duration",
      'function "f": retry.firstDelay is longer than retry.maxDelay',
    ],
    [{ retry: { maxDelay: Infinity } }, "bad-duration", /^function "f": retry\.maxDelay: /],
    [
      { time: true as unknown as ReturnType<typeof lognormal> },
      "bad-function",
      /^function "f": time: Cannot use true as a time\. Write constant/,
    ],
    [{ time: "5 parsecs" }, "bad-duration", /^function "f": time: Cannot read "5 parsecs" as a duration/],
    [{ time: -1 }, "bad-duration", /^function "f": time: Cannot use the duration "-1"/],
    [{ payload: "all" as "args" }, "bad-function", 'function "f": payload is neither "event" nor "args"'],
    [{ priority: NaN }, "bad-function", 'function "f": priority is no number'],
    [{ id: 2 ** 31 }, "bad-function", 'function "f": id is no whole number of 32 bits'],
    [
      { url: "lambda:f" },
      "bad-url",
      /^function "f": the url "lambda:f" names no Lambda function\. Write lambda:/,
    ],
    [{ urls: {} }, "bad-url", /^function "f": urls are no URLs by platform/],
    [{ urls: { "a b": "http://h/" } }, "bad-url", /"a b" is no name of a platform/],
    [{ urls: { a: "h" } }, "bad-url", /^function "f": the url "h" is not absolute/],
    [{ url: "http://h/", urls: { a: "http://h/" } }, "bad-url", /both url and urls/],
    [{ background: 1 as unknown as boolean }, "bad-function", /^function "f": background is 1/],
    [{ headers: { "a b": "c" } }, "bad-function", /^function "f": headers: /],
    ...[
      ["azure", /^function "f": auth is "azure"\. Write "google", or \{ google: \{ audience/],
      [{ google: {} }, /^function "f": auth is \{"google":\{\}\}/],
      [{ google: { audience: "a b" } }, /^function "f": auth is/],
      [{ google: { audience: "a", more: 1 } }, /^function "f": auth is/],
    ].map(([auth, message]): [FunctionOptions, "bad-function", RegExp] => [
      { url: "https://h/", auth: auth as "google" },
      "bad-function",
      message as RegExp,
    ]),
    [
      { auth: "google" },
      "bad-function",
      'function "f": auth goes with an http(s) url only. Write the ' +
      "function's url, or leave auth out",
    ],
    [
      { url: "lambda:eu-central-1:f", auth: "google" },
      "bad-function",
      /auth goes with an http\(s\) url only/,
    ],
    [
      { url: "https://h/", auth: "google", headers: { Authorization: "Bearer env:T" } },
      "bad-function",
      'function "f": it has both auth and a header authorization. Leave one out',
    ],
    [
      { run: "code" as unknown as () => null },
      "bad-function",
      'function "f": run is no function. Write run: (event) => …',
    ],
  ];
  for (const [options, code, message] of refused) assertRefused(() => fn("f", options), code, message);
  assertRefused(
    () => fn("f", null as unknown as FunctionOptions),
    "bad-function",
    'function "f": fn() has options that are no object. Write { … }',
  );
});

Deno.test("checkFunction() refuses data that no builder made", () => {
  assertRefused(() => checkFunction(null), "bad-function", "a function is no object. Write fn(name, { … })");
  const base = fn("f");
  assertRefused(
    () => checkFunction({ ...base, timeoutMs: "5s" }),
    "bad-duration",
    'function "f": timeoutMs is no number. Write it in milliseconds',
  );
  assertRefused(() => checkFunction({ ...base, retry: undefined }), "bad-function", /attempts is undefined/);
  assertRefused(
    () => checkFunction({ ...base, retry: { ...base.retry, maxDelayMs: "1m" } }),
    "bad-duration",
    'function "f": retry.maxDelayMs is no number. Write it in milliseconds',
  );
  const retry = { ...base.retry, firstDelayMs: Infinity, maxDelayMs: Infinity };
  assertRefused(
    () => checkFunction({ ...base, retry }),
    "bad-duration",
    /^function "f": retry\.firstDelayMs: /,
  );
});

Deno.test("checkName() takes what stands in URLs, headers and file names", () => {
  for (const name of ["a", "publish_init", "vendor/f:1.2@x-y", "0", "x".repeat(128)]) {
    assertStrictEquals(checkName("node", name), name);
  }
  for (const name of ["", "a b", "-a", "/a", "ä", "x".repeat(129), "a\n", "__proto__", 7, null, undefined]) {
    assertRefused(
      () => checkName("node", name),
      "bad-name",
      `Cannot use ${
        JSON.stringify(name)
      } as the name of a node. Write 1 to 128 letters, digits or _ . : / @ -`,
    );
  }
});

Deno.test("isInt32() and stripUndefined() do what they say", () => {
  assert([0, -(2 ** 31), 2 ** 31 - 1].every(isInt32));
  assert([0.5, NaN, Infinity, 2 ** 31].every((value) => !isInt32(value)));
  assertEquals<object>(stripUndefined({ a: 1, b: undefined, c: null }), { a: 1, c: null });
});
