/** The proxies' and backends' processes: started, spoken to, and ended whatever happens. */
import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendOrder } from "./backend.js";
import type { ProxyName } from "./cases.js";
import { until } from "./clock.js";

const running = new Set<ChildProcess>();
let folder: string | undefined;

/** The folder of this run, which goes with it. */
function folderOfRun(): string {
  folder ??= mkdtempSync(join(tmpdir(), "dryscale-lab-"));
  return folder;
}

export const fileOfRun = (name: string): string => join(folderOfRun(), name);

function keep(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** From now on nothing that this process started outlives it. */
export function takeCharge(): void {
  process.on("exit", endAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
}

/**
 * Asks the kernel to run this process, and all that it starts, before any neighbour (SCHED_RR): they sleep nearly all
 * the time, and what others do on the machine is not to be measured. Whether it was granted; only root may ask.
 */
export function goFirst(): boolean {
  const { status } = spawnSync("chrt", ["--all-tasks", "--rr", "--pid", "1", String(process.pid)], { stdio: "ignore" });
  return status === 0;
}

/** What an installed program says its version is; undefined where there is none. */
export function versionOf(program: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, ["-v"], { encoding: "utf8" });
  return status === 0 ? /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] : undefined;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export class Backend {
  port = 0;
  private process = Backend.fresh();
  private next: ChildProcess | undefined;
  private order: Omit<BackendOrder, "port"> = { workers: 1, line: 0, times: 1 };

  private static fresh(): ChildProcess {
    return keep(fork(fileURLToPath(new URL("./backend.js", import.meta.url)), { stdio: "inherit" }));
  }

  /** It is so from now on, and listens, on the port that it had before if it had one. */
  arrange(order: Omit<BackendOrder, "port">): Promise<void> {
    this.order = order;
    const { process } = this;
    return new Promise((listening, failed) => {
      const ended = (code: number | null): void => failed(new Error(`a backend ended with ${code}`));
      process.once("exit", ended);
      process.once("message", ({ port }: { readonly port: number }) => {
        process.off("exit", ended);
        this.port = port;
        listening();
      });
      process.send({ ...order, port: this.port });
    });
  }

  /** A process that can take over without having to be started first. */
  prepare(): void {
    this.next = Backend.fresh();
  }

  /** It is gone at once, and its port refuses connections. */
  die(): void {
    this.process.kill("SIGKILL");
  }

  /** The prepared process listens in its place. */
  comeBack(): Promise<void> {
    this.process = this.next ?? Backend.fresh();
    this.next = undefined;
    return this.arrange(this.order);
  }
}

const commands: Readonly<Record<ProxyName, (file: string) => readonly string[]>> = {
  nginx: (file) => ["nginx", "-p", folderOfRun(), "-e", "stderr", "-c", file],
  HAProxy: (file) => ["haproxy", "-q", "-db", "-f", file],
};

/** Starts a proxy, and waits until it listens. */
export async function startProxy(proxy: ProxyName, config: string, port: number): Promise<ChildProcess> {
  const file = fileOfRun(`${proxy}-${port}.conf`);
  writeFileSync(file, config);
  // Should this process be killed outright, the kernel ends the proxy.
  const [program, ...args] = ["setpriv", "--pdeathsig", "TERM", ...commands[proxy](file)];
  const child = keep(spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] }));
  for (let looks = 0; looks < 200; looks++) {
    if (child.exitCode !== null) throw new Error(`${proxy} ended with ${child.exitCode}`);
    if (await listens(port)) return child;
    await until(performance.now() + 10);
  }
  throw new Error(`${proxy} did not listen within two seconds`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((answered) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      answered(true);
    });
    socket.once("error", () => answered(false));
  });
}

/** Asks a proxy to end, and waits for it. */
export function stopProxy(child: ChildProcess): Promise<void> {
  return new Promise((ended) => {
    if (child.exitCode !== null) return ended();
    child.once("exit", () => ended());
    child.kill("SIGTERM");
  });
}

/** One question to a proxy's socket, and its whole answer. */
export function ask(socket: string, question: string): Promise<string> {
  return new Promise((answered, failed) => {
    const connection = connect(socket);
    let text = "";
    connection.setEncoding("utf8");
    connection.on("data", (part) => {
      text += part;
    });
    connection.once("end", () => answered(text));
    connection.once("error", failed);
    connection.write(`${question}\n`);
  });
}
