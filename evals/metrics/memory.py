"""Memory = the largest resident set of the process so far, in MB (10^6 bytes), as getrusage(2) gives it."""

import resource
import sys


def peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
