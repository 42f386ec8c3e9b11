"""What every SimPy program shares around its simulation: arguments, a histogram and the line it prints."""

import json
import math
import sys


def read_arguments(default_size):
    """The size, which may be written 2e6, and the seed."""
    n = int(float(sys.argv[1])) if len(sys.argv) > 1 else default_size
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    return n, seed


class Histogram:
    """Log-linear, 128 bins to the octave as in the C++ programs, so that memory does not grow with the run."""

    def __init__(self):
        self.counts = {}
        self.total = 0
        self.sum = 0.0

    def record(self, value):
        mantissa, exponent = math.frexp(value)
        bin = exponent * 128 + int(mantissa * 256) - 128
        self.counts[bin] = self.counts.get(bin, 0) + 1
        self.total += 1
        self.sum += value

    def mean(self):
        return self.sum / self.total

    def quantile(self, q):
        rank = math.ceil(q * self.total)
        seen = 0
        for bin in sorted(self.counts):
            seen += self.counts[bin]
            if seen >= rank:
                exponent, fraction = divmod(bin, 128)
                return math.ldexp((fraction + 128.5) / 256, exponent)
        return None


def peak_mib():
    """The high-water mark of this program's own memory.

    The resource module would not do: what it says begins with the memory of whoever started the program.
    """
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def report(env, model, n, seconds, latencies):
    print(
        json.dumps(
            {
                "program": "simpy",
                "model": model,
                "n": n,
                "seconds": round(seconds, 6),
                "mean": latencies.mean(),
                "p99": latencies.quantile(0.99),
                # SimPy numbers its events as they are scheduled; nothing public counts them.
                "events": next(env._eid),
                "peakMiB": round(peak_mib(), 2),
            },
            separators=(",", ":"),
        )
    )
