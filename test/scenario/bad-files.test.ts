/** What a user is told about wrong values and about parts that do not fit: every complaint, at its line and column. */
import { describe, expect, test } from "vitest";
import { complaintsOf, load, type Row, rest, scalerNames, services, withCluster } from "./complaints.js";

describe("values", () => {
  const service = (field: string): string =>
    services(`services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    ${field}\n`);
  const rows: readonly Row[] = [
    [
      "a wrong unit of cpu",
      service("cpu: { request: 500 millis }"),
      '4:21 services.web.cpu.request: expected a cpu like "500m" or "2", got "500 millis"',
    ],
    [
      "a memory without a unit",
      service("memory: 256"),
      '4:13 services.web.memory: expected a memory size like "256Mi" or "4Gi", got 256',
    ],
    [
      "a duration without a unit",
      service("grace: 30"),
      '4:12 services.web.grace: expected a duration like "250ms" or "1h30m", got 30',
    ],
    [
      "a negative duration",
      service("grace: -5s"),
      '4:12 services.web.grace: expected a duration like "250ms" or "1h30m", got "-5s"',
    ],
    [
      "a CPU limit under its request",
      service("cpu: { request: 1, limit: 500m }"),
      "4:31 services.web.cpu.limit: expected at least the request (1000m), got 500m",
    ],
    [
      "a memory limit under its request",
      service("memory: { request: 1Gi, limit: 512Mi }"),
      "4:36 services.web.memory.limit: expected at least the request (1024Mi), got 512Mi",
    ],
    [
      "half a replica",
      service("replicas: 1.5"),
      "4:15 services.web.replicas: expected a whole number from 0 up, got 1.5",
    ],
    ["no worker", service("concurrency: 0"), "4:18 services.web.concurrency: expected a whole number from 1 up, got 0"],
    [
      "an unknown word",
      service("concurrency: { holds: calls }"),
      '4:27 services.web.concurrency.holds: expected one of call, work, got "calls"',
    ],
    ["a list for a map", service("readiness: [5s]"), '4:16 services.web.readiness: expected a map, got ["5s"]'],
    [
      "a factor of 0",
      service("deploymentFactor: 0"),
      "4:23 services.web.deploymentFactor: expected a number above 0, got 0",
    ],
    [
      "a cv of a hyperexponential under 1",
      service("startup: { hyperexponential: { mean: 1s, cv: 0.5 } }"),
      "4:50 services.web.startup.hyperexponential.cv: expected a number, 1 or more, got 0.5",
    ],
    [
      "a uniform the wrong way round",
      service("startup: { uniform: [4s, 2s] }"),
      "4:30 services.web.startup.uniform[1]: expected at least the lower end (4 s), got 2 s",
    ],
    [
      "an empty empirical distribution",
      service("startup: { empirical: [] }"),
      "4:27 services.web.startup.empirical: expected at least one duration, got none",
    ],
    [
      "a negative rate",
      rest("load: { visitors: { rate: -200/s, to: web/get } }\n"),
      '2:27 load.visitors.rate: expected a rate like "200/s" or "12000/min", got "-200/s"',
    ],
    [
      "a negative warm-up",
      rest(`${load}warmup: -1m\n`),
      '3:9 warmup: expected a duration like "250ms" or "1h30m", got "-1m"',
    ],
    ["nothing measured", rest(`${load}duration: 0s\n`), "3:11 duration: expected a duration above 0s, got 0s"],
    ["no replication", rest(`${load}replications: 0\n`), "3:15 replications: expected a whole number from 1 up, got 0"],
    [
      "a probability above 1",
      service("x: 1")
        .replace("x: 1", "grace: 1s")
        .replace("{ cpu: 5ms }", "{ maybe: { probability: 150%, steps: { cpu: 1ms } } }"),
      "3:47 services.web.endpoints.get.maybe.probability: expected a share from 0% to 100%, got 150%",
    ],
    [
      "probabilities above 1 together",
      services(
        "services:\n  web:\n    endpoints:\n      get:\n        choose:\n          - { probability: 60%, steps: [] }\n          - { probability: 60%, steps: [] }\n",
      ),
      "5:9 services.web.endpoints.get.choose: expected probabilities of at most 100% together, got 120%",
    ],
    [
      "two kinds of step in one",
      services("services:\n  web:\n    endpoints: { get: [{ cpu: 1ms, wait: 1ms }] }\n"),
      "3:24 services.web.endpoints.get[0]: expected one of cpu, wait, call, abort, parallel, quorum, maybe, choose, repeat, cache, hold, publish, got cpu and wait",
    ],
    [
      "a wave below 0",
      rest("load: { a: { rate: { wave: { mean: 5/s, amplitude: 6/s, period: 1m } }, to: web/get } }\n"),
      "2:52 load.a.rate.wave.amplitude: expected at most the mean (5/s), for a rate is never negative, got 6/s",
    ],
    [
      "a ramp that ends before it starts",
      rest("load: { a: { rate: { ramp: { from: 0, to: 1, start: 5m, end: 1m } }, to: web/get } }\n"),
      "2:62 load.a.rate.ramp.end: expected a time not before the start (300 s), got 60 s",
    ],
    [
      "shares of 90%",
      rest("load:\n  a:\n    rate: 1/s\n    mix: { web/get: 90% }\n"),
      "5:10 load.a.mix: expected shares of 100% together, got 90%",
    ],
    ["neither to nor mix", rest("load:\n  a: { rate: 1/s }\n"), "3:6 load.a: expected either to or mix, got neither"],
    [
      "no rate",
      rest("load:\n  a: { to: web/get, batch: 2 }\n"),
      '3:3 load.a.rate: expected a rate like "200/s", got nothing',
    ],
    [
      "people who do not think",
      rest("load:\n  a: { users: 5, to: web/get }\n"),
      '3:3 load.a.think: expected a duration like "20ms" or a distribution like {exponential: 20ms}, got nothing',
    ],
    [
      "an objective of both kinds",
      rest(`${load}slo:\n  - { latency: 1s, errors: 1% }\n`),
      "4:5 slo[0]: expected either latency or errors, got both",
    ],
    [
      "a trace's field of another format",
      rest("load:\n  a:\n    trace: { file: x.log, format: clf, column: time }\n    to: web/get\n"),
      "4:48 load.a.trace.column: expected no column for the format clf, got one",
    ],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
});

describe("what must fit together", () => {
  const rows: readonly Row[] = [
    [
      "a call to a service that nobody defines",
      services(
        "services:\n  web: { endpoints: { get: { call: catalog/list } } }\n  catalogue: { endpoints: { list: { cpu: 1ms } } }\n",
      ),
      '2:36 services.web.endpoints.get.call: no service named "catalog"; there are web, catalogue (catalogue?)',
    ],
    [
      "a call to an endpoint that nobody defines",
      services(
        "services:\n  web: { endpoints: { get: { call: store/reed } } }\n  store: { endpoints: { read: { cpu: 1ms }, write: { cpu: 1ms } } }\n",
      ),
      '2:36 services.web.endpoints.get.call: no endpoint of store named "reed"; there are read, write (read?)',
    ],
    [
      "calls in a circle",
      services(
        "services:\n  web: { endpoints: { get: { call: a/x } } }\n  a: { endpoints: { x: [{ cpu: 1ms }, { call: b/y }] } }\n  b: { endpoints: { y: { parallel: [[{ call: a/x }]] } } }\n",
      ),
      "4:46 services.b.endpoints.y.parallel[0][0].call: calls go in a circle: a/x → b/y → a/x",
    ],
    [
      "a call to itself",
      services("services:\n  web: { endpoints: { get: { call: web/get } } }\n"),
      "2:36 services.web.endpoints.get.call: calls go in a circle: web/get → web/get",
    ],
    [
      "a request that makes a million calls",
      services(
        "services:\n  web: { endpoints: { get: { repeat: { times: 1000, steps: { call: b/x } } } } }\n  b: { endpoints: { x: { repeat: { times: 1000, steps: { call: c/x } } } } }\n  c: { endpoints: { x: { cpu: 1ms } } }\n",
      ),
      `2:23 services.web.endpoints.get: expected at most 10000 calls of one request, got ${1000 * (1 + 1000)} in the mean`,
    ],
    [
      "a load on nothing",
      rest("load: { a: { rate: 1/s, to: wbe/get } }\n"),
      '2:29 load.a.to: no service named "wbe"; there is web (web?)',
    ],
    [
      "an objective nobody calls",
      `services: { web: { endpoints: { get: { cpu: 5ms }, put: { cpu: 5ms } } } }\n${load}slo: [{ endpoint: web/put, latency: 1s }]\n`,
      '3:19 slo[0].endpoint: expected an endpoint that a load calls, got "web/put"; there are web/get',
    ],
    [
      "an unknown scaler",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    scaler: { use: hpaa }\n"),
      `4:20 services.web.scaler.use: no scaler named "hpaa"; there are ${scalerNames} (hpa?)`,
    ],
    [
      "an unknown balancer, as a word",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    balancer: randomly\n"),
      '4:15 services.web.balancer.use: no balancer named "randomly"; there are round-robin, random, least-request, ring-hash, maglev, peak-ewma, join-idle-queue, smooth-round-robin, least-connections, ip-hash (random?)',
    ],
    [
      "a wrong value of a policy's field",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    scaler: { use: hpa, tolerance: much }\n"),
      '4:36 services.web.scaler.tolerance: expected a share like "70%" or 0.7, got "much"',
    ],
    [
      "min above max",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    scaler: { use: hpa, min: 5, max: 3 }\n"),
      "4:38 services.web.scaler.max: expected at least min (5), got 3",
    ],
    [
      "replicas outside the bounds",
      services(
        "services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    replicas: 1\n    scaler: { use: hpa, min: 2, max: 3 }\n",
      ),
      "4:15 services.web.replicas: expected 2 to 3 replicas, the bounds of hpa, got 1",
    ],
    [
      "replicas outside the bounds of one policy",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    replicas: 5\n").concat(
        "policies:\n  fixed: {}\n  small: { scaler: { use: hpa, max: 3 } }\n",
      ),
      '4:15 services.web.replicas: expected 1 to 3 replicas, the bounds of hpa in policy "small", got 5',
    ],
    [
      "a scaler and policies with faults beside other faults",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5 } }\n    scaler: hpaa\n"),
      '3:30 services.web.endpoints.get.cpu: expected a duration like "250ms" or "1h30m", got 5',
      `4:13 services.web.scaler.use: no scaler named "hpaa"; there are ${scalerNames} (hpa?)`,
    ],
    [
      "a policy for a service that nobody defines",
      rest(`${load}policies: { p: { services: { wep: { replicas: 2 } } } }\n`),
      '3:30 policies.p.services.wep: no service named "wep"; there is web (web?)',
    ],
    [
      "an unknown instance type",
      withCluster("{ nodes: { a: { type: m5.xlarg } } }"),
      '3:32 cluster.nodes.a.type: no instance type named "m5.xlarg"; there are t3.medium, t3.large, t4g.medium, m5.large, m5.xlarge, m5.2xlarge, m5.4xlarge, m6i.large, m6i.xlarge, m6g.large, m7i.large, m7g.large and 39 more (m5.xlarge?)',
    ],
    [
      "a machine without a capacity",
      withCluster("{ nodes: { a: { count: 2 } } }"),
      "3:21 cluster.nodes.a: expected a type of the catalogue, or capacity and usdPerHour, got neither",
    ],
    [
      "more machines than the most",
      withCluster("{ nodes: { a: { type: m5.large, count: 5, max: 3 } } }"),
      "3:49 cluster.nodes.a.count: expected at most max (3), got 5",
    ],
    [
      "fewer machines than the least",
      withCluster("{ nodes: { a: { type: m5.large, count: 1, min: 2, max: 3 } } }"),
      "3:49 cluster.nodes.a.count: expected at least min (2), got 1",
    ],
    // 2000 - 60 - 10 = 1930 millicores of an m5.large are for pods.
    [
      "a pod that fits on no machine",
      `services: { web: { cpu: 2, endpoints: { get: { cpu: 5ms } } } }\n${load}cluster: { nodes: { a: { type: m5.large } } }\n`,
      "1:25 services.web.cpu: expected a pod that fits on a node, at most 1930m, got 2000m",
    ],
    // 8192 - 255 - 110 * 11 - 100 = 6627 MiB.
    [
      "a pod whose memory fits on no machine",
      `services: { web: { memory: 7Gi, endpoints: { get: { cpu: 5ms } } } }\n${load}cluster: { nodes: { a: { type: m5.large } } }\n`,
      "1:28 services.web.memory: expected a pod that fits on a node, at most 6627Mi, got 7168Mi",
    ],
    [
      "a provisioner without a cluster",
      rest(`${load}policies: { p: { provisioner: cluster-autoscaler } }\n`),
      "3:31 policies.p.provisioner: expected a cluster for this provisioner, got a scenario without one",
    ],
    [
      "a policy's file that is not there",
      services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    scaler: { use: ./surge.ts }\n"),
      "4:20 services.web.scaler.use: expected a file that exports a scaler by default, got nothing that could be loaded",
    ],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

  test("all faults are told at once, in the order of the file", () => {
    const text = [
      "duration: 20",
      "services:",
      "  web:",
      "    cpu: 1 core",
      "    endpoints: { get: { call: db/read } }",
      "load: { a: { rate: -1/s, to: web/gte } }",
    ].join("\n");
    expect(complaintsOf(text).map((line) => line.split(" ")[0])).toEqual(["1:11", "4:10", "5:31", "6:20", "6:30"]);
  });
});
