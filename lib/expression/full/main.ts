/** An evaluator as a program of its own, for where there is no binary that holds it. */
import process from "node:process";
import { serveEvaluations } from "./serve.ts";

try {
  await serveEvaluations();
} finally {
  process.kill(process.pid, "SIGKILL"); // Deno waits for ever for the thread that watches this one, and waits for requests
}
