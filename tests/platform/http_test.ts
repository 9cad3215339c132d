import { platformContract } from "./contract.ts";
import { BACKGROUND } from "./contract_outcomes.ts";
import { openHttp } from "./harness.ts";

platformContract({
  name: "http",
  open: openHttp,
  skip: [{
    test: BACKGROUND,
    reason: "at an http URL that is up to the function, which is called as any other",
  }],
});
