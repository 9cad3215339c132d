-- A queue as the first version of the schema had it, dumped: one instance of each state.
BEGIN TRANSACTION;
CREATE TABLE chains (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: connections remember what they have read
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    instances INTEGER NOT NULL DEFAULT 0
  ) STRICT;
INSERT INTO "chains" VALUES(1,'9505656adfd6c93d243031fe2f1294b80cc982e40ba316aecb63fcb02b59efe1','line','{"name":"line","nodes":[{"name":"first","fn":{"name":"first","method":"POST","timeoutMs":300000,"retry":{"attempts":3,"firstDelayMs":200,"factor":2,"maxDelayMs":30000},"payload":"event","atMostOnce":false},"args":{},"onFailure":"fail","after":[]},{"name":"second","fn":{"name":"second","method":"POST","timeoutMs":300000,"retry":{"attempts":3,"firstDelayMs":200,"factor":2,"maxDelayMs":30000},"payload":"event","atMostOnce":false},"args":{"name":"Ünïcode 🌲","nested":[1,{"z":1,"a":2}]},"onFailure":"fail","after":[0]},{"name":"third","fn":{"name":"third","method":"POST","timeoutMs":300000,"retry":{"attempts":3,"firstDelayMs":200,"factor":2,"maxDelayMs":30000},"payload":"event","atMostOnce":false},"args":{},"onFailure":"fail","after":[1]}]}',3);
INSERT INTO "chains" VALUES(2,'b9e374ad3302ac5fffb0872a5c0f5994edfc03f7be68520e7e1ba4ba6d4febde','single','{"name":"single","nodes":[{"name":"only","fn":{"name":"only","method":"POST","timeoutMs":300000,"retry":{"attempts":3,"firstDelayMs":200,"factor":2,"maxDelayMs":30000},"payload":"event","atMostOnce":false},"args":{},"onFailure":"fail","after":[]}]}',2);
CREATE TABLE commands (seq INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL) STRICT;
CREATE TABLE consumers (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    beat INTEGER NOT NULL DEFAULT 0,
    lease_ms REAL NOT NULL
  ) STRICT;
CREATE TABLE counts (state TEXT PRIMARY KEY, instances INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "counts" VALUES('cancelled',0);
INSERT INTO "counts" VALUES('completed',1);
INSERT INTO "counts" VALUES('failed',1);
INSERT INTO "counts" VALUES('queued',3);
INSERT INTO "counts" VALUES('running',0);
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
INSERT INTO "instances" VALUES(1,'01KDVDNA008CXDASW3AXYCDP11',1,'completed',NULL,0,NULL,'{"tenant":"acme"}',1767225600000.0,2.0,1.0,NULL,1767312000000.0,NULL,'{"third":"c"}');
INSERT INTO "instances" VALUES(2,'01KDVDNA018HW2KG4HD5ESMWVS',1,'failed',NULL,0,NULL,'{"tenant":"acme"}',1767225600001.0,2.0,1.0,NULL,1767312000000.0,'HTTP 404','null');
INSERT INTO "instances" VALUES(3,'01KDVDNA02SCB1E93KADBP2956',1,'queued',NULL,1,NULL,'{"tenant":"acme"}',1767225600002.0,2.0,1.0,NULL,NULL,NULL,NULL);
INSERT INTO "instances" VALUES(4,'01KDVDNA00AS7YJD2273WHK2MH',2,'queued',NULL,0,NULL,NULL,1767225600000.0,0.0,1.0,NULL,NULL,NULL,NULL);
INSERT INTO "instances" VALUES(5,'01KDVDNA016X4DPRVCYJFRNFZA',2,'queued',NULL,0,NULL,NULL,1767225600001.0,0.0,1.0,NULL,NULL,NULL,NULL);
CREATE TABLE records (
    key INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    output TEXT,
    reason TEXT
  ) STRICT;
INSERT INTO "records" VALUES(65536,'ok',1,'1',NULL);
INSERT INTO "records" VALUES(65537,'ok',1,'2',NULL);
INSERT INTO "records" VALUES(65538,'ok',1,NULL,NULL);
INSERT INTO "records" VALUES(131072,'ok',1,'1',NULL);
INSERT INTO "records" VALUES(131073,'failed',1,NULL,'it did not work');
INSERT INTO "records" VALUES(196608,'ok',1,'{"kept":["ü",1]}',NULL);
CREATE INDEX by_state ON instances (state, owner);
COMMIT;
PRAGMA application_id = 1399943009;
PRAGMA user_version = 1;
