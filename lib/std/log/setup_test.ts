import { assert, assertEquals } from "@std/assert";
import {
  BaseHandler,
  ConsoleHandler,
  critical,
  debug,
  error,
  getLogger,
  info,
  type LevelName,
  setup,
  warn,
} from "@std/log";

class Lines extends BaseHandler {
  readonly lines: string[] = [];
  override log(line: string): void {
    this.lines.push(line);
  }
  override setup(): void {
    this.lines.push("set up");
  }
  override destroy(): void {
    this.lines.push("destroyed");
  }
}

/** A handler in use by the default logger, and what it has written. */
function setUp(level: LevelName): string[] {
  const handler = new Lines("NOTSET");
  setup({ handlers: { handler }, loggers: { default: { level, handlers: ["handler"] } } });
  return handler.lines;
}

Deno.test("setup() gives loggers their levels and handlers", () => {
  const all = new Lines("DEBUG"), errors = new Lines("ERROR");
  setup({
    handlers: { all, errors },
    loggers: { app: { level: "WARN", handlers: ["all", "errors", "none of that name"] }, quiet: {} },
  });
  getLogger("app").info("a");
  getLogger("app").warn("b");
  getLogger("app").error("c");
  assertEquals(all.lines, ["set up", "WARN b", "ERROR c"]);
  assertEquals(errors.lines, ["set up", "ERROR c"]);
  assertEquals([getLogger("quiet").levelName, getLogger("quiet").handlers], ["INFO", []]);
  setup({});
  assertEquals(errors.lines.at(-1), "destroyed");
});

Deno.test("setup() keeps a default logger that writes to the console", () => {
  setup({});
  const { levelName, loggerName, handlers } = getLogger();
  assertEquals([levelName, loggerName, handlers.length], ["INFO", "default", 1]);
  assert(handlers[0] instanceof ConsoleHandler);
  assertEquals(handlers[0].levelName, "INFO");
});

Deno.test("getLogger() makes a logger without handlers of what was not set up, once", () => {
  setup({});
  const logger = getLogger("unheard-of");
  assertEquals([logger.levelName, logger.handlers], ["NOTSET", []]);
  assert(getLogger("unheard-of") === logger);
  assert(getLogger("") === getLogger("default"));
});

Deno.test("debug() to critical() log with the default logger", () => {
  const lines = setUp("DEBUG");
  assertEquals(debug("a"), "a");
  info("b");
  warn("c");
  error("d");
  assertEquals(critical(() => 7), 7);
  assertEquals(lines, ["set up", "DEBUG a", "INFO b", "WARN c", "ERROR d", "CRITICAL 7"]);
  setup({});
});

Deno.test("debug() to critical() make a message only if it is logged", () => {
  const lines = setUp("CRITICAL");
  const fails = (): string => {
    throw new Error("made");
  };
  for (const log of [debug, info, warn, error]) assertEquals(log(fails), undefined);
  assertEquals(critical(() => "e"), "e");
  assertEquals(lines, ["set up", "CRITICAL e"]);
  setup({});
});
