/** Tests of whether figures of runs differ by more than chance. */
export { blockBootstrap, type ValueInterval } from "./bootstrap.ts";
export { type Proportion, twoProportions } from "./proportions.ts";
export { studentQuantile } from "./student_t.ts";
export {
  adjusted,
  ALPHA,
  type Difference,
  type Estimate,
  estimateOf,
  rankSumTest,
  welch,
} from "./two_samples.ts";
