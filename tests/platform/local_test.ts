import { platformContract } from "./contract.ts";
import { NOBODY } from "./contract_connections.ts";
import { MISSING } from "./contract_outcomes.ts";
import { TEXTS, URLS } from "./contract_requests.ts";
import { openLocal } from "./harness.ts";

platformContract({
  name: "local",
  open: openLocal,
  skip: [
    { test: URLS, reason: "its functions have no URLs" },
    { test: TEXTS, reason: "a body answers a value, which goes out as JSON" },
    { test: MISSING, reason: "a function waits for a server that has its body" },
    { test: NOBODY, reason: "a function waits until somebody listens" },
  ],
});
