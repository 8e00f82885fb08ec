"""`make chaos`: the long form, with its counts; the last line is `lost= doubled= reordered=`."""

import argparse
import asyncio
import sys

from tests.chaos.cluster import cluster
from tests.chaos.storm import Plan, run


async def main(broker: str, plan: Plan) -> bool:
    """Run, print, and say whether everything was there."""
    async with cluster(broker) as running:
        verdict = await run(running, plan)
    print(
        f"{plan.clients} clients in {plan.rooms} rooms, {plan.seconds:g} s, seed {plan.seed}, broker {broker}"
    )
    for name, count in verdict.counts.items():
        print(f"  {name.replace('_', ' '):<20} {count:>8,}")
    for complaint in (verdict.lost + verdict.doubled + verdict.reordered)[:20]:
        print(f"  {complaint}")
    print(
        f"lost={len(verdict.lost)} doubled={len(verdict.doubled)} reordered={len(verdict.reordered)}"
        f" acknowledged={verdict.counts['acknowledged']} delivered={verdict.counts['delivered']}"
    )
    return not (verdict.lost or verdict.doubled or verdict.reordered)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rooms", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broker", choices=("redis", "postgres"), default="redis")
    arguments = vars(parser.parse_args())
    sys.exit(0 if asyncio.run(main(arguments.pop("broker"), Plan(**arguments))) else 1)
