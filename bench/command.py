"""The command line that benchmarks share: options, what machine it is, and a last line of name=value pairs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping

import uvloop

from bench.processes import Unavailable, machine


def run(
    measure: Callable[..., Awaitable[Mapping[str, float]]], description: str | None, **options: float
) -> None:
    """Measure with `options`, each of which the command line may change, by the type of its default."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in options.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    chosen = vars(parser.parse_args())

    async def measured() -> Mapping[str, float]:
        return await measure(*(chosen[name] for name in options))

    print(machine())
    try:
        pairs = uvloop.run(measured())
    except Unavailable as missing:
        sys.exit(str(missing))
    print("\n" + " ".join(f"{name}={round(value, 2):g}" for name, value in pairs.items()))
