import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Generator } from "../../lab/generator.js";

test("the generator does not wait for answers, and counts from the moment that a request was due", async () => {
  // A server that answers nobody until it has seen everybody: who waits for an answer before sending on would wait for ever.
  const waiting: ServerResponse[] = [];
  const works: number[] = [];
  const server = createServer((request, response) => {
    works.push(Number(request.headers["x-work-ms"]));
    waiting.push(response);
    if (waiting.length === 3) for (const one of waiting) one.writeHead(one === waiting[2] ? 503 : 200).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const generator = new Generator((server.address() as AddressInfo).port);
  const requests = [0, 0.05, 0.1].map((at) => ({ at, work: 0.0205, from: "127.0.0.1" }));
  const sent = await generator.play(requests, performance.now());
  generator.close();
  server.close();
  expect(works).toEqual([20.5, 20.5, 20.5]);
  expect(sent.map(({ status }) => status)).toEqual([200, 200, 503]);
  // Timers may be a millisecond early; the third was sent no sooner, and all were answered after that.
  expect(sent[0].latency).toBeGreaterThan(0.098);
  expect(sent[1].latency).toBeGreaterThan(0.048);
  expect(sent[0].latency).toBeGreaterThan(sent[1].latency);
  expect(sent[1].latency).toBeGreaterThan(sent[2].latency);
});

test("a request without an answer is one that failed", async () => {
  const server = createServer((request) => request.socket.destroy());
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const generator = new Generator((server.address() as AddressInfo).port);
  const [sent] = await generator.play([{ at: 0, work: 0.001, from: "127.0.0.1" }], performance.now());
  generator.close();
  server.close();
  expect(sent.status).toBe(0);
});
