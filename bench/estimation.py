"""How far the estimator can be trusted: interval coverage, MdMRE and PRED(25) on projects it has not seen.

    python -m bench.estimation                 held-out folds and left-out data sets, beside two baselines
    python -m bench.estimation --data F        the same for another data set (ARFF or CSV; see --help)
    python -m bench.estimation --fit           writes the constants that the estimator uses
    python -m bench.estimation --plot          writes the calibration plot of docs/estimation.md

The last line of the first two holds `name=value` pairs.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bench import estimation_check as check
from bench.estimation_data import DataError, DataSet, public_data_sets, read
from bench.estimation_plot import draw
from services.projects.estimation.calibration import PATH, Curve, calibration

PLOT = Path(__file__).parent.parent / "docs" / "images" / "estimation-calibration.svg"
_NAMES = {
    "model": "hierarchical model",
    "median": "median productivity",
    "loglinear": "log-linear regression",
}


def _table(title: str, scores: check.Scores) -> None:
    print(f"\n{title}")
    print(f"{'':24}{'':24}{'n':>5}{'coverage':>10}{'MdMRE':>8}{'PRED(25)':>10}{'80 % factor':>13}")
    for model, by_name in scores.items():
        rows = list(by_name.items())
        if len(rows) > 1:
            rows.append(("all", check.overall(by_name)))
        for name, tally in rows:
            print(
                f"{_NAMES[model]:24}{name:24}{len(tally.places):5d}{tally.coverage():10.1%}"
                f"{tally.mdmre:8.2f}{tally.pred25:10.1%}{'x/÷ ' + format(tally.factor, '.1f'):>13}"
            )


def _pairs(prefix: str, scores: check.Scores, *, each: bool = False) -> dict[str, float]:
    pairs: dict[str, float] = {}
    for model, by_name in scores.items():
        lead = prefix if model == "model" else f"{model}_{prefix}"
        total = check.overall(by_name)
        pairs |= {
            f"{lead}_coverage80": total.coverage(),
            f"{lead}_mdmre": total.mdmre,
            f"{lead}_pred25": total.pred25,
        }
        if each and model == "model":
            pairs |= {f"{lead}_coverage80_{name}": tally.coverage() for name, tally in by_name.items()}
    return pairs


def _last_line(pairs: dict[str, float]) -> None:
    print("\n" + " ".join(f"{name}={value:.3f}" for name, value in pairs.items()))


def write_constants(path: Path = PATH) -> None:
    """Fits effort and duration on all public data sets and writes the curves for a new organisation."""
    sets = public_data_sets()
    effort = check.hierarchical(sets, draws=8000).new()
    duration = check.duration_model(sets, draws=8000).new()
    data = {
        "made_by": "python -m bench.estimation --fit",
        "data_sets": [one.name for one in sets],
        "projects": sum(len(one) for one in sets),
        "effort": asdict(effort),
        "duration": asdict(duration),
    }
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    calibration.cache_clear()


def public() -> None:
    """The benchmark on china, desharnais and kitchenham."""
    sets = public_data_sets()
    print(
        "Effort in person-hours from function points; 80 % prediction intervals. Every project is predicted unseen."
    )
    folds = check.held_out_folds(sets)
    _table(
        f"Held-out folds ({check.FOLDS}, seed {check.SEED}): other projects of the organisation are known",
        folds,
    )
    left_out = check.left_out_data_sets(sets)
    _table("One data set left out: nothing of the organisation is known (what a new founder is)", left_out)
    durations = check.as_duration(sets)
    months = check.left_out_data_sets(durations, priors=check.DURATION_PRIORS)
    _table("Months from person-hours, one data set left out", months)
    _last_line(
        _pairs("folds", folds, each=True)
        | _pairs("left_out", left_out, each=True)
        | {"duration_left_out_coverage80": check.overall(months["model"]).coverage()}
    )


def another(data: DataSet, *, comparable: bool) -> None:
    """The benchmark on a data set of the caller's. `comparable`: its sizes are in function points."""
    print(f"{data.name}: {len(data)} projects" + (f", {data.dropped} rows left out" if data.dropped else ""))
    sets = public_data_sets() if comparable else []
    hours_a_point = float(np.median(data.effort / data.size)) if len(data) else 0.0
    if comparable and not 0.5 <= hours_a_point <= 100:
        print(
            f"note: {hours_a_point:.2g} person-hours per function point is unusual; check --unit and --size-unit",
            file=sys.stderr,
        )
    pairs: dict[str, float] = {"projects": len(data)}
    if comparable:
        scores = check.unseen(calibration().effort, sets, data)
        _table("As it is: predicted by the committed constants, nothing of this data set seen", scores)
        pairs |= _pairs("unseen", scores)
    else:
        print("Sizes are not in function points: the committed constants do not apply; fitted by itself.")
    if len(data) >= 5:
        folds = check.held_out_folds([*sets, data], only=data.name, folds=min(check.FOLDS, len(data)))
        _table("Recalibrated: held-out folds, the rest of this data set seen", folds)
        pairs |= _pairs("folds", folds)
    _last_line(pairs)


def plot(path: Path = PLOT) -> None:
    """Draws nominal against observed coverage, and the projects with the band for a new organisation."""
    sets = public_data_sets()
    lines = {"held-out folds": check.overall(check.held_out_folds(sets)["model"])}
    left_out = check.left_out_data_sets(sets)["model"]
    lines |= {f"{name} left out": tally for name, tally in left_out.items()}
    curve: Curve = calibration().effort
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draw(lines, sets, curve), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs from the command line; 2 for a file that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bench.estimation", description=__doc__.split("\n")[0])
    parser.add_argument("--fit", action="store_true", help="write the estimator's constants")
    parser.add_argument("--plot", action="store_true", help="write the calibration plot")
    parser.add_argument("--data", type=Path, help="another data set, ARFF or CSV")
    parser.add_argument("--size", help="column of the size, in function points")
    parser.add_argument("--effort", help="column of the effort")
    parser.add_argument("--duration", help="column of the duration")
    parser.add_argument("--unit", choices=["hours", "days", "months", "thousand-hours"], default="hours")
    parser.add_argument("--duration-unit", choices=["months", "weeks", "days"], default="months")
    parser.add_argument(
        "--size-unit", choices=["fp", "other"], default="fp", help="other: lines of code and the like"
    )
    parser.add_argument(
        "--where", action="append", default=[], metavar="COLUMN=VALUE", help="only these rows"
    )
    options = parser.parse_args(arguments)
    try:
        if options.fit:
            write_constants()
        if options.plot:
            plot()
        if options.data:
            data = read(
                options.data,
                size=options.size,
                effort=options.effort,
                duration=options.duration,
                unit=options.unit,
                duration_unit=options.duration_unit,
                where=dict(item.split("=", 1) for item in options.where),
            )
            if len(data) == 0:
                raise DataError(f"{options.data} has no row with a positive size and effort")
            another(data, comparable=options.size_unit == "fp")
        elif not (options.fit or options.plot):
            public()
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
