/** With fewer calls in flight, the order in which the policy starts them counts more than their number. */
const MANY = 16;

/**
 * Whether others may start in the place of an invocation that went well while its output becomes durable: waiting for the disk
 * takes as long as a short call.
 *
 * @param running calls in flight, with it
 * @param ahead for how many of them others have started already: at most half of the attempts in flight
 */
export function mayStartAhead(running: number, ahead: number): boolean {
  return running >= MANY && ahead < running / 2;
}
