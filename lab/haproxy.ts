/** HAProxy's configuration for a case, and what it says of itself. Pure text. */
import { active, type Balance, type Case } from "./cases.js";
import type { Ports } from "./nginx.js";

const methods: Readonly<Record<Balance, string>> = {
  turns: "roundrobin",
  fewest: "leastconn",
  two: "random(2)",
  address: "source",
};

/** random draws from a ring on which a server stands 16 times for each of its weight: with the most it stands there nearly evenly. */
const weightOf = (balance: Balance): string => (balance === "two" ? " weight 256" : "");

const checks = ` check inter ${1000 * active.interval}ms fall ${active.fall} rise ${active.rise}`;

export function haproxyConfig({ balance, tries, limit, dies }: Case, { proxy, backends, socket }: Ports): string {
  const maxconn = limit === undefined ? "" : ` maxconn ${limit.connections}`;
  const options = weightOf(balance) + maxconn + (dies === undefined ? "" : checks);
  const servers = backends.map((port, i) => `  server b${i} 127.0.0.1:${port}${options}`);
  const again =
    tries === undefined
      ? ["  retries 0"]
      : [`  retries ${tries - 1}`, "  retry-on conn-failure empty-response 503", "  option redispatch 1"];
  return `global
  maxconn 4096
  nbthread 1
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout queue ${limit === undefined ? "60s" : `${1000 * limit.patience}ms`}
  option http-server-close
frontend lab
  bind 127.0.0.1:${proxy} backlog 4096
  default_backend backends
backend backends
  balance ${methods[balance]}
${again.join("\n")}
${servers.join("\n")}
`;
}

/** Requests that went to another server, from the answer to "show stat": CSV with names in its first line. A try of the same server again is not among them. */
export function retriesIn(statistics: string): number {
  const [names, ...rows] = statistics.trim().split("\n");
  const columns = names.replace(/^# /, "").split(",");
  const value = (row: string, column: string): string => row.split(",")[columns.indexOf(column)];
  const own = rows.filter((row) => value(row, "pxname") === "backends" && value(row, "svname") === "BACKEND");
  return own.reduce((sum, row) => sum + Number(value(row, "wredis")), 0);
}
