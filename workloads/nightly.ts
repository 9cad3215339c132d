/**
 * A nightly ETL of chains that call chains: for each table, rows are read, checked in parts by a chain of its own and
 * loaded; a report is made whether or not all tables could be loaded. The functions have real bodies:
 *
 *     sequoia functions workloads/nightly.ts                                      # in one terminal
 *     sequoia produce workloads/nightly.ts --chain nightly --arg rows=40 --wait --json
 *     sequoia consume                                                             # in another
 *
 * A table named "broken" cannot be read.
 */
import { chain, fn, type Json, lognormal, workload } from "sequoia";

interface Row {
  readonly id: number;
  readonly amount: number;
}

const tables = fn("list_tables", {
  time: lognormal("30ms", "80ms"),
  run: ({ args }): Json => (args.tables as Json | null) ?? ["orders", "customers", "stock"],
});

const read = fn("read_table", {
  time: lognormal("150ms", "400ms"),
  attempts: 2,
  run: ({ args }): Json => {
    if (args.table === "broken") throw new Error("the table broken cannot be read");
    const rows = Array.from(
      { length: Number(args.rows ?? 20) },
      (_, id) => ({ id, amount: (id * 31) % 17 - 1 }),
    );
    const half = Math.ceil(rows.length / 2);
    return { table: args.table ?? null, parts: [rows.slice(0, half), rows.slice(half)] };
  },
});

const check = fn("check_rows", {
  time: lognormal("60ms", "150ms"),
  run: ({ args }): Json =>
    (args.rows as unknown as readonly Row[]).filter(({ amount }) => amount >= 0) as unknown as Json,
});

const sum = fn("sum_rows", {
  time: lognormal("30ms", "80ms"),
  run: ({ inputs }): Json => {
    const rows = inputs.check_rows as unknown as readonly Row[];
    return { rows: rows.length, amount: rows.reduce((total, { amount }) => total + amount, 0) };
  },
});

const load = fn("load_table", {
  time: lognormal("200ms", "500ms"),
  run: ({ args, inputs }): Json => {
    const parts = inputs.part as unknown as readonly { rows: number; amount: number }[];
    return {
      table: args.table ?? null,
      rows: parts.reduce((total, { rows }) => total + rows, 0),
      amount: parts.reduce((total, { amount }) => total + amount, 0),
    };
  },
});

const report = fn("report", {
  time: lognormal("50ms", "120ms"),
  run: ({ inputs }): Json => {
    const loaded = (inputs.table as readonly { error?: string; rows?: number; amount?: number }[] | null) ??
      [];
    return {
      loaded: loaded.filter(({ error }) => error === undefined).length,
      failed: loaded.filter(({ error }) => error !== undefined).length,
      rows: loaded.reduce((total, { rows = 0 }) => total + rows, 0),
      amount: loaded.reduce((total, { amount = 0 }) => total + amount, 0),
    };
  },
});

/** Checks one part of a table. */
const part = chain("part", ({ call }) => {
  call(sum, { after: call(check, { args: { rows: "{% args.rows %}" } }) });
}, { output: "{% inputs.sum_rows %}" });

/** Reads, checks and loads one table. */
const table = chain("table", ({ call }) => {
  const rows = call(read, { name: "read", args: { table: "{% args.table %}", rows: "{% args.rows %}" } });
  const checked = call("part", { after: rows, map: "inputs.read.parts", args: { rows: "{% item %}" } });
  call(load, { name: "load", after: checked, args: { table: "{% args.table %}" } });
}, { output: "{% inputs.load %}" });

const nightly = chain("nightly", ({ call }) => {
  const listed = call(tables, { name: "list", args: { tables: "{% args.tables %}" } });
  const loaded = call("table", {
    ...{ after: listed, map: "inputs.list", concurrency: 2, onFailure: "continue" },
    args: { table: "{% item %}", rows: "{% args.rows %}" },
  });
  call(report, { after: loaded, join: "settled" });
}, { output: "{% inputs.report %}", ttl: "8h", timeLimit: "6h" });

export default workload({
  chains: [{ chain: nightly }, { chain: table, share: 0 }, { chain: part, share: 0 }],
});
