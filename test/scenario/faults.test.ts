/** The section `faults`: what it becomes, and what is said of faults that cannot be. */
import { expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row, rest } from "./complaints.js";

const nodes = "cluster: { nodes: { general: { type: m5.large, zones: [a, b] } } }\n";
const fault = (fields: string): string => rest(`${load}${nodes}faults: [{ ${fields} }]\n`);
const alone = (fields: string): string => rest(`${load}faults: [{ ${fields} }]\n`);

const ALL = "crash, nodeLoss, zoneLoss, slowNode, steal, brownOut, metricOutage, pause, network, dns, reclaim";

const rows: Row[] = [
  ["no list", rest(`${load}faults: { at: 1m }\n`), '3:9 faults: expected a list of faults, got {"at":"1m"}'],
  ["nothing that goes wrong", fault("at: 1m"), `4:10 faults[0]: expected one of ${ALL}, got none`],
  [
    "two things at once",
    fault("at: 1m, crash: { service: web }, pause: {}"),
    `4:10 faults[0]: expected one of ${ALL}, got crash and pause`,
  ],
  [
    "a kind that is misspelt",
    fault("at: 1m, crsh: { service: web }"),
    "4:20 faults[0].crsh: no such field; there are name, crash, nodeLoss, zoneLoss, slowNode, steal, brownOut, metricOutage, pause, network, dns, reclaim and 4 more (crash?)",
  ],
  ["no time", fault("crash: { service: web }"), "4:10 faults[0]: expected one of at, every, outages, got none"],
  [
    "two times",
    fault("at: 1m, every: 5m, crash: { service: web }"),
    "4:10 faults[0]: expected one of at, every, outages, got at and every",
  ],
  [
    "a length of what has none",
    fault("at: 1m, for: 5m, crash: { service: web }"),
    "4:25 faults[0].for: expected no length, as crash is over at once, got one",
  ],
  [
    "no length of what is repeated",
    fault("every: 1m, pause: {}"),
    "4:10 faults[0]: expected for beside every, got none",
  ],
  [
    "a random length of what happens once",
    fault("at: 1m, for: { exponential: 5m }, pause: {}"),
    "4:25 faults[0].for: expected a duration beside at, got a distribution",
  ],
  [
    "outages in disorder",
    fault("pause: {}, outages: [{ begin: 1m, end: 3m }, { begin: 2m, end: 4m }]"),
    "4:66 faults[0].outages[1].begin: expected at least the end of the one before (180 s), got 120 s",
  ],
  [
    "an unknown service",
    fault("at: 1m, brownOut: { service: wbe, times: 2 }"),
    '4:41 faults[0].brownOut.service: no service named "wbe"; there is web (web?)',
  ],
  [
    "a brown-out of nothing",
    fault("at: 1m, brownOut: { service: web }"),
    "4:30 faults[0].brownOut: expected times other than 1 or failing above 0%, got neither",
  ],
  [
    "unknown machines",
    fault("at: 1m, nodeLoss: { group: generel, zone: c }"),
    '4:39 faults[0].nodeLoss.group: no node group named "generel"; there is general (general?)',
    '4:54 faults[0].nodeLoss.zone: no zone named "c"; there are a, b',
  ],
  [
    "names that nobody has",
    fault("at: 1m, crash: { service: web, pods: [web, wob-1] }"),
    '4:50 faults[0].crash.pods[0]: expected a name like "web-0", got "web"',
    '4:55 faults[0].crash.pods[1]: expected a name like "web-0", got "wob-1"',
  ],
  [
    "no number of pods",
    fault("at: 1m, crash: { service: web, pods: none }"),
    '4:49 faults[0].crash.pods: expected a number of pods, a share, "all", or a list of names, got "none"',
  ],
  [
    "machines of a scenario without a cluster",
    alone("at: 1m, nodeLoss: {}"),
    "3:20 faults[0].nodeLoss: expected a cluster for a fault of machines, got a scenario without one",
  ],
  [
    "spot machines where there are none",
    fault("at: 1m, reclaim: {}"),
    "4:20 faults[0].reclaim: expected spot machines to be reclaimed, got none",
  ],
  [
    "controllers that nobody knows",
    fault("at: 1m, pause: { controllers: [hpa] }"),
    '4:43 faults[0].pause.controllers[0]: expected one of scalers, sizers, provisioner, scheduler, workloads, node-monitor, got "hpa"',
  ],
  [
    "a speed that is no slower",
    fault("at: 1m, slowNode: { speed: 100% }"),
    "4:39 faults[0].slowNode.speed: expected a share below 100%, got 100%",
  ],
  [
    "a partition of all from all",
    fault("at: 1m, network: { partition: drops }"),
    "4:29 faults[0].network: expected services or zones, got none: a partition of all from all leaves no system to look at",
  ],
  [
    "as much by losses",
    fault("at: 1m, network: { loss: 100% }"),
    "4:29 faults[0].network: expected services or zones, got none: a partition of all from all leaves no system to look at",
  ],
  [
    "a partition of the only service from all others",
    fault("at: 1m, network: { services: [web], partition: refuses }"),
    "4:31 faults[0].network.services: expected another service than web: there is no other, so it would be cut off from all",
  ],
  [
    "a disturbance that disturbs nothing",
    fault("at: 1m, network: { services: [web] }"),
    "4:29 faults[0].network: expected delay, loss or partition, got none",
  ],
  [
    "services and zones at once",
    fault("at: 1m, network: { services: [web], zones: [a], delay: 1s }"),
    "4:55 faults[0].network.zones: expected either services or zones, got both",
  ],
  [
    "three services",
    fault("at: 1m, network: { services: [web, a, b], delay: 1s }"),
    '4:41 faults[0].network.services: expected one or two different services, got ["web","a","b"]',
  ],
  [
    "unknown ends",
    fault("at: 1m, network: { services: [wbe], delay: 1s }"),
    '4:42 faults[0].network.services[0]: no service named "wbe"; there is web (web?)',
  ],
  [
    "unknown zones",
    fault("at: 1m, network: { zones: [a, c], delay: 1s }"),
    '4:42 faults[0].network.zones[1]: no zone named "c"; there are a, b',
  ],
  [
    "an unknown name",
    fault("at: 1m, dns: { services: [wbe] }"),
    '4:38 faults[0].dns.services[0]: no service named "wbe"; there is web (web?)',
  ],
  [
    "a name twice",
    rest(`${load}faults: [{ name: x, at: 1m, pause: {} }, { name: x, at: 2m, pause: {} }]\n`),
    '3:50 faults[1].name: expected every name once, got "x" again',
  ],
];
test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

const zones = (given: string, cluster = nodes): string => rest(`${load}${cluster}network: { zones: ${given} }\n`);
const network: Row[] = [
  [
    "an unknown zone",
    zones("{ pairs: [{ between: [a, c], latency: 1ms }] }"),
    '4:44 network.zones.pairs[0].between[1]: no zone named "c"; there are a, b',
  ],
  [
    "a pair of one",
    zones("{ pairs: [{ between: [a, a], latency: 1ms }] }"),
    '4:40 network.zones.pairs[0].between: expected two zones, got ["a","a"]',
  ],
  ["no cluster", zones("{}", ""), "3:12 network.zones: expected a cluster that has zones, got a scenario without one"],
  [
    "no bandwidth",
    rest(`${load}network: { bandwidth: fast }\n`),
    '3:23 network.bandwidth: expected an amount per second like "50Mi/s", got "fast"',
  ],
  [
    "no size",
    `${rest(load).replace("web: {", "web: { payload: { request: 5 },")}`,
    '1:40 services.web.payload.request: expected a memory size like "256Mi" or "4Gi", got 5',
  ],
];
test.each(network)("the network: %s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

test("the network is the model's: bytes, seconds, and callers that know whom they call", () => {
  const { network, services } = worldOf(
    zones("{ crossZone: 1ms }, bandwidth: 1Mi/s").replace("web: {", "web: { payload: { request: 2Ki, response: 1Mi },"),
  );
  const none = { shape: "constant", value: 0 };
  expect(network).toEqual({
    zones: { sameZone: none, crossZone: { shape: "constant", value: 0.001 }, pairs: [], usdPerGB: 0.01 },
    bytesPerSecond: 2 ** 20,
  });
  expect(services[0].payload).toEqual({ request: 2048, response: 2 ** 20 });
  expect(services[0].mesh).toBeDefined();
  expect(worldOf(rest(load)).services[0].mesh).toBeUndefined();
});

const worldOf = (text: string) => readScenario(text, { name: "x.yaml" }).scenario.world("as-written");

test("is the model's faults: names by kind, instants without length, and what is left out", () => {
  const given = `
  - { at: 1m, crash: { service: web, pods: 50% } }
  - { at: 2m, crash: { service: web, pods: all } }
  - { every: { exponential: 1h }, for: 5m, nodeLoss: { group: general, silent: true } }
  - { at: 3m, metricOutage: {} }
`;
  const { faults } = worldOf(rest(`${load}${nodes}faults:${given}`));
  const any = { group: "general", zone: undefined, portion: { count: 1 } };
  expect(faults).toEqual([
    {
      name: "crash",
      when: { kind: "once", at: 60, length: 0 },
      what: { kind: "crash", pods: { owner: "web", portion: { share: 0.5 } } },
    },
    {
      name: "crash-2",
      when: { kind: "once", at: 120, length: 0 },
      what: { kind: "crash", pods: { owner: "web", portion: { share: 1 } } },
    },
    {
      name: "nodeLoss",
      when: {
        kind: "often",
        gap: { shape: "exponential", mean: 3600 },
        length: { shape: "constant", value: 300 },
      },
      what: { kind: "node-loss", nodes: any, silent: true, replacedAfter: Infinity },
    },
    {
      name: "metricOutage",
      when: { kind: "once", at: 180, length: Infinity },
      what: { kind: "metric-outage", services: ["web"] },
    },
  ]);
});

test("one after the end of the run is a warning", () => {
  const { warnings } = readScenario(fault("at: 11m, pause: {}"), { name: "x.yaml" });
  expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    "faults[0].at: this fault comes after the end of the run, at 600 s",
  ]);
});

/** A scenario whose outages are in a file of this content. */
function outagesOf(content: string): string | readonly { readonly begin: number; readonly end: number }[] {
  const openTrace = (name: string) => {
    const pieces = [content];
    return { name, read: () => pieces.shift() };
  };
  try {
    const { scenario } = readScenario(fault("pause: {}, outages: list.csv"), { name: "x.yaml", openTrace });
    expect(scenario.traces).toEqual(["list.csv"]);
    const [{ when }] = scenario.world("as-written").faults;
    return when.kind === "listed" ? when.outages() : "not listed";
  } catch (fault) {
    return /got "list.csv": (.*)/.exec((fault as Error).message)![1];
  }
}

test.each([
  [
    "begin,end\n1m,2m\n200,300.5\n",
    [
      { begin: 60, end: 120 },
      { begin: 200, end: 300.5 },
    ],
  ],
  ["host,end,begin\nx,5,3\n\n", [{ begin: 3, end: 5 }]],
  ["", "list.csv: expected the columns begin and end, got an empty file"],
  ["from,to\n1,2\n", "list.csv:1: expected the columns begin and end, got from, to"],
  ["begin,end\n", "list.csv: expected at least one outage, got none"],
  ["begin,end\n1,soon\n", 'list.csv:2: end: expected seconds or a duration like "5m", got "soon"'],
  ["begin,end\n1\n", 'list.csv:2: end: expected seconds or a duration like "5m", got ""'],
  ["begin,end\n5,4\n", "list.csv:2: expected an end not before its begin, got 4 s"],
  ["begin,end\n1,4\n3,9\n", "list.csv:3: expected a begin not before the end of the one before it (4 s), got 3 s"],
])("a file of outages %j", (content, expected) => expect(outagesOf(content)).toEqual(expected));
