import { platformContract } from "./contract.ts";
import { openOpenWhisk } from "./harness.ts";

platformContract({ name: "openwhisk", open: openOpenWhisk });
