import { platformContract } from "./contract.ts";
import { BACKGROUND } from "./contract_outcomes.ts";
import { openGoogle } from "./harness.ts";

platformContract({
  name: "google",
  open: openGoogle,
  skip: [{
    test: BACKGROUND,
    reason: "at an http URL that is up to the function, which is called as any other",
  }],
});
