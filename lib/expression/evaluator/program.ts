/**
 * The program of an evaluator, for a binary that has no file of its own for it. The full evaluator is loaded only there.
 */
export async function serveEvaluations(): Promise<void> {
  const { serveEvaluations } = await import("../full/serve.ts");
  await serveEvaluations();
}
