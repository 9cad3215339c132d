/** The class of a run's colour, by the run's number. The colours of six runs differ; of more they begin again. */
export function runColour(run: number): string {
  return `c${run % 6}`;
}
