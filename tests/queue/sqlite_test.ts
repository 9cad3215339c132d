import { queueContract } from "./contract.ts";
import { openSqlite } from "./harness.ts";

queueContract({ name: "sqlite", open: openSqlite });
