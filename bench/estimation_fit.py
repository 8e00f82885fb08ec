"""Fits y on x over several data sets by a hierarchical Bayesian model (Gibbs sampling, numpy only).

For project j of data set i, on natural logs and with x centred:

    y_ij = a_i + b_i (x_ij - c) + e_ij,    e_ij ~ Student-t(nu, 0, s_i)
    a_i ~ N(mu, tau_a),   b_i ~ N(beta, tau_b),   log s_i ~ N(log s, tau_s)

A data set that the model has seen is predicted with its own a, b, s (pulled towards the others as far as it has few
projects); an organisation that it has not seen with new draws of them, so that its interval holds the spread between
organisations as well. With three data sets the data alone cannot tell tau, hence the priors below, which are the
one place where judgement enters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np
import numpy.typing as npt

from services.projects.estimation import student
from services.projects.estimation.calibration import Curve

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Priors:
    """Medians of the spreads between organisations, each known to a factor of about e**0.3 (log-normal), and the
    normal priors (mean, sd) of the slope and of the log of the residual spread within one organisation."""

    tau_a: float = 0.4
    tau_b: float = 0.1
    tau_s: float = 0.2
    tau_log_sd: float = 0.3
    slope: tuple[float, float] = (0.8, 0.4)
    log_s: tuple[float, float] = (-0.5, 0.3)


_NU = np.array([3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0])
_GRID = np.linspace(0.02, 3.0, 150)  # of the taus, in units of their prior medians
_LOG_S = np.linspace(-2.0, 0.8, 281)


@dataclass(frozen=True)
class Posterior:
    """Draws: `a`, `b`, `s` are (draws, data sets); the others (draws,)."""

    names: tuple[str, ...]
    centre: float
    a: Vector
    b: Vector
    s: Vector
    nu: Vector
    mu: Vector
    beta: Vector
    log_s: Vector
    tau_a: Vector
    tau_b: Vector
    tau_s: Vector

    def known(self, name: str) -> Curve:
        """The curve for a further project of a data set that was fitted."""
        i = self.names.index(name)
        return self._curve(self.a[:, i], self.b[:, i], self.s[:, i], np.random.default_rng(11))

    def new(self) -> Curve:
        """The curve for an organisation that was not fitted."""
        rng = np.random.default_rng(12)
        repeats = 8
        draws = {
            name: np.repeat(getattr(self, name), repeats)
            for name in ("mu", "beta", "log_s", "tau_a", "tau_b", "tau_s")
        }
        a = rng.normal(draws["mu"], draws["tau_a"])
        b = rng.normal(draws["beta"], draws["tau_b"])
        s = np.exp(rng.normal(draws["log_s"], draws["tau_s"]))
        return self._curve(a, b, s, rng, np.repeat(self.nu, repeats))

    def _curve(
        self, a: Vector, b: Vector, s: Vector, rng: np.random.Generator, nu: Vector | None = None
    ) -> Curve:
        """The Student-t that has the draws' 80 % and 95 % intervals at the centre."""
        nu = self.nu if nu is None else nu
        location = float(np.median(a))
        repeats = max(1, 60_000 // len(a))
        noise = np.repeat(s, repeats) * rng.standard_t(np.repeat(nu, repeats))
        deviation = np.abs(np.repeat(a, repeats) - location + noise)
        half_80, half_95 = np.quantile(deviation, [0.8, 0.95])
        df = min(_DF, key=lambda value: abs(_RATIO[value] - half_95 / half_80))
        return Curve(
            centre=round(self.centre, 6),
            intercept=round(location, 6),
            slope=round(float(np.mean(b)), 6),
            scale=round(float(half_80) / student.quantile(0.9, df), 6),
            slope_sd=round(float(np.std(b)), 6),
            df=df,
        )


_DF = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0)
_RATIO = {df: student.quantile(0.975, df) / student.quantile(0.9, df) for df in _DF}


def _pick(rng: np.random.Generator, grid: Vector, log_density: Vector) -> float:
    weights = np.exp(log_density - log_density.max())
    cumulative = np.cumsum(weights)
    return float(grid[int(np.searchsorted(cumulative, rng.random() * cumulative[-1]))])


def _spread(rng: np.random.Generator, deviations: Vector, median: float, log_sd: float) -> float:
    """A draw of tau given the deviations of the data sets from their mean, under its log-normal prior."""
    tau = _GRID * median
    log_density = (
        -len(deviations) * np.log(tau)
        - float(np.sum(deviations**2)) / (2 * tau**2)
        - (np.log(_GRID) / log_sd) ** 2 / 2
        - np.log(_GRID)
    )
    return _pick(rng, tau, log_density)


def _mean(rng: np.random.Generator, values: Vector, tau: float, prior: tuple[float, float]) -> float:
    precision = len(values) / tau**2 + 1 / prior[1] ** 2
    centre = (float(np.sum(values)) / tau**2 + prior[0] / prior[1] ** 2) / precision
    return float(rng.normal(centre, precision**-0.5))


def fit(
    groups: Sequence[tuple[str, Vector, Vector]],
    *,
    priors: Priors | None = None,
    draws: int = 1500,
    warm_up: int = 500,
    seed: int = 7,
) -> Posterior:
    """Fits log y on log x. `groups` holds (name, x, y) with positive x and y, at least two projects each."""
    priors = priors or Priors()
    rng = np.random.default_rng(seed)
    xs = [np.log(x) for _, x, _ in groups]
    ys = [np.log(y) for _, _, y in groups]
    centre = float(np.mean([np.mean(x) for x in xs]))
    xs = [x - centre for x in xs]
    mu_prior = (float(np.mean([np.mean(y) for y in ys])), 3.0)

    count = len(groups)
    a = np.array([float(np.mean(y)) for y in ys])
    b = np.full(count, priors.slope[0])
    s = np.full(count, 0.7)
    mu, beta, log_s = mu_prior[0], priors.slope[0], float(np.log(0.7))
    tau_a, tau_b, tau_s, nu = priors.tau_a, priors.tau_b, priors.tau_s, 8.0
    kept: dict[str, list[object]] = {
        name: [] for name in ("a", "b", "s", "nu", "mu", "beta", "log_s", "tau_a", "tau_b", "tau_s")
    }
    for step in range(warm_up + draws):
        log_nu = np.zeros(len(_NU))
        for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
            residual = y - a[i] - b[i] * x
            weight = rng.gamma((nu + 1) / 2, 2 / (nu + (residual / s[i]) ** 2))
            wx = weight * x
            precision = np.array(
                [
                    [weight.sum() / s[i] ** 2 + tau_a**-2, wx.sum() / s[i] ** 2],
                    [wx.sum() / s[i] ** 2, (wx * x).sum() / s[i] ** 2 + tau_b**-2],
                ]
            )
            right = np.array(
                [
                    (weight * y).sum() / s[i] ** 2 + mu / tau_a**2,
                    (wx * y).sum() / s[i] ** 2 + beta / tau_b**2,
                ]
            )
            covariance = np.linalg.inv(precision)
            a[i], b[i] = covariance @ right + np.linalg.cholesky(covariance) @ rng.standard_normal(2)
            residual = y - a[i] - b[i] * x
            squares = float(np.sum(weight * residual**2))
            s[i] = np.exp(
                _pick(
                    rng,
                    _LOG_S,
                    -len(x) * _LOG_S
                    - squares / (2 * np.exp(2 * _LOG_S))
                    - (_LOG_S - log_s) ** 2 / (2 * tau_s**2),
                )
            )
            scaled = (residual / s[i]) ** 2
            log_nu += -(_NU + 1) / 2 * np.log1p(scaled[:, None] / _NU).sum(axis=0) + len(x) * _LOG_NORM
        nu = _pick(rng, _NU, log_nu)
        mu = _mean(rng, a, tau_a, mu_prior)
        beta = _mean(rng, b, tau_b, priors.slope)
        log_s = _mean(rng, np.log(s), tau_s, priors.log_s)
        tau_a = _spread(rng, a - mu, priors.tau_a, priors.tau_log_sd)
        tau_b = _spread(rng, b - beta, priors.tau_b, priors.tau_log_sd)
        tau_s = _spread(rng, np.log(s) - log_s, priors.tau_s, priors.tau_log_sd)
        if step >= warm_up:
            state = (a.copy(), b.copy(), s.copy(), nu, mu, beta, log_s, tau_a, tau_b, tau_s)
            for values, value in zip(kept.values(), state, strict=True):
                values.append(value)
    stored = {name: np.array(values, dtype=np.float64) for name, values in kept.items()}
    return Posterior(names=tuple(name for name, _, _ in groups), centre=centre, **stored)


def _log_norm(nu: float) -> float:
    return lgamma((nu + 1) / 2) - lgamma(nu / 2) - log(nu * pi) / 2


_LOG_NORM = np.array([_log_norm(float(nu)) for nu in _NU])
