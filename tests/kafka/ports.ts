import type { Ports } from "./settings.ts";

/** Above what services use, below what the system hands out to connections: a killed broker finds its port free. */
const [FROM, TO] = [10_240, 32_768];

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** Free loopback ports, by chance, so that test processes side by side hardly ever meet. */
export function freePorts(client?: number): Ports {
  const taken = new Set(client === undefined ? [] : [client]);
  const another = () => {
    for (;;) {
      const port = FROM + Math.floor(Math.random() * (TO - FROM));
      if (!taken.has(port) && isFree(port)) {
        taken.add(port);
        return port;
      }
    }
  };
  return { client: client ?? another(), internal: another(), controller: another() };
}
