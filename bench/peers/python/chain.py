# pip install -r requirements.txt && python python/chain.py 1e5 1
"""Three services in tandem, each of ten replicas with four workers and one queue, and an autoscaler."""

import random
import time

import simpy

from chain_model import CORES, MEAN_HOP, REPLICAS, SERVICES, WORK_MU, WORK_SIGMA, Service, autoscaler, source
from peer import Histogram, read_arguments, report


class Replica(simpy.Resource):
    @property
    def in_system(self):
        return len(self.users) + len(self.queue)


def request(env, services, finished):
    start = env.now
    for service in services:
        yield env.timeout(random.expovariate(1 / MEAN_HOP))
        with service.less_busy_of_two().request() as worker:
            yield worker
            service.change_busy(+1)
            yield env.timeout(random.lognormvariate(WORK_MU, WORK_SIGMA))
            service.change_busy(-1)
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
