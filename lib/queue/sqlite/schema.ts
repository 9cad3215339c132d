/** "Sqoa": tells our files from other SQLite databases. */
export const APPLICATION_ID = 0x53716f61;

/**
 * The steps from each version of the schema to the next; the first one makes it out of nothing. Steps that have been
 * released never change.
 *
 * - An instance's `owner` is the consumer that holds it, else NULL; `by_state` serves handing out (oldest first), holding,
 *   listing and purging alike. A called instance waits under the owner 0 until it is handed out with its caller.
 * - A record's key is its instance's `seq` × 65,536 + its node: writing in order and reading by range without another index.
 * - Records of a map's items stand apart, under the key of their node's record and their number: few chains have any, and
 *   those without pay nothing.
 * - `counts` and `chains.instances` are kept with each change, as counting millions of rows takes too long.
 * - A consumer lives as long as its `beat` goes on: clocks are not compared, see lease.ts. It has a row from its first pull
 *   on until it ends, or others have seen no beat of it for `lease_ms`.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE chains (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: connections remember what they have read
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    instances INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE instances (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chain INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    owner INTEGER,
    resumed INTEGER NOT NULL DEFAULT 0, -- it may have records
    cancel TEXT,                        -- why its holder is to end it
    labels TEXT,
    submitted_at_ms REAL NOT NULL,
    priority REAL NOT NULL,
    weight REAL NOT NULL,
    deadline_ms REAL,
    ended_at_ms REAL,
    reason TEXT,
    output TEXT
  ) STRICT;
  CREATE INDEX by_state ON instances (state, owner);
  CREATE TABLE records (
    key INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    output TEXT,
    reason TEXT
  ) STRICT;
  CREATE TABLE counts (state TEXT PRIMARY KEY, instances INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counts VALUES ('queued', 0), ('running', 0), ('completed', 0), ('failed', 0), ('cancelled', 0);
  CREATE TABLE consumers (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    beat INTEGER NOT NULL DEFAULT 0,
    lease_ms REAL NOT NULL
  ) STRICT;
  CREATE TABLE commands (seq INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL) STRICT;
`,
  `
  ALTER TABLE instances ADD COLUMN args TEXT;
  ALTER TABLE instances ADD COLUMN parent TEXT;
  ALTER TABLE instances ADD COLUMN caller INTEGER; -- the seq of the instance that called it
  ALTER TABLE instances ADD COLUMN abort INTEGER NOT NULL DEFAULT 0; -- its calls end when it is cancelled
  CREATE INDEX by_caller ON instances (caller) WHERE caller IS NOT NULL;
  CREATE TABLE pauses (seq INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, pause TEXT NOT NULL) STRICT;
  ALTER TABLE records ADD COLUMN ended_at_ms REAL;
  ALTER TABLE records ADD COLUMN run_ms REAL;
  CREATE TABLE items (
    record INTEGER NOT NULL,
    item INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    output TEXT,
    reason TEXT,
    ended_at_ms REAL,
    run_ms REAL,
    PRIMARY KEY (record, item)
  ) STRICT, WITHOUT ROWID;
`,
  // Chains say of their functions whether they are served. A program that does not know of that would model these.
  "",
  `
  ALTER TABLE instances ADD COLUMN generations TEXT; -- of its nodes, as a JSON list; NULL: none has been begun again
`,
  // Lets a consumer that holds enough of some kinds find the others behind them.
  `
  ALTER TABLE instances ADD COLUMN kind TEXT GENERATED ALWAYS AS (chain || ' ' || ifnull(labels, '')) VIRTUAL;
  CREATE INDEX by_kind ON instances (kind) WHERE state = 'queued' AND owner IS NULL;
`,
  // A queued instance may have a cancel: it is only to be undone. A program that does not know of that would go on with it.
  "",
  // Rows that are given back may stand under the name of what they wait for, apart from those that may go on, see
  // queued_rows.ts; and rows that are only to be undone stand apart from all.
  `
  DROP INDEX by_kind;
  ALTER TABLE instances DROP COLUMN kind;
  ALTER TABLE instances ADD COLUMN waits_for TEXT; -- without spaces
  ALTER TABLE instances ADD COLUMN kind TEXT GENERATED ALWAYS AS (
    iif(cancel IS NULL, ifnull('~' || waits_for || ' ', ''), '} ') || chain || ' ' || ifnull(labels, '')
  ) VIRTUAL;
  CREATE INDEX by_kind ON instances (kind) WHERE state = 'queued' AND owner IS NULL;
`,
  `
  ALTER TABLE consumers ADD COLUMN record TEXT; -- a ConsumerRecord as JSON; NULL: it has written none yet
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID; -- the values are JSON
`,
  // Instances wait in a state of their own until they are due, so that whatever looks for what is queued does not come to them.
  `
  ALTER TABLE instances ADD COLUMN due_at_ms REAL; -- NULL: it was to begin at once
  CREATE INDEX by_due ON instances (due_at_ms) WHERE state = 'delayed';
  INSERT INTO counts VALUES ('delayed', 0);
`,
  `
  CREATE TABLE deployed (
    name TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    content TEXT NOT NULL, -- the chain and its defaults as JSON
    deployed_at_ms REAL NOT NULL
  ) STRICT;
`,
  // The trace of whoever submitted an instance; NULL: it has one of its own.
  `
  ALTER TABLE instances ADD COLUMN traceparent TEXT;
  ALTER TABLE instances ADD COLUMN tracestate TEXT;
`,
  // The outbox: the end of an instance, however it comes, and the callback for it stand in one transaction. Each path that ends
  // instances writes it: a trigger makes every end take twice as long.
  `
  ALTER TABLE instances ADD COLUMN callback TEXT; -- as JSON, with the origin of its URL; NULL: none is to be told
  CREATE TABLE callbacks (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    instance TEXT NOT NULL,
    chain TEXT NOT NULL,
    labels TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    output TEXT,
    submitted_at_ms REAL NOT NULL,
    ended_at_ms REAL NOT NULL,
    callback TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', -- or delivered, given-up
    owner INTEGER,                         -- the consumer that delivers it now
    attempts INTEGER NOT NULL DEFAULT 0,
    at_ms REAL NOT NULL DEFAULT 0,         -- when it is due; of one that is settled, when it was
    since_ms REAL NOT NULL,                -- from when on the time counts after which it is given up
    failure TEXT                           -- why the last attempt has failed
  ) STRICT;
  CREATE INDEX callbacks_due ON callbacks (origin, at_ms) WHERE state = 'waiting' AND owner IS NULL;
  CREATE INDEX callbacks_held ON callbacks (owner) WHERE owner IS NOT NULL;
  CREATE INDEX callbacks_settled ON callbacks (at_ms) WHERE state <> 'waiting';
  CREATE INDEX callbacks_of ON callbacks (instance);
`,
  `
  ALTER TABLE instances ADD COLUMN retried_at_ms TEXT; -- the instants of its retries, as a JSON list; NULL: none is known
`,
  // What consumers have together of rates. A program that does not know of that would start more beside them.
  `
  CREATE TABLE rates (name TEXT PRIMARY KEY, ledger TEXT NOT NULL) STRICT, WITHOUT ROWID; -- as lib/consume/rate_ledger.ts says
`,
  // Lists and counts of callbacks pass over those that were delivered, which are many.
  `
  CREATE INDEX callbacks_open ON callbacks (state) WHERE state <> 'delivered';
`,
];

/** The owner of a called instance while nobody holds its caller. */
export const WAITS_FOR_CALLER = 0;

/** The version of the schema that this program writes. */
export const VERSION = MIGRATIONS.length;
