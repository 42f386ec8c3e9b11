"""The numbers of the chain, and what does not depend on how a replica shares its CPU."""

import math
import random

SERVICES = 3
REPLICAS = 10  # of each service
CORES = 4  # workers, or cores, of each replica
ARRIVAL_RATE = 2000
MEAN_HOP = 0.0005
MEAN_WORK = 0.010
TICK_PERIOD = 15
TARGET_UTILISATION = 0.5
TOLERANCE = 0.1
MIN_REPLICAS = MAX_REPLICAS = 10

# A log-normal of coefficient of variation 1 has sigma^2 = ln 2 and mu = ln mean - sigma^2 / 2.
WORK_SIGMA = math.sqrt(math.log(2))
WORK_MU = math.log(MEAN_WORK) - math.log(2) / 2


class Service:
    """Some replicas, each of which says what it has `in_flight`, and the busy seconds of all their cores."""

    def __init__(self, env, replicas):
        self.env = env
        self.replicas = replicas
        self.desired = len(replicas)
        self.busy = 0
        self.busy_seconds = 0.0  # since the last tick
        self.last_change = 0.0

    def change_busy(self, by):
        now = self.env.now
        self.busy_seconds += self.busy * (now - self.last_change)
        self.last_change = now
        self.busy += by

    def send(self, route):
        """The less busy of two replicas, which has the request in flight from here on."""
        # Much faster than random.sample, which spends more on two of ten than the choice is worth.
        a = int(random.random() * REPLICAS)
        b = int(random.random() * (REPLICAS - 1))
        if b >= a:
            b += 1
        one, other = self.replicas[a], self.replicas[b]
        chosen = other if other.in_flight < one.in_flight else one
        chosen.in_flight += 1
        route.append(chosen)
        return chosen


def answer(route):
    """The last service's answer is the answer of every service that the request has gone through."""
    for replica in route:
        replica.in_flight -= 1


def autoscaler(env, service):
    while True:
        yield env.timeout(TICK_PERIOD)
        service.change_busy(0)
        utilisation = service.busy_seconds / (TICK_PERIOD * service.desired * CORES)
        service.busy_seconds = 0.0
        ratio = utilisation / TARGET_UTILISATION
        if abs(ratio - 1) > TOLERANCE:
            desired = math.ceil(service.desired * ratio)
            service.desired = max(MIN_REPLICAS, min(MAX_REPLICAS, desired))


def source(env, n, services, request, latencies):
    """Starts n requests and ends when the last of them has."""
    everybody_left = env.event()

    def finished(latency):
        latencies.record(latency)
        if latencies.total == n:
            everybody_left.succeed()

    for _ in range(n):
        yield env.timeout(random.expovariate(ARRIVAL_RATE))
        env.process(request(env, services, finished))
    yield everybody_left
