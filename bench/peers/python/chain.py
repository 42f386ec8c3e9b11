# pip install -r requirements.txt && python python/chain.py 1e5 1
"""Three services, each of which calls the next, and an autoscaler for each.

A service has ten replicas with four workers and one queue. A worker is held for the service's own work,
but a replica has a call in flight until its answer is there, that is until the last service is done.
"""

import random
import time

import simpy

from chain_model import CORES, MEAN_HOP, REPLICAS, SERVICES, WORK_MU, WORK_SIGMA, Service, answer, autoscaler, source
from peer import Histogram, read_arguments, report


class Replica(simpy.Resource):
    in_flight = 0  # calls not answered yet, whoever works on them


def request(env, services, finished):
    start = env.now
    route = []
    for service in services:
        yield env.timeout(random.expovariate(1 / MEAN_HOP))
        with service.send(route).request() as worker:
            yield worker
            service.change_busy(+1)
            yield env.timeout(random.lognormvariate(WORK_MU, WORK_SIGMA))
            service.change_busy(-1)
    answer(route)
    finished(env.now - start)


def main():
    n, seed = read_arguments(100_000)
    random.seed(seed)
    env = simpy.Environment()
    services = [Service(env, [Replica(env, capacity=CORES) for _ in range(REPLICAS)]) for _ in range(SERVICES)]
    for service in services:
        env.process(autoscaler(env, service))
    latencies = Histogram()
    everything = env.process(source(env, n, services, request, latencies))
    start = time.perf_counter()
    env.run(until=everything)
    report(env, "chain", n, time.perf_counter() - start, latencies)


if __name__ == "__main__":
    main()
