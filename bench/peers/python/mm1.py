# pip install -r requirements.txt && python python/mm1.py 2e5 1
"""M/M/1, first come first served: one process for every customer, one resource for the server."""

import random
import time

import simpy

from peer import Histogram, read_arguments, report

ARRIVAL_RATE = 0.8
SERVICE_RATE = 1.0


def customer(env, server, sojourns):
    arrival = env.now
    with server.request() as turn:
        yield turn
        yield env.timeout(random.expovariate(SERVICE_RATE))
    sojourns.record(env.now - arrival)


def source(env, n, server, sojourns):
    for _ in range(n):
        yield env.timeout(random.expovariate(ARRIVAL_RATE))
        env.process(customer(env, server, sojourns))


def main():
    n, seed = read_arguments(200_000)
    random.seed(seed)
    env = simpy.Environment()
    sojourns = Histogram()
    env.process(source(env, n, simpy.Resource(env, capacity=1), sojourns))
    start = time.perf_counter()
    env.run()
    report(env, "mm1", n, time.perf_counter() - start, sojourns)


if __name__ == "__main__":
    main()
