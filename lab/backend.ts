/**
 * A backend in a process of its own: an HTTP server whose every answer takes the work that the request brings with it.
 * Told over the channel of its parent what it is like and when to listen, and gone with it.
 */
import { createServer } from "node:http";
import { machineClock } from "./clock.js";
import { Station } from "./station.js";

export interface BackendOrder {
  /** 0: any free one. */
  readonly port: number;
  readonly workers: number;
  readonly line: number;
  /** What all work is multiplied by. */
  readonly times: number;
}

let station = new Station(1, 0, machineClock);
let factor = 1;

const server = createServer((request, response) => {
  const work = Number(request.headers["x-work-ms"]) * factor;
  const taken = station.take(work, () => response.end("done\n"));
  if (!taken) response.writeHead(503).end("busy\n");
});

function tellPort(): void {
  const address = server.address();
  process.send!({ port: typeof address === "object" ? address?.port : undefined });
}

/** From now on it is so, and listens if it has not yet. */
process.on("message", ({ port, workers, line, times }: BackendOrder) => {
  station = new Station(workers, line, machineClock);
  factor = times;
  if (server.listening) tellPort();
  else server.listen(port, "127.0.0.1", 511, tellPort);
});
process.on("disconnect", () => process.exit());
