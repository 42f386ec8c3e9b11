/** Sends requests when they are due, however many are still out, and counts each one's latency from that moment. */
import { Agent, request as send } from "node:http";
import { machineClock } from "./clock.js";
import type { Request } from "./requests.js";

export interface Sent {
  /** Seconds from the moment that it was due until it was sent, and until its answer was there. */
  readonly late: number;
  readonly latency: number;
  /** 0: without an answer. */
  readonly status: number;
  /** Of a proxy that tells: the backends that it tried. */
  readonly upstreams: number;
}

/** Nobody waits longer for an answer, in milliseconds. */
const LONGEST = 20_000;

/** Connections stay open for the next request of the same client. */
export class Generator {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 1024 });

  constructor(private readonly port: number) {}

  /** Sends all of them, the first moments counted from `start`, a time of the machine's clock. */
  play(requests: readonly Request[], start: number): Promise<readonly Sent[]> {
    return Promise.all(
      requests.map(
        (one) =>
          new Promise<Sent>((ended) => {
            const due = start + 1000 * one.at;
            machineClock.at(due, () => this.send(one, due, ended));
          }),
      ),
    );
  }

  private send({ work, from }: Request, due: number, ended: (sent: Sent) => void): void {
    const since = (): number => (performance.now() - due) / 1000;
    const late = since();
    const outgoing = send({
      agent: this.agent,
      host: "127.0.0.1",
      port: this.port,
      localAddress: from,
      timeout: LONGEST,
      headers: { "x-work-ms": (1000 * work).toFixed(3) },
    });
    outgoing.once("response", (answer) => {
      const tried = answer.headers["x-upstreams"];
      const upstreams = typeof tried === "string" ? tried.split(",").length : 1;
      answer.resume();
      answer.once("end", () => ended({ late, latency: since(), status: answer.statusCode ?? 0, upstreams }));
    });
    outgoing.once("timeout", () => outgoing.destroy());
    outgoing.once("error", () => ended({ late, latency: since(), status: 0, upstreams: 1 }));
    outgoing.end();
  }

  close(): void {
    this.agent.destroy();
  }
}
