import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  BaseHandler,
  ConsoleHandler,
  formatters,
  getLevelByName,
  getLevelName,
  getLogger,
  type LevelName,
  LogLevels,
  LogRecord,
  setup,
} from "@std/log";

class Lines extends BaseHandler {
  readonly lines: string[] = [];
  override log(line: string): void {
    this.lines.push(line);
  }
}

Deno.test("loggers pass on what is of their level or above, to handlers that want it", () => {
  const all = new Lines("DEBUG"),
    errors = new Lines("ERROR", { formatter: ({ levelName, msg }) => `${levelName}!${msg}` });
  setup({ handlers: { all, errors }, loggers: { default: { level: "INFO", handlers: ["all", "errors"] } } });
  const log = getLogger();
  assertEquals(log.info("as usual"), "as usual");
  log.debug("too small");
  log.warn("careful");
  log.error(new RangeError("broken").message);
  log.critical({ on: "fire" });
  assertEquals(all.lines, ["INFO as usual", "WARN careful", "ERROR broken", 'CRITICAL {"on":"fire"}']);
  assertEquals(errors.lines, ["ERROR!broken", 'CRITICAL!{"on":"fire"}']);
  setup({});
});

Deno.test("loggers make a message only if it is logged", () => {
  const all = new Lines("DEBUG");
  setup({
    handlers: { all },
    loggers: { default: { level: "INFO", handlers: ["all"] }, app: { level: "DEBUG", handlers: ["all"] } },
  });
  let made = 0;
  const make = () => `made ${++made}`;
  assertEquals(getLogger().debug(make), undefined);
  assertEquals(made, 0);
  assertEquals(getLogger("app").debug(make), "made 1");
  assertEquals(all.lines, ["DEBUG made 1"]);
  setup({});
});

Deno.test("a logger that was not set up has no handlers", () => {
  setup({});
  assertEquals(getLogger("unheard-of").handlers, []);
  assertEquals(getLogger("unheard-of") === getLogger("unheard-of"), true);
  assertEquals(getLogger().levelName, "INFO");
});

Deno.test("jsonFormatter writes level, time, message and args", () => {
  const record = (args: unknown[]) =>
    new LogRecord({ msg: "m", args, level: LogLevels.WARN, loggerName: "l" });
  const one = record([{ a: 1 }]);
  assertEquals(
    JSON.parse(formatters.jsonFormatter(one)),
    { level: "WARN", datetime: one.datetime.getTime(), message: "m", args: { a: 1 } },
  );
  assertEquals(JSON.parse(formatters.jsonFormatter(record([1, 2]))).args, [1, 2]);
  assertEquals("args" in JSON.parse(formatters.jsonFormatter(record([]))), false);
});

Deno.test("ConsoleHandler colours by level unless told not to", () => {
  const record = new LogRecord({ msg: "m", args: [], level: LogLevels.ERROR, loggerName: "l" });
  assertEquals(new ConsoleHandler("DEBUG", { useColors: false }).format(record), "ERROR m");
  if (!Deno.noColor) assertMatch(new ConsoleHandler("DEBUG").format(record), /^.\[31mERROR m.\[39m$/);
});

Deno.test("levels have names and numbers", () => {
  for (const name of Object.keys(LogLevels) as LevelName[]) {
    assertEquals(getLevelName(getLevelByName(name)), name);
  }
  assertThrows(() => getLevelByName("LOUD" as LevelName), Error, "no level named LOUD");
  assertThrows(() => getLevelName(7 as 10), Error, "no name for level: 7");
});
