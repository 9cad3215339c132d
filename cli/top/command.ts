import { LiveQueue, type LiveView, lookAt } from "../../lib/live/mod.ts";
import { addressWords } from "../../lib/queue/mod.ts";
import { onAbort } from "../../lib/model/mod.ts";
import { type Command, COMMON, type Context, QUEUE_TIMEOUT_OPTION } from "../shell/command.ts";
import { variable } from "../shell/environment.ts";
import { UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { choice, flag, one, readOptions } from "../shell/options.ts";
import { QUEUE_OPTION } from "../options/queue_option.ts";
import { VERSION } from "../shell/version.ts";
import { clock, openQueue, queueAddress, queueNotes } from "../assembly.ts";
import { FullScreen } from "./full_screen.ts";
import { type Around, screenOf, type Size } from "./screen.ts";
import { keysIn, type Order, ORDERS, pressed, type State } from "./state.ts";

const options = {
  show: one(
    "TABLE",
    "chains, functions, or label: the one of consume --by or --metrics-label (default chains)",
    choice("chains", "functions", "label"),
  ),
  sort: one(
    "KEY",
    "load, calls, wait, failed or name (default load)",
    choice(...Object.keys(ORDERS) as [Order, ...Order[]]),
  ),
  once: flag("print the state once, as where there is no terminal"),
  ...QUEUE_OPTION,
  ...QUEUE_TIMEOUT_OPTION,
  ...COMMON,
} as const;

/** The size of what is printed where there is no terminal. */
const PRINTED: Size = { columns: 120, rows: 80 };

/** `sequoia top` */
export const command: Command = {
  usage: "[options]",
  examples: [
    ["sequoia top", "the queue at work, drawn once a second; q ends it"],
    ["sequoia top --show functions --sort wait", "functions, those first whose calls wait the longest"],
    ["sequoia top --once", "once, for a log or another program; --json has everything"],
  ],
  options,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length > 0) throw new UsageError(`top: unexpected argument "${rest[0]}". See --help`);
    const log = openLog(values);
    await using queue = await openQueue(values, {
      ...{ readOnly: true, mustExist: true, signal: context.drain, onNote: queueNotes(log) },
    });
    using live = new LiveQueue({ clock, look: () => lookAt(queue, clock), version: VERSION });
    const state: State = { table: values.show ?? "chains", order: values.sort ?? "load", skipped: 0 };
    const name = addressWords(queueAddress(values.queue));
    const around = (hasKeys: boolean): Around => ({ queue: name, nowMs: clock.wallMs(), hasKeys });
    if (values.json) return context.print(JSON.stringify(await live.now()));
    if (values.once || !Deno.stdout.isTerminal()) {
      const lines = screenOf(await live.now(), state, PRINTED, around(false));
      return lines.forEach(({ text }) => context.print(text));
    }
    const first = await live.now(); // a queue that cannot be read is told on the screen that the user has
    await show(live, first, state, around, context);
  },
};

/** Shows the state until the user leaves. */
async function show(
  live: LiveQueue,
  first: LiveView,
  given: State,
  around: (hasKeys: boolean) => Around,
  { drain }: Context,
): Promise<void> {
  const over = new AbortController();
  using stack = new DisposableStack();
  stack.defer(onAbort(drain, () => over.abort()));
  const hasKeys = Deno.stdin.isTerminal();
  const screen = stack.use(
    new FullScreen({
      size: terminalSize,
      write: (text) => void Deno.stdout.writeSync(encoder.encode(text)),
      hasColours: (variable("NO_COLOR") ?? "") === "",
    }),
  );
  let view = first, state = given;
  const draw = () => screen.draw(screenOf(view, state, terminalSize(), around(hasKeys)));
  if (hasKeys) {
    Deno.stdin.setRaw(true, { cbreak: true });
    stack.defer(() => Deno.stdin.setRaw(false));
    void eachKey((key) => {
      const next = pressed(state, key);
      if (next === "quit") return over.abort();
      state = next;
      draw();
    });
  }
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGWINCH", draw);
    stack.defer(() => Deno.removeSignalListener("SIGWINCH", draw));
  }
  void redrawing(draw, over.signal);
  draw();
  for await (const next of live.watch(over.signal)) {
    view = next;
    draw();
  }
}

const encoder = new TextEncoder();
/** Time between two drawings without news, in milliseconds: the screen says how old it is. */
const REDRAW_MS = 1000;

async function redrawing(draw: () => void, over: AbortSignal): Promise<void> {
  for (;;) {
    await clock.until(clock.nowMs() + REDRAW_MS, over);
    if (over.aborted) return;
    draw();
  }
}

/** The size of the terminal; the usual one, if it does not know its own. */
function terminalSize(): Size {
  const { columns, rows } = Deno.consoleSize();
  return { columns: columns || 80, rows: rows || 24 };
}

/** Calls back with each key; a terminal that has gone sends none. */
async function eachKey(press: (key: string) => void): Promise<void> {
  const bytes = new Uint8Array(64), decoder = new TextDecoder();
  try {
    for (let read = await Deno.stdin.read(bytes); read !== null; read = await Deno.stdin.read(bytes)) {
      for (const key of keysIn(decoder.decode(bytes.subarray(0, read), { stream: true }))) press(key);
    }
  } catch {
    // it was closed
  }
}
