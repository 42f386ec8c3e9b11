/** The backends, which stay for all runs, and a fresh proxy before them for each. */
import type { ChildProcess } from "node:child_process";
import { BACKENDS, type Case, cases, type ProxyName, WORKERS } from "./cases.js";
import { until } from "./clock.js";
import { Generator } from "./generator.js";
import { haproxyConfig, retriesIn } from "./haproxy.js";
import { nginxConfig } from "./nginx.js";
import { ask, Backend, fileOfRun, freePort, startProxy, stopProxy } from "./processes.js";
import type { Request } from "./requests.js";
import type { Way } from "./scenario.js";
import { type Answers, quantile } from "./statistics.js";

/** Line and workers without end, as numbers that can be sent. */
const MANY = 1e9;

interface Running {
  readonly process: ChildProcess;
  readonly port: number;
  readonly socket: string;
}

/** Of the machine's clock: a whole second of the wall clock, for nginx counts in those; near enough to be waited for, and not too near. */
function nextSecond(): number {
  const soon = performance.timeOrigin + performance.now() + 300;
  return Math.ceil(soon / 1000) * 1000 - performance.timeOrigin;
}

export class Bench {
  private readonly backends = Array.from({ length: BACKENDS }, () => new Backend());

  /** The backends as a case wants them. */
  async arrange({ line = MANY, slow }: Case): Promise<void> {
    const times = (backend: number): number => (slow?.backend === backend ? slow.times : 1);
    await Promise.all(this.backends.map((one, i) => one.arrange({ workers: WORKERS, line, times: times(i) })));
  }

  /**
   * What the way takes when every request finds a worker: the medians. Programs are slow at first, so the first
   * requests, and the first proxy, only warm them up.
   */
  async way(proxy: ProxyName): Promise<Way> {
    await Promise.all(this.backends.map((one) => one.arrange({ workers: MANY, line: 0, times: 1 })));
    const [plain] = cases;
    const requests = Array.from({ length: 300 }, (_, i) => ({ at: i / 150, work: 0.02, from: "127.0.0.1" }));
    const [, sent] = [await this.play(plain, proxy, requests), await this.play(plain, proxy, requests)];
    const late = quantile(
      sent.all.map((one) => one.late),
      0.5,
    );
    const latency = quantile(
      sent.all.map((one) => one.latency),
      0.5,
    );
    return { late: Math.max(0, late), there: Math.max(0, latency - Math.max(0, late) - requests[0].work) };
  }

  async run(about: Case, proxy: ProxyName, requests: readonly Request[]): Promise<Answers> {
    const { all, retries } = await this.play(about, proxy, requests);
    const good = all.filter(({ status }) => status === 200);
    const tries = all.reduce((sum, { upstreams }) => sum + upstreams, 0) + retries;
    return { latencies: good.map(({ latency }) => latency), failed: all.length - good.length, tries };
  }

  private async play(about: Case, proxy: ProxyName, requests: readonly Request[]) {
    const { process, port, socket } = await this.start(about, proxy);
    const generator = new Generator(port);
    const beginning = about.dies === undefined ? performance.now() + 100 : nextSecond();
    const [all] = await Promise.all([generator.play(requests, beginning), this.deaths(about, beginning)]);
    generator.close();
    const retries = proxy === "nginx" ? 0 : retriesIn(await ask(socket, "show stat"));
    await stopProxy(process);
    await until(performance.now() + 100);
    return { all, retries };
  }

  /** What a case wants to go wrong. */
  private async deaths({ dies }: Case, beginning: number): Promise<void> {
    if (dies === undefined) return;
    const backend = this.backends[dies.backend];
    backend.prepare();
    await until(beginning + 1000 * dies.at);
    backend.die();
    await until(beginning + 1000 * dies.back);
    await backend.comeBack();
  }

  private async start(about: Case, proxy: ProxyName): Promise<Running> {
    const port = await freePort();
    const socket = fileOfRun(`${port}.sock`);
    const ports = { proxy: port, backends: this.backends.map((one) => one.port), socket };
    const asRoot = process.getuid?.() === 0;
    const config = proxy === "nginx" ? nginxConfig(about, ports, asRoot) : haproxyConfig(about, ports);
    return { process: await startProxy(proxy, config, port), port, socket };
  }
}
