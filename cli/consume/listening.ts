import type { Clock, Random } from "../../lib/model/mod.ts";
import type { Consumer } from "../../lib/consume/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import type { ListenAddress } from "../options/listen_address.ts";
import { UsageError } from "../shell/errors.ts";

/** The parts of a consumer's own page. */
export interface ListeningOptions extends ListenAddress {
  readonly consumer: Pick<Consumer, "view">;
  readonly queue: QueueDriver;
  readonly clock: Clock;
  readonly random: Random;
  /** The version of the program. */
  readonly version: string;
  /** Called, in words, with an error that nobody expected. */
  readonly onError: (words: string) => void;
}

/** A server beside a consumer; it ends at once with its scope, as the consumer's work is done by then. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** Refuses an address that others can reach: whoever calls may steer the queue. @throws {UsageError} */
export async function checkListening({ hostname }: ListenAddress): Promise<void> {
  const { isLoopback } = await import("../../lib/web/mod.ts");
  if (isLoopback(hostname)) return;
  throw new UsageError(
    `--listen: cannot listen at ${hostname}, where other machines could steer the queue without a key. Use a loopback address, ` +
      "or sequoia serve with --keys",
  );
}

/** Serves the page, the API and the metrics, which show this one consumer. @throws {ServeError} if the port is in use */
export async function listenBeside(options: ListeningOptions): Promise<Listening> {
  const { consumer, queue, clock, random, version, hostname, port, onError } = options;
  const { LiveQueue, lookAt } = await import("../../lib/live/mod.ts");
  const { ApiServer, makeApp } = await import("../../lib/serve/mod.ts"); // the HTTP part is loaded only here
  await using stack = new AsyncDisposableStack();
  const alone = {
    depth: () => queue.depth(),
    settings: () => queue.settings(),
    consumers: () => Promise.resolve([consumer.view()].filter((view) => view !== undefined)),
  };
  const live = stack.use(new LiveQueue({ clock, look: () => lookAt(alone, clock), version }));
  const over = new AbortController();
  const app = makeApp({
    ...{ queue, live, clock, random, version, hostname, draining: over.signal },
    onError: (error, { method, url }) =>
      onError(`Cannot answer ${method} ${new URL(url).pathname}: ${(error as Error).stack ?? error}`),
  });
  const server = await ApiServer.listen({ app, clock, hostname, port });
  stack.defer(() => server.drain(AbortSignal.abort()));
  stack.defer(() => over.abort());
  const scope = stack.move();
  return { url: server.url, [Symbol.asyncDispose]: () => scope.disposeAsync() };
}
