/** What a user is told about caches, pools and queues. */
import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, type Row } from "./complaints.js";

const load = "load: { visitors: { rate: 5/s, keys: { count: 9, zipf: 1 }, to: web/get } }\n";
const web = (steps: string, fields = ""): string =>
  `services: { web: { endpoints: { get: ${steps} }, ${fields} } }\n${load}`;
const look = (fields: string): string =>
  web("{ cache: { in: hot, miss: { cpu: 5ms } } }", `caches: { hot: ${fields} }`);
const mail = (fields: string, steps = "{ publish: mail }"): string =>
  `services: { web: { endpoints: { get: ${steps}, take: { cpu: 5ms } } } }\n${load}queues: { mail: ${fields} }\n`;

const rows: readonly Row[] = [
  [
    "a cache that is neither",
    look("{ latency: 1ms }"),
    "1:99 services.web.caches.hot: expected either hitRate or capacity, got neither",
  ],
  [
    "a cache that is both",
    look("{ hitRate: 80%, capacity: 5 }"),
    "1:99 services.web.caches.hot: expected either hitRate or capacity, got both",
  ],
  [
    "a time to live of what is not kept",
    look("{ hitRate: 80%, timeToLive: 5m }"),
    "1:127 services.web.caches.hot.timeToLive: expected it only beside a capacity, got one beside a hitRate",
  ],
  [
    "more than all",
    look("{ hitRate: 120% }"),
    "1:110 services.web.caches.hot.hitRate: expected a share from 0% to 100%, got 120%",
  ],
  [
    "an own cache that starts again by itself",
    look("{ capacity: 5, restartsAt: [5m] }"),
    "1:126 services.web.caches.hot.restartsAt: expected it only where per is service: a pod's own cache starts again with the pod",
  ],
  [
    "a cache that there is not",
    web("{ cache: { in: hut, miss: { cpu: 5ms } } }", "caches: { hot: { capacity: 5 } }"),
    '1:53 services.web.endpoints.get.cache.in: no cache of web named "hut"; there is hot (hot?)',
  ],
  [
    "a miss that looks again for the same",
    web("{ cache: { in: hot, miss: { cache: { in: hot, miss: { cpu: 5ms } } } } }", "caches: { hot: { capacity: 5 } }"),
    "1:79 services.web.endpoints.get.cache.miss.cache.in: expected another cache within a miss of hot, got the same again",
  ],
  [
    "a fetch for all that waits for itself, round a corner",
    `services: { web: { caches: { hot: { capacity: 5, singleFlight: true } }, endpoints: {
  get: { cache: { in: hot, miss: { call: db/read } } }, look: { cache: { in: hot, miss: { cpu: 5ms } } } } },
  db: { endpoints: { read: { call: web/look } } } }\n${load}`,
    "2:42 services.web.endpoints.get.cache.miss.call: expected no other look into hot within a miss of it with singleFlight, got one in web/look",
  ],
  [
    "a pool that there is not",
    web("[{ wait: 1ms }, { hold: { pool: db, steps: { wait: 1ms } } }]"),
    '1:70 services.web.endpoints.get[1].hold.pool: no pool of web named "db"; there is none',
  ],
  [
    "a pool without connections",
    web("{ hold: { pool: db, steps: { wait: 1ms } } }", "pools: { db: { connections: 0 } }"),
    "1:114 services.web.pools.db.connections: expected a whole number from 1 up, got 0",
  ],
  [
    "a pool in a job",
    `${web("{ cpu: 1ms }")}jobs: { once: { steps: { hold: { pool: db, steps: { wait: 1ms } } } } }\n`,
    "3:40 jobs.once.steps.hold.pool: expected no pool in a job, which has none",
  ],
  [
    "a queue that there is not",
    mail("{ consumer: web/take }", "{ publish: mall }"),
    '1:49 services.web.endpoints.get.publish: no queue named "mall"; there is mail (mail?)',
  ],
  [
    "a consumer that there is not",
    mail("{ consumer: web/toke }"),
    '3:29 queues.mail.consumer: no endpoint of web named "toke"; there are get, take (take?)',
  ],
  [
    "a message that causes itself",
    mail("{ consumer: web/get }"),
    "1:49 services.web.endpoints.get.publish: calls go in a circle: web/get → web/get",
  ],
  [
    "a message that fails at once for ever",
    mail("{ consumer: web/take, deliveries: unlimited }"),
    "3:51 queues.mail.deliveries: expected a number where backOff is 0s, got unlimited",
  ],
  [
    "a consumer whose calls wait at the service",
    `services: { web: { endpoints: { get: { publish: mail }, take: { cpu: 1ms } }, concurrency: { waitsAt: service } } }\n${load}queues: { mail: { consumer: web/take } }\n`,
    "3:29 queues.mail.consumer: expected a service whose calls wait in their pods, got web",
  ],
  [
    "a policy that leaves a cache out",
    `${look("{ capacity: 5 }")}policies: { other: { services: { web: { caches: { hat: { capacity: 6 } } } } } }\n`,
    '3:41 policies.other.services.web.caches: expected all caches that its steps use, got none named "hot"',
  ],
];

test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

describe("a warning", () => {
  const warningsOf = (text: string): string[] =>
    readScenario(text, { name: "x.yaml" }).warnings.map(({ path, message }) => `${path}: ${message}`);

  test("of requests about nothing that look for something", () => {
    const text = look("{ capacity: 5 }").replace("keys: { count: 9, zipf: 1 }, ", "");
    expect(warningsOf(text)).toEqual([
      "load.visitors: expected keys: without them every look into web.caches.hot misses",
    ]);
    expect(warningsOf(look("{ capacity: 5 }"))).toEqual([]);
  });

  test("of a queue that nobody publishes to", () => {
    expect(warningsOf(mail("{ consumer: web/take }", "{ cpu: 1ms }"))).toEqual([
      "queues.mail: nobody publishes to this queue",
    ]);
  });
});

test("a policy may have other caches, and fan-out counts what messages cause", () => {
  const text = `${look("{ capacity: 5 }")}policies: { a: {}, b: { services: { web: { caches: { hot: { capacity: 6 } } } } } }\n`;
  const { scenario } = readScenario(text, { name: "x.yaml" });
  const sizes = scenario.policies.map((policy) => scenario.world(policy).services[0].caches[0].content);
  expect(sizes).toMatchObject([{ capacity: 5 }, { capacity: 6 }]);
  const many = mail("{ consumer: web/take }", "{ repeat: { times: 20000, steps: { publish: mail } } }");
  expect(complaintsOf(many)).toEqual([
    "1:33 services.web.endpoints.get: expected at most 10000 calls of one request, got 20000 in the mean",
  ]);
});
