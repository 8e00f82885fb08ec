"""`python -m tests.evals [part of a name] [--write]`: run the conversations, print the table.

The model is the one of the environment's settings (OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL), else `guided`.
`--write` puts the results into docs/evals.md. Ends with the line `task_success=…`.
"""

import argparse
import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import date

os.environ["ENVIRONMENT"] = "test"
os.environ["RATE_LIMIT_SCALE"] = "1000"

from core.migrate import ROOT
from core.settings import Settings
from tests.evals.cases import all_cases
from tests.evals.product import product
from tests.evals.runner import Figures, Outcome, figures, run_all

_MODEL_SETTINGS = ("model", "openai_api_key", "openai_base_url", "openai_model", "openai_timeout_seconds")


async def main() -> int:
    """Run and print. Exit code 1 where less than 90 % of the conversations reach their goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals")
    parser.add_argument("part", nargs="?", default="", help="only conversations whose group or name has this")
    parser.add_argument("--write", action="store_true", help="write docs/evals.md")
    parser.add_argument("--parallel", type=int, default=2)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    chosen = [each for each in all_cases() if arguments.part.lower() in f"{each.group} {each.name}".lower()]
    configured = Settings()
    overrides = {name: getattr(configured, name) for name in _MODEL_SETTINGS}
    async with product(**overrides) as served:
        outcomes = await run_all(served, chosen, parallel=arguments.parallel)
    model = configured.openai_model if configured.uses_openai else "guided"
    report = _report(model, outcomes)
    print("\n".join([*_failures(outcomes), "", *report]))
    if arguments.write:
        _write(report)
    total = figures(outcomes)
    print(f"task_success={total.success:.3f}")
    return 0 if total.success >= 0.9 else 1


def _failures(outcomes: Sequence[Outcome]) -> list[str]:
    lines = []
    for outcome in outcomes:
        if outcome.ok:
            continue
        lines.append(f"✗ {outcome.case.group}: {outcome.case.name}")
        if outcome.error:
            lines.append(f"    {outcome.error}")
        for number, verdict in outcome.verdicts:
            if not verdict.ok:
                turn = outcome.turns[number - 1]
                lines.append(f"    {number}. “{turn.said[:100]}” -> {verdict.what}")
                lines.append(f"       {turn.tools} {' '.join(turn.text.split())[:220]}")
    lines += [f"not grounded: {quote}" for outcome in outcomes for quote in outcome.ungrounded[:2]][:10]
    return lines


def _report(model: str, outcomes: Sequence[Outcome]) -> list[str]:
    groups = list(dict.fromkeys(outcome.case.group for outcome in outcomes))
    rows = [(group, figures([o for o in outcomes if o.case.group == group])) for group in groups]
    rows.append(("all", figures(outcomes)))
    head = "| conversations | n | task success | right tool | right arguments | grounded | turns to first useful answer | first token p50 | p95 |"
    return [
        f"Model: `{model}`",
        "",
        head,
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(_row(*row) for row in rows),
    ]


def _row(name: str, total: Figures) -> str:
    return (
        f"| {name} | {total.conversations} | {total.success:.1%} | {total.right_tool:.1%} | {total.right_arguments:.1%} |"
        f" {total.grounded:.1%} | {total.useful_after:.2f} | {total.ttft_p50 * 1000:.0f} ms | {total.ttft_p95 * 1000:.0f} ms |"
    )


def _write(report: Sequence[str]) -> None:
    text = (ROOT / "tests" / "evals" / "preface.md").read_text(encoding="utf-8")
    body = "\n".join(report)
    (ROOT / "docs" / "evals.md").write_text(
        f"{text}\n## Results of {date.today():%Y-%m-%d}\n\n{body}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
