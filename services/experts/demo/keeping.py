"""`python -m services.experts.demo.keeping` writes the kept vectors again, after a change of the demo data or of how a
profile is cut into passages."""

import numpy as np

from core.gateways.embeddings import LocalEmbeddings, digest
from services.experts.demo.kept import PATH, vectors
from services.experts.demo.load import read_demo
from services.experts.document import ProfileText
from services.experts.reading import skill_name
from services.taxonomy import industries, skills


def passages() -> list[str]:
    """Every passage of the demo experts."""
    found: dict[str, None] = {}
    for person in read_demo():
        profile = person.profile
        owned = sorted(profile.skills, key=lambda item: (-item.level, -item.years, _slug(item.skill)))
        text = ProfileText(
            headline=profile.headline,
            story=profile.story,
            skills=[skill_name(slug) for slug in dict.fromkeys(_slug(item.skill) for item in owned)],
            industries=[industries.INDUSTRIES[slug].name for slug in profile.industries],
            outcomes=[outcome for role in profile.roles for outcome in role.outcomes],
        )
        found.update(dict.fromkeys(passage.text for passage in text.passages()))
    return list(found)


def _slug(name: str) -> str:
    skill = skills.canonical(name)
    return skill.slug if skill else name


def write() -> None:
    """Bring the file up to date: only passages without a vector are worked out."""
    texts = passages()
    local = LocalEmbeddings()
    local.keep(vectors() if PATH.exists() else {})
    keys = np.frombuffer(b"".join(map(digest, texts)), np.uint8).reshape(len(texts), -1)
    np.savez_compressed(PATH, keys=keys, vectors=np.asarray(local.embed_now(texts), np.float16))


if __name__ == "__main__":
    write()
