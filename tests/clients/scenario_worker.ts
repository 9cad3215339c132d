/** Plays the scenario in an edge runtime: a worker that answers a request, whose query names the server, with what came of it. */
import { scenario } from "./scenario.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await scenario(new URL(request.url).searchParams.get("server")!));
  },
};
