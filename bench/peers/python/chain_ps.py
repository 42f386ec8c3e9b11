# pip install -r requirements.txt && python python/chain_ps.py 1e5 1
"""The chain whose containers share their CPU.

SimPy has no shared resource, so a container keeps a virtual time, which runs at the speed of one
request, and the virtual times at which its requests leave. Its next departure is a timeout with a
callback; SimPy cannot take a timeout back, so one that was overtaken is ignored by its version. Only the
requests that a container works on share its CPU; its calls in flight are all that have no answer yet.
"""

import heapq
import random
import time

import simpy

from chain_model import CORES, MEAN_HOP, REPLICAS, SERVICES, WORK_MU, WORK_SIGMA, Service, answer, autoscaler, source
from peer import Histogram, read_arguments, report


class Container:
    def __init__(self, env):
        self.env = env
        self.service = None
        self.running = []  # a heap of (virtual time of leaving, order, event)
        self.virtual_time = 0.0
        self.last_change = 0.0
        self.version = 0
        self.order = 0
        self.in_flight = 0  # calls not answered yet, whoever works on them

    def slowness(self):
        return max(1.0, len(self.running) / CORES)

    def serve(self, work):
        """An event that happens when this much work has been done."""
        self._advance()
        done = self.env.event()
        self.order += 1
        heapq.heappush(self.running, (self.virtual_time + work, self.order, done))
        if len(self.running) <= CORES:
            self.service.change_busy(+1)
        # With a core for everybody, only a new first one changes the time of the next departure.
        if len(self.running) > CORES or self.running[0][2] is done:
            self._schedule()
        return done

    def _advance(self):
        now = self.env.now
        if self.running:
            self.virtual_time += (now - self.last_change) / self.slowness()
        self.last_change = now

    def _schedule(self):
        self.version += 1
        if not self.running:
            return
        left = max(0.0, self.running[0][0] - self.virtual_time)
        departure = self.env.timeout(left * self.slowness(), value=self.version)
        departure.callbacks.append(self._depart)

    def _depart(self, departure):
        if departure.value != self.version:
            return
        self._advance()
        _, _, done = heapq.heappop(self.running)
        if len(self.running) < CORES:
            self.service.change_busy(-1)
        self._schedule()
        done.succeed()


def request(env, services, finished):
    start = env.now
    route = []
    for service in services:
        yield env.timeout(random.expovariate(1 / MEAN_HOP))
        yield service.send(route).serve(random.lognormvariate(WORK_MU, WORK_SIGMA))
    answer(route)
    finished(env.now - start)


def main():
    n, seed = read_arguments(100_000)
    random.seed(seed)
    env = simpy.Environment()
    services = [Service(env, [Container(env) for _ in range(REPLICAS)]) for _ in range(SERVICES)]
    for service in services:
        for container in service.replicas:
            container.service = service
        env.process(autoscaler(env, service))
    latencies = Histogram()
    everything = env.process(source(env, n, services, request, latencies))
    start = time.perf_counter()
    env.run(until=everything)
    report(env, "chain-ps", n, time.perf_counter() - start, latencies)


if __name__ == "__main__":
    main()
