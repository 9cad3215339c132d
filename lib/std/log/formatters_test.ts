import { assertEquals } from "@std/assert";
import { formatters, jsonFormatter } from "@std/log/formatters";
import { LogLevels } from "@std/log/levels";
import { LogRecord } from "@std/log/logger";

function record(args: unknown[]): LogRecord {
  return new LogRecord({ msg: 'say "m"', args, level: LogLevels.WARN, loggerName: "l" });
}

const CASES: readonly [args: unknown[], tail: string][] = [
  [[], "}"],
  [[{ a: 1 }], ',"args":{"a":1}}'],
  [[[1]], ',"args":[1]}'],
  [[1, "b"], ',"args":[1,"b"]}'],
];

for (const [args, tail] of CASES) {
  Deno.test(`jsonFormatter() writes level, time, message and ${args.length} args in this order`, () => {
    const one = record(args);
    const time = one.datetime.getTime();
    assertEquals(
      jsonFormatter(one),
      `{"level":"WARN","datetime":${time},"message":"say \\"m\\""${tail}`,
    );
  });
}

Deno.test("formatters has jsonFormatter()", () => {
  assertEquals(formatters.jsonFormatter, jsonFormatter);
});
