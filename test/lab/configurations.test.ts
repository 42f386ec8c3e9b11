import { describe, expect, test } from "vitest";
import { type Case, cases } from "../../lab/cases.js";
import { haproxyConfig, retriesIn } from "../../lab/haproxy.js";
import { nginxConfig } from "../../lab/nginx.js";

const named = (name: string): Case => cases.find((one) => one.name === name)!;
const ports = { proxy: 8000, backends: [9001, 9002, 9003, 9004], socket: "/tmp/lab.sock" };
const nginx = (name: string): readonly string[] => lines(nginxConfig(named(name), ports, false));
const haproxy = (name: string): readonly string[] => lines(haproxyConfig(named(name), ports));
const lines = (text: string): readonly string[] => text.split("\n").map((line) => line.trim());

describe("nginx", () => {
  test("listens on this machine alone, before all backends, with one worker", () => {
    expect(nginx("round robin")).toEqual(
      expect.arrayContaining([
        "worker_processes 1;",
        "listen 127.0.0.1:8000 backlog=4096;",
        ...ports.backends.map((port) => `server 127.0.0.1:${port} max_fails=0;`),
      ]),
    );
  });
  test("has the case's method", () => {
    expect(nginx("round robin").join()).not.toMatch(/least_conn|random|ip_hash/);
    expect(nginx("least connections")).toContain("least_conn;");
    expect(nginx("random of two")).toContain("random two least_conn;");
    expect(nginx("hash of the address")).toContain("ip_hash;");
  });
  test("tries another backend only where the case says so", () => {
    expect(nginx("round robin")).toContain("proxy_next_upstream off;");
    const again = nginx("next backend when refused");
    expect(again).toContain("proxy_next_upstream error timeout http_503;");
    expect(again).toContain("proxy_next_upstream_tries 2;");
  });
  test("checks passively where a backend dies", () => {
    expect(nginx("backend that dies")).toContain("server 127.0.0.1:9004 max_fails=1 fail_timeout=1s;");
  });
  test("keeps root's rights where it has them: it writes nowhere but in the run's own folder", () => {
    expect(nginxConfig(cases[0], ports, true)).toMatch(/^user root;\n/);
    expect(nginxConfig(cases[0], ports, false)).not.toContain("user ");
  });
});

describe("HAProxy", () => {
  test("listens on this machine alone, before all backends, with one thread", () => {
    expect(haproxy("round robin")).toEqual(
      expect.arrayContaining([
        "nbthread 1",
        "bind 127.0.0.1:8000 backlog 4096",
        ...ports.backends.map((port, i) => `server b${i} 127.0.0.1:${port}`),
      ]),
    );
  });
  test("has the case's method", () => {
    expect(haproxy("round robin")).toContain("balance roundrobin");
    expect(haproxy("least connections")).toContain("balance leastconn");
    expect(haproxy("random of two")).toContain("balance random(2)");
    expect(haproxy("random of two")).toContain("server b0 127.0.0.1:9001 weight 256");
    expect(haproxy("hash of the address")).toContain("balance source");
  });
  test("tries another backend only where the case says so", () => {
    expect(haproxy("round robin")).toContain("retries 0");
    expect(haproxy("next backend when refused")).toEqual(
      expect.arrayContaining(["retries 1", "retry-on conn-failure empty-response 503", "option redispatch 1"]),
    );
  });
  test("checks actively where a backend dies", () => {
    expect(haproxy("backend that dies")).toContain("server b3 127.0.0.1:9004 check inter 200ms fall 2 rise 2");
  });
  test("holds requests back where the case says so", () => {
    const limited = haproxy("connection limit and queue");
    expect(limited).toContain("timeout queue 50ms");
    expect(limited).toContain("server b3 127.0.0.1:9004 maxconn 2");
  });
  test("says in its statistics how many requests went elsewhere", () => {
    const statistics =
      "# pxname,svname,qcur,wretr,wredis,\nlab,FRONTEND,,,,\nbackends,b0,0,5,5,\nbackends,BACKEND,0,7,6,\n\n";
    expect(retriesIn(statistics)).toBe(6);
  });
});
