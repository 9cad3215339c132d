import { Buffer } from "node:buffer";
import { parseJson } from "../../model/mod.ts";
import type { Kind, LabelKind, PullBounds } from "../queue.ts";
import { PullBudget } from "../weight.ts";
import { withCalled } from "./called.ts";
import type { ChainTable } from "./chains.ts";
import type { Database } from "./database.ts";
import { labelsText, recordsLength } from "./rows.ts";

const COLUMNS = "seq, kind, resumed, labels, ifnull(octet_length(args), 0) AS length";
/** Their kinds are not asked for: each is put together from two columns. */
const OLDEST = `
  SELECT seq, '' AS kind, resumed, labels, ifnull(octet_length(args), 0) AS length FROM instances WHERE state = 'queued' AND owner IS NULL ORDER BY seq LIMIT ?`;
const BY_KIND =
  `SELECT ${COLUMNS} FROM instances INDEXED BY by_kind WHERE state = 'queued' AND owner IS NULL`;
const BETWEEN = `${BY_KIND} AND kind > ? AND kind < ? ORDER BY kind, seq LIMIT ?`;
const OF_KIND = `${BY_KIND} AND kind = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`;
const SET_ASIDE = "UPDATE instances SET waits_for = ? WHERE seq IN (SELECT value FROM json_each(?))";
/** Most rows that one search puts under the name of what they wait for: others write as well. */
const MOST_ASIDE = 5000;
const BEFORE_ALL = "", BEHIND_ALL = "\x7f";

interface QueuedRow {
  readonly seq: number;
  readonly kind: string;
  readonly resumed: number;
  /** As JSON; null: none. */
  readonly labels: string | null;
  readonly length: number;
}

/** Kinds that are passed over, in the order of the index: all that lie strictly between are not. */
interface Gap {
  readonly from: string;
  readonly to: string;
}

/**
 * The row that was taken last while something was passed over. Rows of its kind have their turn up to the number `upTo`: later
 * rows have the next one, or a kind that gets more and more rows would have all turns.
 */
interface Last {
  readonly kind: string;
  readonly seq: number;
  readonly upTo: number;
}

/** Rows in the order in which they are taken: those between two kinds, or of one kind between two numbers. */
type Stretch = { readonly above: string; readonly below: string } | {
  readonly kind: string;
  readonly after: number;
  readonly upTo: number;
};

/**
 * The queued rows that may be handed out, as one connection finds them: the oldest, as long as nothing is passed over. Else the
 * oldest would only be found by reading all of them, so the rows of one kind come after those of the other. Each search goes
 * on behind what was taken last, and around: whoever pulls again and again comes to every kind.
 */
export class QueuedRows {
  readonly #db: Database;
  readonly #chains: ChainTable;
  #last: Last = { kind: BEFORE_ALL, seq: 0, upTo: 0 };
  /** Number of rows that the last search has put under the names of what they wait for: there may be others behind them. */
  setAside = 0;

  constructor(db: Database, chains: ChainTable) {
    this.#db = db;
    this.#chains = chains;
  }

  /** Whether there is anything to take; much cheaper than a transaction. */
  any({ passOver = [] }: PullBounds): boolean {
    return this.#rows(passOver, 1).length > 0;
  }

  /**
   * Rows to take: at most `max`, and no more than are as long together as the bounds say. Their texts are not read for that, as
   * SQLite keeps the length of each beside it.
   */
  take(max: number, { maxCharacters, passOver = [] }: PullBounds): number[] {
    const budget = new PullBudget(max, maxCharacters);
    const seqs: number[] = [];
    for (const row of this.#apart(passOver, max)) {
      if (!budget.takes(row.resumed === 0 ? row.length : row.length + resumedLength(this.#db, row.seq))) {
        break;
      }
      seqs.push(row.seq);
      if (passOver.length > 0) this.#goOn(row);
    }
    return seqs;
  }

  #goOn({ kind, seq }: QueuedRow): void {
    const { kind: before, seq: after, upTo } = this.#last;
    const isNext = kind === before && seq > after && seq <= upTo;
    this.#last = { kind, seq, upTo: isNext ? upTo : lastSeq(this.#db) };
  }

  /** Rows to take. Those that are passed over by their labels are put under the name of what they wait for. */
  #apart(passOver: readonly Kind[], max: number): QueuedRow[] {
    this.setAside = 0;
    const byLabel = passOver.filter((kind) => "label" in kind);
    if (byLabel.length === 0) return this.#rows(passOver, max);
    const rows: QueuedRow[] = [];
    while (rows.length === 0 && this.setAside < MOST_ASIDE) {
      const found = this.#rows(passOver, Math.max(max, MOST_ASIDE / 5));
      const named = Map.groupBy(found, ({ kind, labels }) => nameFor(byLabel, kind, labels));
      rows.push(...(named.get(undefined) ?? []).slice(0, max));
      named.delete(undefined);
      if (named.size === 0) break;
      for (const [waitsFor, those] of named) {
        this.#db.run(SET_ASIDE, nameOf(waitsFor!), JSON.stringify(those.map(({ seq }) => seq)));
        this.setAside += those.length;
      }
    }
    return rows;
  }

  #rows(passOver: readonly Kind[], max: number): QueuedRow[] {
    if (passOver.length === 0) return this.#db.all<QueuedRow>(OLDEST, max);
    const rows: QueuedRow[] = [];
    for (const stretch of stretches(this.#gaps(passOver), this.#last)) {
      if (rows.length >= max) break;
      rows.push(...this.#read(stretch, max - rows.length));
    }
    return rows;
  }

  #read(stretch: Stretch, max: number): QueuedRow[] {
    if ("above" in stretch) return this.#db.all<QueuedRow>(BETWEEN, stretch.above, stretch.below, max);
    return this.#db.all<QueuedRow>(OF_KIND, stretch.kind, stretch.after, stretch.upTo, max);
  }

  #gaps(kinds: readonly Kind[]): Gap[] {
    const gaps = kinds.map((kind) => this.#gapOf(kind)).filter((gap) => gap !== undefined);
    const apart: Gap[] = []; // all of a chain may be named, and some of it, or a kind twice
    for (const gap of gaps.sort((a, b) => compare(a.from, b.from))) {
      const before = apart.at(-1);
      if (before === undefined || compare(gap.from, before.to) > 0) apart.push(gap);
      else if (compare(gap.to, before.to) > 0) apart[apart.length - 1] = { from: before.from, to: gap.to };
    }
    return apart;
  }

  /**
   * Kinds begin with the number of a chain and a space, before it with `~`, the name of what they wait for, and a space. Rows
   * that are only to be undone, `}`, are never passed over.
   */
  #gapOf(kind: Kind): Gap | undefined {
    if ("label" in kind) return undefined;
    if ("waitsFor" in kind) return prefixGap(`~${nameOf(kind.waitsFor)}`);
    const key = this.#chains.knownKey(kind.chain);
    if (key === undefined) return undefined; // nothing of it has been handed out yet
    if (kind.labels === undefined) return prefixGap(`${key}`);
    const one = `${key} ${labelsText(kind.labels) ?? ""}`;
    return { from: one, to: one };
  }
}

/** The name under which a row is put; undefined: it may be taken, has such a name already, or is only to be undone. */
function nameFor(kinds: readonly LabelKind[], kind: string, labels: string | null): string | undefined {
  if (labels === null || kind.startsWith("~") || kind.startsWith("}")) return undefined;
  const values = (parseJson(labels)?.value ?? {}) as Record<string, string>; // what was edited by hand is looked at when it is taken
  return kinds.find(({ label: { name, value } }) => Object.hasOwn(values, name) && values[name] === value)
    ?.waitsFor;
}

/** The number of the latest instance. */
export function lastSeq(db: Database): number {
  return db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM instances")?.seq ?? 0;
}

/** The name of what an instance waits for, as it is stored: without spaces. */
export function nameOf(waitsFor: string): string {
  return encodeURIComponent(waitsFor.toWellFormed());
}

/** All kinds that begin with a text and a space: no kind is that text with an exclamation mark, as that has no space behind. */
function prefixGap(prefix: string): Gap {
  return { from: `${prefix} `, to: `${prefix}!` };
}

/** Texts as SQLite orders them, by their UTF-8. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The stretches between the gaps, from the last row on, and around to it. */
function stretches(gaps: readonly Gap[], last: Last): Stretch[] {
  const between = [{ from: BEFORE_ALL, to: BEFORE_ALL }, ...gaps].map(({ to }, i) => ({
    above: to,
    below: gaps[i]?.from ?? BEHIND_ALL,
  }));
  const at = between.findIndex(({ above, below }) =>
    compare(above, last.kind) < 0 && compare(last.kind, below) < 0
  );
  if (at < 0) { // it is passed over now, or nothing was taken yet
    const next = between.findIndex(({ below }) => compare(last.kind, below) < 0);
    return [...between.slice(next), ...between.slice(0, next)];
  }
  const { above, below } = between[at]!, { kind, seq, upTo } = last;
  return [
    { kind, after: seq, upTo },
    { above: kind, below },
    ...between.slice(at + 1),
    ...between.slice(0, at),
    { above, below: kind },
    { kind, after: 0, upTo: seq },
    { kind, after: upTo, upTo: Number.MAX_SAFE_INTEGER },
  ];
}

/** The length of an instance's records, and of the instances that it has called with their records, in bytes. */
function resumedLength(db: Database, seq: number): number {
  const tree = withCalled(db, [seq]);
  const sql = `
    SELECT ifnull(sum(ifnull(octet_length(args), 0) + ifnull(octet_length(output), 0)), 0) AS length FROM instances
    WHERE seq IN (SELECT value FROM json_each(?)) AND seq <> ?`;
  const { length } = db.get<{ length: number }>(sql, JSON.stringify(tree), seq)!;
  return tree.reduce((sum, each) => sum + recordsLength(db, each), length);
}
