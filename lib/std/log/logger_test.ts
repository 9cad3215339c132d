import { assert, assertEquals, assertThrows } from "@std/assert";
import { BaseHandler } from "@std/log/base-handler";
import { type LevelName, LogLevels } from "@std/log/levels";
import { Logger, LogRecord } from "@std/log/logger";

class Lines extends BaseHandler {
  readonly lines: string[] = [];
  override log(line: string): void {
    this.lines.push(line);
  }
}

function logger(level: LevelName): { log: Logger; lines: string[] } {
  const handler = new Lines("NOTSET");
  return { log: new Logger("l", level, { handlers: [handler] }), lines: handler.lines };
}

Deno.test("Logger passes on what is of its level or above", () => {
  const { log, lines } = logger("WARN");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  log.critical("e");
  assertEquals(lines, ["WARN c", "ERROR d", "CRITICAL e"]);
});

Deno.test("Logger gives messages back, logged or not", () => {
  const { log } = logger("INFO");
  const thing = { a: 1 };
  assert(log.info(thing) === thing);
  assert(log.debug(thing) === thing);
});

Deno.test("Logger makes a message only if it is logged", () => {
  const { log, lines } = logger("INFO");
  let made = 0;
  const make = () => `made ${++made}`;
  assertEquals(log.debug(make), undefined);
  assertEquals(made, 0);
  assertEquals(log.info(make), "made 1");
  assertEquals(lines, ["INFO made 1"]);
});

const CASES: readonly [unknown, string][] = [
  [1.5, "1.5"],
  [null, "null"],
  [undefined, "undefined"],
  [7n, "7"],
  [Symbol("s"), "Symbol(s)"],
  [{ on: "fire", at: { m: 1 } }, '{"on":"fire","at":{"m":1}}'],
  [["a", 1], '{"0":"a","1":1}'],
];

for (const [message, text] of CASES) {
  Deno.test(`Logger puts ${Deno.inspect(message)} in words`, () => {
    const { log, lines } = logger("INFO");
    log.info(() => message);
    assertEquals(lines, [`INFO ${text}`]);
  });
}

Deno.test("Logger logs an error with its stack", () => {
  const { log, lines } = logger("INFO");
  const error = new RangeError("too far");
  log.error(error);
  assertEquals(lines, [`ERROR ${error.stack}`]);
});

Deno.test("Logger hands args to the handlers", () => {
  const records: LogRecord[] = [];
  const handler = new Lines("NOTSET", { formatter: (record) => (records.push(record), "") });
  new Logger("mine", "INFO", { handlers: [handler] }).warn("m", 1, { a: 2 });
  const [{ msg, args, level, levelName, loggerName }] = records as [LogRecord];
  assertEquals({ msg, args, level, levelName, loggerName }, {
    msg: "m",
    args: [1, { a: 2 }],
    level: 30,
    levelName: "WARN",
    loggerName: "mine",
  });
});

Deno.test("Logger changes its level by number or name, and refuses others", () => {
  const { log } = logger("INFO");
  log.level = LogLevels.ERROR;
  assertEquals(log.levelName, "ERROR");
  log.levelName = "DEBUG";
  assertEquals(log.level, 10);
  assertThrows(() => log.level = 7 as 10, TypeError, "Invalid log level: 7");
  assertThrows(() => log.levelName = "LOUD" as LevelName, Error, "no level named LOUD");
});

Deno.test("LogRecord does not change", () => {
  const args = [1];
  const record = new LogRecord({ msg: "m", args, level: LogLevels.INFO, loggerName: "l" });
  args.push(2);
  record.args.push(3);
  assertEquals(record.args, [1]);
  const before = record.datetime.getTime();
  record.datetime.setTime(0);
  assertEquals(record.datetime.getTime(), before);
});
