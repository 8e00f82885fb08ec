"""`python -m bench`: every benchmark, one after the other, or those that are named."""

import subprocess
import sys
import time

BENCHMARKS = (
    "fanout",
    "persisted_send",
    "delivery_latency",
    "stall",
    "reconnect_storm",
    "idle_connections",
    "large_tables",
    "turn",
    "long_conversation",
    "long_conversation",
    "booking",
    "matching_speed",
    "matching_quality",
    "estimation",
    "sign_in_timing",
)


def main(names: list[str]) -> int:
    """Run them in processes of their own; the exit code says whether all went through."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.",
            file=sys.stderr,
        )
        return 2
    failed = []
    for name in names or BENCHMARKS:
        print(f"\n=== {name}", flush=True)
        began = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
        print(f"    {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
