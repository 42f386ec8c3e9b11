/** nginx's configuration for a case. Pure text. */
import { type Balance, type Case, passive } from "./cases.js";

export interface Ports {
  /** Where the proxy listens. */
  readonly proxy: number;
  readonly backends: readonly number[];
  /** Of a proxy that has one: its socket for questions. */
  readonly socket: string;
}

/** Round robin is what nginx does unless told otherwise. */
const methods: Readonly<Record<Balance, string>> = {
  turns: "",
  fewest: "    least_conn;\n",
  two: "    random two least_conn;\n",
  address: "    ip_hash;\n",
};

/** One worker process: with several each would take turns of its own. */
export function nginxConfig({ balance, tries, dies }: Case, { proxy, backends }: Ports, asRoot: boolean): string {
  const { failures, seconds } = passive;
  const checks = dies === undefined ? "max_fails=0" : `max_fails=${failures} fail_timeout=${seconds}s`;
  const servers = backends.map((port) => `    server 127.0.0.1:${port} ${checks};`).join("\n");
  const again = tries === undefined ? "off" : "error timeout http_503";
  return `${asRoot ? "user root;\n" : ""}daemon off;
worker_processes 1;
error_log stderr crit;
pid nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream backends {
${methods[balance]}${servers}
  }
  server {
    listen 127.0.0.1:${proxy} backlog=4096;
    location / {
      proxy_pass http://backends;
      proxy_next_upstream ${again};
      proxy_next_upstream_tries ${tries ?? 1};
      add_header x-upstreams $upstream_addr always;
    }
  }
}
`;
}
