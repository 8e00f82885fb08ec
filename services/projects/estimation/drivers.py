"""What multiplies effort besides size. Factors are those of COCOMO II.2000 for the rating named."""

from services.projects.estimation.schemas import Driver
from services.projects.estimation.sizing import hard_features
from services.projects.schemas import DataSensitivity, ProjectBrief, Scale, TeamExperience

_COCOMO = "COCOMO II.2000 (Boehm et al., Software Cost Estimation with COCOMO II)"
_GRAVE = {
    DataSensitivity.HEALTH, DataSensitivity.FINANCIAL, DataSensitivity.CHILDREN, DataSensitivity.BIOMETRIC,
    DataSensitivity.GOVERNMENT, DataSensitivity.LEGAL,
}  # fmt: skip
# Demanding features from which the product as a whole is complex, beyond the sum of its parts.
_COMPLEX, _VERY_COMPLEX = 3, 6
_LARGE = {"total": 5_000_000, "monthly": 1_000_000, "daily": 200_000, "concurrent": 10_000}


def is_large(scale: Scale) -> bool:
    """Whether so many users make performance a part of the work from the start."""
    return scale.users >= _LARGE[scale.period]


def drivers(brief: ProjectBrief) -> list[Driver]:
    """The multipliers that the brief gives a reason for; their product applies to effort."""
    found: list[Driver] = []
    grave = next((fact for fact in brief.sensitivity if fact.value in _GRAVE), None)
    if grave is not None:
        found.append(
            Driver(
                key="reliability",
                name=f"{grave.value.value} data: high required reliability",
                factor=1.10,
                source=f"RELY high, {_COCOMO}",
                provenance=grave,
            )
        )
    if brief.scale is not None and is_large(brief.scale.value):
        found.append(
            Driver(
                key="load",
                name=f"{brief.scale.value.users:,} users: performance matters from the start",
                factor=1.11,
                source=f"TIME high, {_COCOMO}",
                provenance=brief.scale,
            )
        )
    hard = hard_features(brief)
    if len(hard) >= _COMPLEX:
        very = len(hard) >= _VERY_COMPLEX
        found.append(
            Driver(
                key="complexity",
                name=f"{len(hard)} demanding features in one product",
                factor=1.34 if very else 1.17,
                source=f"CPLX {'very high' if very else 'high'}, {_COCOMO}",
                provenance=hard[0],
            )
        )
    rules = {item.key: item for item in brief.regulations}
    if len(rules) >= 2:
        many = len(rules) >= 3
        found.append(
            Driver(
                key="documentation",
                name=f"{len(rules)} regulations to document for",
                factor=1.23 if many else 1.11,
                source=f"DOCU {'very high' if many else 'high'}, {_COCOMO}",
                provenance=next(iter(rules.values())),
            )
        )
    if brief.team is not None and brief.team.value.experience in (
        TeamExperience.JUNIOR,
        TeamExperience.SENIOR,
    ):
        junior = brief.team.value.experience is TeamExperience.JUNIOR
        found.append(
            Driver(
                key="experience",
                name=f"{'junior' if junior else 'senior'} team",
                factor=1.10 if junior else 0.88,
                source=f"APEX {'low' if junior else 'high'}, {_COCOMO}",
                provenance=brief.team,
            )
        )
    return found
