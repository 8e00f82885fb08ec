"""The benchmark itself: coverage recomputed, constants up to date with the data, files read as they come."""

from pathlib import Path

import numpy as np
import pytest

from bench import estimation
from bench.estimation_check import (
    LEVEL,
    Tally,
    duration_model,
    held_out_folds,
    hierarchical,
    left_out_data_sets,
    overall,
)
from bench.estimation_data import DataError, data_set, public_data_sets, read
from bench.estimation_fit import fit
from services.projects.estimation.calibration import Prediction, calibration


def test_the_public_data_are_whole() -> None:
    sets = public_data_sets()
    assert [(one.name, len(one), one.dropped) for one in sets] == [
        ("china", 499, 0),
        ("desharnais", 81, 0),
        ("kitchenham", 145, 0),
    ]
    medians = [float(np.median(one.effort / one.size)) for one in sets]
    assert medians == pytest.approx([8.1, 15.5, 6.3], abs=0.06)
    months = [float(np.nanmedian(one.duration)) for one in sets]
    assert months == pytest.approx([7, 10, 5.6], abs=0.1)


def test_committed_constants_are_those_of_the_data() -> None:
    sets = public_data_sets()
    effort, duration = hierarchical(sets, draws=3000).new(), duration_model(sets, draws=3000).new()
    for fresh, committed in ((effort, calibration().effort), (duration, calibration().duration)):
        for size in (100, 300, 2000):
            new, old = fresh.predict(size), committed.predict(size)
            assert new.location == pytest.approx(old.location, abs=0.05)
            assert new.quantile(0.9) == pytest.approx(old.quantile(0.9), rel=0.12)


def test_held_out_projects_fall_inside_the_intervals() -> None:
    scores = held_out_folds(public_data_sets(), folds=3, draws=400)
    assert 0.72 <= overall(scores["model"]).coverage() <= 0.88
    for name, tally in scores["model"].items():
        assert 0.70 <= tally.coverage() <= 0.90, name


def test_left_out_organisations_fall_inside_the_intervals() -> None:
    scores = left_out_data_sets(public_data_sets(), draws=2000)
    for name, tally in scores["model"].items():
        assert 0.70 <= tally.coverage() <= 0.90, name
    assert 0.72 <= overall(scores["model"]).coverage() <= 0.88


def test_the_fit_finds_the_curve_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    groups = []
    for name, level in (("one", 2.0), ("two", 2.6), ("three", 2.3)):
        size = np.exp(rng.normal(5.5, 1.0, 150))
        groups.append((name, size, np.exp(level + 0.9 * np.log(size) + 0.5 * rng.standard_normal(150))))
    posterior = fit(groups, draws=600)
    two = posterior.known("two").predict(250)
    assert two.location == pytest.approx(2.6 + 0.9 * np.log(250), abs=0.12)
    assert posterior.known("one").slope == pytest.approx(0.9, abs=0.1)
    half_width = np.log(two.quantile(0.9) / two.median)
    assert half_width == pytest.approx(1.2816 * 0.5, rel=0.15)
    # Nothing is known of a new organisation's level, so its interval is wider.
    assert posterior.new().predict(250).scale > two.scale * 1.2


def test_coverage_counts_what_lies_between_the_bounds() -> None:
    tally = Tally()
    prediction = Prediction(0.0, 1.0, 10)
    for p in (0.05, 0.3, 0.5, 0.8, 0.95):
        tally.add(prediction, prediction.quantile(p))
    assert tally.coverage(LEVEL) == pytest.approx(3 / 5)
    assert tally.coverage(0.95) == 1


def test_reads_quoted_names_units_and_holes(tmp_path: Path) -> None:
    arff = tmp_path / "strange.arff"
    arff.write_text(
        "% a comment\n@relation x\n@attribute 'FP ' numeric\n@attribute Kind {'a, b',c}\n"
        "@attribute 'Dev. Effort' numeric\n@data\n100,'a, b',2\n?,c,3\n50,c,0\n200,c,4.5\n"
    )
    data = read(arff, effort="dev. effort", unit="months")
    assert list(data.size) == [100, 200]
    assert list(data.effort) == [304, 684]
    assert data.dropped == 2
    assert np.isnan(data.duration).all()

    csv = tmp_path / "plain.csv"
    csv.write_text("Size;Effort;Duration;Org\n100;800;10;A\n50;300;4;B\n")
    data = read(csv, duration_unit="weeks", where={"Org": "A"})
    assert list(data.effort) == [800]
    assert data.duration[0] == pytest.approx(10 * 7 / 30.4375)


def test_says_which_columns_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv = tmp_path / "x.csv"
    csv.write_text("Points,Hours\n1,2\n")
    with pytest.raises(DataError, match="Points, Hours"):
        read(csv)
    assert estimation.main(["--data", str(csv), "--size", "Nope"]) == 2
    assert "Points, Hours" in capsys.readouterr().err
    assert estimation.main(["--data", str(tmp_path / "none.csv")]) == 2


def test_another_data_set_ends_with_its_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(5)
    rows = [
        f"{size:.0f},{8 * size * np.exp(0.6 * rng.standard_normal()):.0f}"
        for size in rng.uniform(50, 900, 12)
    ]
    csv = tmp_path / "mine.csv"
    csv.write_text("\n".join(["fp,effort", *rows]))
    assert estimation.main(["--data", str(csv)]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    pairs = dict(item.split("=") for item in last.split())
    assert pairs["projects"] == "12.000"
    assert 0.5 <= float(pairs["unseen_coverage80"]) <= 1
    assert {"folds_coverage80", "folds_mdmre", "median_folds_mdmre", "loglinear_unseen_pred25"} <= set(pairs)


def test_an_unlikely_unit_is_pointed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv = tmp_path / "months.csv"
    csv.write_text("fp,effort\n100,5\n200,11\n300,14\n")
    assert estimation.main(["--data", str(csv)]) == 0
    assert "--unit" in capsys.readouterr().err
    assert estimation.main(["--data", str(csv), "--unit", "months"]) == 0
    assert "--unit" not in capsys.readouterr().err
    csv.write_text("fp,effort\n100,0\n")
    assert estimation.main(["--data", str(csv)]) == 2


def test_data_on_a_line_have_a_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv = tmp_path / "line.csv"
    csv.write_text("fp,effort\n" + "\n".join(f"{size},{size * 8}" for size in range(100, 700, 100)))
    assert estimation.main(["--data", str(csv)]) == 0
    assert "folds_mdmre=0.0" in capsys.readouterr().out


def test_lengths_must_agree() -> None:
    with pytest.raises(DataError, match="same length"):
        data_set("x", [1, 2], [3])
