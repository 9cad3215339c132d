import { counted, formatDuration, grouped, pauseName } from "../../lib/model/mod.ts";
import {
  holdWords,
  type LiveConsumer,
  type LiveRow,
  type LiveView,
  type WindowPercentiles,
} from "../../lib/live/mod.ts";
import { limitWords } from "../words/consumer_words.ts";
import { fitting } from "../shell/live_terminal.ts";
import { cut, textTable } from "../shell/text_table.ts";
import { visiblePlain } from "../shell/visible.ts";
import { orderOf, ORDERS, type State, type Table } from "./state.ts";

/** The size of a screen, in signs. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The circumstances of a screen. */
export interface Around {
  /** The queue, in words. */
  readonly queue: string;
  /** The present instant, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Whether keys are read: the last line names them then. */
  readonly hasKeys: boolean;
}

/** One line of the screen. */
export interface Line {
  readonly text: string;
  /** The way it is shown where there may be colours. (Default: plain) */
  readonly style?: "head" | "alert" | "faint";
}

/** A view that is older than this has no successor, as the queue cannot be read, in milliseconds. */
const STALE_MS = 3500;
/** Rows of the table that are kept free for consumers, at most. */
const MOST_CONSUMERS = 4;
/** Most lines about what keeps calls from starting. */
const MOST_HOLDS = 3;
/** A name takes no more columns than this in a screen of 80, so that the numbers beside it are seen. */
const LONGEST_NAME = 28;

/** The first screen of the page, as lines that fit: the state of the queue, a table by chain, function or label, and the consumers. */
export function screenOf(view: LiveView, state: State, { columns, rows }: Size, around: Around): Line[] {
  const alerts = alertsIn(view, around);
  const keys: Line[] = around.hasKeys && rows > 5 ? [{ text: keyWords(view, state), style: "faint" }] : [];
  const head: Line[] = [
    { text: `${around.queue}  ${counted(view.consumers.length, "consumer")}`, style: "head" },
    ...alerts.map((text) => ({ text, style: "alert" as const })),
    ...summary(view).map((text) => ({ text })),
    { text: "" },
  ];
  const left = rows - head.length - keys.length;
  const consumers = left > 10 ? consumerLines(view.consumers, columns) : [];
  const table = tableLines(view, state, columns, left - consumers.length);
  const lines = [...head, ...table, ...consumers].slice(0, rows - keys.length);
  while (keys.length > 0 && lines.length < rows - 1) lines.push({ text: "" });
  return [...lines, ...keys].slice(0, Math.max(1, rows)).map(({ text, ...style }) => ({
    text: cut(visiblePlain(text), columns), // spaces between columns stay
    ...style,
  }));
}

/** The numbers of the whole queue, most important first. */
function summary(view: LiveView): string[] {
  const { depth, limit, inFlight, ready, callsPerS, throttledPerS, completedPerS, failedPerS, queueingMs } =
    view;
  const { delayed, queued, completed, failed, cancelled } = depth;
  return [
    [
      `in flight ${grouped(inFlight)}${limit === undefined ? "" : ` of ${grouped(limit)}`}`,
      `ready ${grouped(ready)}`,
      `queued ${grouped(queued)}`,
      delayed > 0 && `delayed ${grouped(delayed)}`,
    ],
    [
      `calls ${rate(callsPerS)}/s`,
      `throttled ${rate(throttledPerS)}/s`,
      `completed ${rate(completedPerS)}/s`,
      `failed ${rate(failedPerS)}/s`,
    ],
    [
      `ended: completed ${grouped(completed)}`,
      `failed ${grouped(failed)}`,
      cancelled > 0 && `cancelled ${grouped(cancelled)}`,
    ],
    [`queueing, last minute: ${windowWords(queueingMs.minute)}`],
    [`queueing, last hour:   ${windowWords(queueingMs.hour)}`],
  ].map((words) => words.filter((each) => each !== false).join("  "));
}

function windowWords({ p50, p90, p99, n }: WindowPercentiles): string {
  if (n === 0) return "none";
  return `p50 ${time(p50)}  p90 ${time(p90)}  p99 ${time(p99)}  of ${counted(n, "call")}`;
}

function alertsIn({ atMs, settings, consumers, depth, holds }: LiveView, { nowMs, queue }: Around): string[] {
  const { pauses, failedPolicy } = settings, silentMs = nowMs - atMs;
  const open = depth.queued + depth.running;
  return [
    silentMs > STALE_MS &&
    `No news for ${formatDuration(Math.round(silentMs / 1000) * 1000)}: cannot read ${queue}`,
    consumers.length === 0 && open > 0 && `No consumer is there, and ${counted(open, "instance")} wait`,
    pauses.length > 0 && `Paused: ${pauses.map(pauseName).join(", ")}`,
    ...holds.filter(({ ready, ...pause }) => ready !== undefined && pauseName(pause) !== "everything")
      .slice(0, MOST_HOLDS).map((hold) => `Waits: ${holdWords(hold)}`),
    failedPolicy !== undefined && `The policy ${failedPolicy.name} has failed: ${failedPolicy.reason}`,
  ].filter((words) => words !== false).map((words) => fitting(words, Infinity));
}

interface Column {
  readonly head: string;
  cell(row: LiveRow): string;
}

/** The columns of the table, those last that a narrow screen goes without first. */
const COLUMNS: readonly Column[] = [
  { head: "in flight", cell: ({ running }) => grouped(running) },
  { head: "ready", cell: ({ ready }) => grouped(ready) },
  { head: "calls/s", cell: ({ callsPerS }) => rate(callsPerS) },
  { head: "p99", cell: ({ queueingMs }) => queueingMs === undefined ? "" : time(queueingMs.p99) },
  { head: "share", cell: ({ share }) => `${Math.round(share * 100)}%` },
  { head: "failed/s", cell: ({ failedPerS }) => rate(failedPerS) },
  { head: "p50", cell: ({ queueingMs }) => queueingMs === undefined ? "" : time(queueingMs.p50) },
  { head: "throttled/s", cell: ({ throttledPerS }) => rate(throttledPerS) },
];

function tableLines(view: LiveView, state: State, columns: number, rows: number): Line[] {
  if (rows < 2) return [];
  const all = [...rowsOf(view, state.table)].sort(orderOf(state.order));
  const skipped = Math.min(state.skipped, Math.max(0, all.length - 1));
  const shown = all.slice(skipped, skipped + rows - 2);
  const what = titleOf(view, state.table);
  const nameColumns = Math.max(8, Math.min(LONGEST_NAME + Math.max(0, columns - 80), columns - 12));
  const cells = [
    [what, ...COLUMNS.map(({ head }) => head)],
    ...shown.map((row) => [nameOf(row, nameColumns), ...COLUMNS.map(({ cell }) => cell(row))]),
  ];
  let kept = COLUMNS.length + 1, lines = table(cells, kept);
  while (kept > 2 && Math.max(...lines.map(({ length }) => length)) > columns) lines = table(cells, --kept);
  const hidden = all.length - shown.length;
  return [
    ...lines.map((text, i): Line => i === 0 ? { text, style: "head" } : { text }),
    { text: hidden === 0 ? "" : `… ${hidden} more`, style: "faint" },
  ];
}

function table(cells: readonly (readonly string[])[], kept: number): string[] {
  return textTable(cells.map((row) => row.slice(0, kept)), COLUMNS.map((_, i) => i + 1));
}

/** A name as it is shown: the rest is told from a chain that is called other. */
function nameOf({ name, isRest }: LiveRow, columns: number): string {
  return isRest ? "(all others)" : name === "" ? "(none)" : fitting(name, columns);
}

function rowsOf(view: LiveView, table: Table): readonly LiveRow[] {
  if (table === "chains") return view.byChain;
  return table === "functions" ? view.byFunction : view.byLabel?.rows ?? [];
}

function titleOf({ byLabel }: LiveView, table: Table): string {
  if (table === "chains") return "chain";
  return table === "functions"
    ? "function"
    : fitting(byLabel?.label ?? "no label is told apart", LONGEST_NAME);
}

function consumerLines(consumers: readonly LiveConsumer[], columns: number): Line[] {
  if (consumers.length === 0) return [];
  const shown = consumers.slice(0, MOST_CONSUMERS), hidden = consumers.length - shown.length;
  const cells = shown.map(({ host, pid, running, limit, ready, callsPerS, policy, limits }) => [
    fitting(`${host} ${pid}`, LONGEST_NAME),
    limit === undefined ? grouped(running) : `${grouped(running)} of ${grouped(limit)}`,
    grouped(ready),
    rate(callsPerS),
    fitting(policy, LONGEST_NAME),
    fitting(limitWords(limits), columns),
  ]);
  const lines = textTable([["consumer", "in flight", "ready", "calls/s", "policy", "limits"], ...cells], [
    1,
    2,
    3,
  ]);
  return [
    ...lines.map((text, i): Line => i === 0 ? { text, style: "head" } : { text }),
    ...hidden === 0 ? [] : [{ text: `… ${hidden} more`, style: "faint" as const }],
  ];
}

function keyWords({ byLabel }: LiveView, { order }: State): string {
  const label = byLabel === undefined ? "" : `  l ${fitting(byLabel.label, LONGEST_NAME)}`;
  return `q quit  c chains  f functions${label}  s sort (${ORDERS[order]})  j k scroll`;
}

/** A rate: two digits below ten. */
function rate(perS: number): string {
  return perS === 0 ? "0" : perS < 10 ? perS.toFixed(1) : grouped(Math.round(perS));
}

/** A queueing time: no finer than it is known. */
function time(ms: number): string {
  return ms < 1 ? "<1ms" : formatDuration(Number(ms.toPrecision(2)));
}
