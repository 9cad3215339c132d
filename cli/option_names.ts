/**
 * The names of the options of all commands, in alphabetical order: a variable of the environment or a line of a file may be
 * another command's, and to load all commands for that takes longer than most of them run.
 */
export const OPTION_NAMES: ReadonlySet<string> = new Set(
  `
  abort after ageing all allow-host allow-policy-files allow-url arg args ascii background-header
  baseline batch batches burst burst-size by calls ceiling chain chain-limit collect
  collect-address collector config count csv every expect-limit fail-if figure floor for from full
  function function-limit function-rate help hold html id id-from idle ids in-flight items json
  label label-limit limit listen local log-format log-level mermaid method most original-priorities
  out out-profile partitions platform poisson policy probe profile queue queue-timeout rate reset
  retry-budget secret seed share shed state strict-shares then timeout trace until-confident
  until-empty wait warm-up weight window wire
`.trim().split(/\s+/),
);
