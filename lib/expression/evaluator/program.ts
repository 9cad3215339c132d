/**
 * The program of an evaluator, for a binary that has no file of its own for it. What evaluates in full is loaded only there.
 */
export async function serveEvaluations(): Promise<void> {
  const { serveEvaluations } = await import("../full/serve.ts");
  await serveEvaluations();
}
