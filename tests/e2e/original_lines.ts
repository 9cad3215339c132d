/** Lines as the original system logs them. */
const CALL = (instance: number, fn: number, node: number) =>
  `{'instanceId': ${instance}, 'chainId': 2, 'functionId': ${fn}, 'nodeId': ${node}, 'lastNodeIdList': '[3]', ` +
  `'extras': [], 'chainFunctionIdList': '[1, 2, 3]', 'hybrid': '', 'id': 0}`;

/** The lines that its consumer writes of a chain of three calls. */
export const WHOLE = [
  `consumerSide-start-1795424322.905779-${CALL(0, 3, 1)}`,
  `consumerSide-end-1795424323.2203-${CALL(0, 3, 1)}`,
  `consumerSide-start-1795424323.2253027-${CALL(0, 2, 2)}`,
  `consumerSide-end-1795424323.53257-${CALL(0, 2, 2)}`,
  `consumerSide-start-1795424323.5357969-${CALL(0, 1, 3)}`,
  `consumerSide-end-1795424323.8357718-${CALL(0, 1, 3)}`,
];
/** And of one whose second call had no answer. */
export const DROPPED = [
  `consumerSide-start-1795424323.1-${CALL(1, 3, 1)}`,
  `consumerSide-end-1795424323.2-${CALL(1, 3, 1)}`,
  `consumerSide-start-1795424323.3-${CALL(1, 2, 2)}`,
];
/** The lines that its producer writes of these two, and of one more. */
export const SUBMISSIONS = [0, 1, 2].map((id) =>
  `producerSide-start-1795424322.9-{'instanceId': ${id}, 'chainId': 2, 'chainFunctionIdList': [1, 2, 3], 'extras': []}`
);
