import { platformContract } from "./contract.ts";
import { openLambda } from "./harness.ts";

platformContract({ name: "lambda", open: openLambda });
