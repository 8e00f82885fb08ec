"""Scores predictions of projects that the model has not seen: held-out folds, and whole data sets left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench.estimation_data import DataSet
from bench.estimation_fit import Posterior, Priors, fit
from services.projects.estimation.calibration import Curve, Prediction

Vector = npt.NDArray[np.float64]
Predictor = Callable[[float], Prediction]

LEVEL = 0.8
FOLDS = 10
SEED = 20
_LEAST = 1e-6  # spread of data that lie on a line
# Elapsed time differs less between organisations than effort does.
DURATION_PRIORS = Priors(tau_a=0.2, tau_b=0.05)


@dataclass
class Tally:
    """Predictions beside what came out. `places` are the outcomes' places (0..1) in their predicted distributions:
    evenly spread if the intervals are right."""

    places: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)

    def add(self, prediction: Prediction, actual: float) -> None:
        self.places.append(prediction.chance_within(actual))
        self.errors.append(abs(actual - prediction.median) / actual)
        low, high = prediction.quantile((1 - LEVEL) / 2), prediction.quantile((1 + LEVEL) / 2)
        self.factors.append((high / low) ** 0.5)

    def extend(self, other: "Tally") -> None:
        self.places += other.places
        self.errors += other.errors
        self.factors += other.factors

    def coverage(self, level: float = LEVEL) -> float:
        """Share of outcomes inside the central interval of probability `level`."""
        return float(np.mean(np.abs(2 * np.array(self.places) - 1) <= level))

    @property
    def mdmre(self) -> float:
        """Median magnitude of relative error: |actual - estimate| / actual."""
        return float(np.median(self.errors))

    @property
    def pred25(self) -> float:
        """Share of estimates within 25 % of the actual."""
        return float(np.mean(np.array(self.errors) <= 0.25))

    @property
    def factor(self) -> float:
        """Half-width of the interval as a factor: 2 is from half to double the median."""
        return float(np.median(self.factors))


MODELS = ("model", "median", "loglinear")
Scores = dict[str, dict[str, Tally]]  # by model, then by data set


def median_productivity(x: Vector, y: Vector) -> Predictor:
    """Baseline: the median ratio, with its residuals' normal spread."""
    ratios = np.log(y / x)
    centre, spread = float(np.median(ratios)), max(float(np.std(ratios, ddof=1)), _LEAST)
    return lambda value: Prediction(centre + float(np.log(value)), spread, 1e6)


def log_linear(x: Vector, y: Vector) -> Predictor:
    """Baseline: least squares on logs, with the textbook prediction interval."""
    logs = np.log(x)
    design = np.column_stack([np.ones(len(logs)), logs])
    coefficients, *_ = np.linalg.lstsq(design, np.log(y), rcond=None)
    df = len(logs) - 2
    variance = max(float(np.sum((np.log(y) - design @ coefficients) ** 2)) / df, _LEAST**2)
    inverse = np.linalg.pinv(design.T @ design)

    def predict(value: float) -> Prediction:
        row = np.array([1.0, float(np.log(value))])
        return Prediction(float(row @ coefficients), float((variance * (1 + row @ inverse @ row)) ** 0.5), df)

    return predict


def hierarchical(sets: Sequence[DataSet], *, draws: int = 1500, priors: Priors | None = None) -> Posterior:
    """The model of `estimation_fit` for effort on size."""
    return fit([(one.name, one.size, one.effort) for one in sets], draws=draws, priors=priors)


def duration_model(sets: Sequence[DataSet], *, draws: int = 1500) -> Posterior:
    """The same model for months on person-hours, over the projects with a duration."""
    known = [one.take(np.isfinite(one.duration)) for one in sets]
    return fit(
        [(one.name, one.effort, one.duration) for one in known if len(one) >= 2],
        priors=DURATION_PRIORS,
        draws=draws,
    )


def as_duration(sets: Sequence[DataSet]) -> list[DataSet]:
    """The data sets with effort in the place of size and months in the place of effort, to be scored alike."""
    known = [one.take(np.isfinite(one.duration)) for one in sets]
    return [DataSet(one.name, one.effort, one.duration, one.duration) for one in known if len(one) >= 2]


def _score(scores: Scores, name: str, predictors: dict[str, Predictor], held_out: DataSet) -> None:
    for model, predict in predictors.items():
        tally = scores[model].setdefault(name, Tally())
        for x, y in zip(held_out.size, held_out.effort, strict=True):
            tally.add(predict(float(x)), float(y))


def held_out_folds(
    sets: Sequence[DataSet],
    *,
    only: str | None = None,
    folds: int = FOLDS,
    seed: int = SEED,
    draws: int = 1500,
) -> Scores:
    """Every project predicted by a model that saw the other folds of all data sets, its own data set among them.
    With `only`, just that data set is split and scored, and the others are all seen."""
    rng = np.random.default_rng(seed)
    scores: Scores = {model: {} for model in MODELS}
    places = {one.name: rng.permutation(len(one)) % folds for one in sets if only is None or one.name == only}
    for fold in range(folds):
        training = [one.take(places[one.name] != fold) if one.name in places else one for one in sets]
        posterior = hierarchical(training, draws=draws)
        for one, seen in zip(sets, training, strict=True):
            if one.name not in places:
                continue
            curve = posterior.known(one.name)
            _score(
                scores,
                one.name,
                {
                    "model": curve.predict,
                    "median": median_productivity(seen.size, seen.effort),
                    "loglinear": log_linear(seen.size, seen.effort),
                },
                one.take(places[one.name] == fold),
            )
    return scores


def left_out_data_sets(sets: Sequence[DataSet], *, draws: int = 4000, priors: Priors | None = None) -> Scores:
    """Every data set predicted by a model that saw the others only, as an organisation of which nothing is known."""
    scores: Scores = {model: {} for model in MODELS}
    for left_out in sets:
        seen = [one for one in sets if one is not left_out]
        unseen(hierarchical(seen, draws=draws, priors=priors).new(), seen, left_out, scores)
    return scores


def unseen(curve: Curve, seen: Sequence[DataSet], other: DataSet, scores: Scores | None = None) -> Scores:
    """Another data set predicted by `curve`, and by the baselines fitted to all projects of `seen` together."""
    scores = {model: {} for model in MODELS} if scores is None else scores
    sizes = np.concatenate([one.size for one in seen])
    efforts = np.concatenate([one.effort for one in seen])
    _score(
        scores,
        other.name,
        {
            "model": curve.predict,
            "median": median_productivity(sizes, efforts),
            "loglinear": log_linear(sizes, efforts),
        },
        other,
    )
    return scores


def overall(by_data_set: dict[str, Tally]) -> Tally:
    """All projects together."""
    total = Tally()
    for tally in by_data_set.values():
        total.extend(tally)
    return total
