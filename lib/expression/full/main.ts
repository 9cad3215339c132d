/** An evaluator as a program of its own, for where there is no binary that holds it. */
import { serveEvaluations } from "./serve.ts";

await serveEvaluations();
