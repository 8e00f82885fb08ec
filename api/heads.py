"""The heads of public pages: what search engines and share previews read, written into the static shell.

Everything that a person wrote is escaped for where it stands: in attributes as HTML, in JSON-LD so that no tag can end
the block. JSON-LD is data, which the content security policy does not concern.
"""

import re
from html import escape
from typing import Any

import orjson

from services.experts.reading import industry_name
from services.experts.schemas import ExpertRead

_DESCRIPTION = 200
_HEAD_END = "</head>"
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_PLAIN_DESCRIPTION = re.compile(r'<meta name="description"[^>]*>')


def of_expert(shell: str, expert: ExpertRead, *, base_url: str) -> str:
    """The shell with the head of a public profile."""
    url = f"{base_url}/experts/{expert.slug}"
    title = f"{expert.name}: {expert.headline}"
    description = _short(" ".join(expert.story.split()))
    image = (
        expert.avatar_url if expert.avatar_url and expert.avatar_url.startswith(("https://", "/")) else None
    )
    if image is not None and image.startswith("/"):
        image = base_url + image
    return _into(
        shell,
        title=f"{title} · Sextant",
        description=description,
        url=url,
        share={
            "og:type": "profile",
            "og:title": title,
            "og:description": description,
            "og:image": image or f"{base_url}/share.png",
            "twitter:card": "summary" if image else "summary_large_image",
        },
        data=_json_ld(expert, url=url, image=image),
    )


def of_list(shell: str, *, base_url: str) -> str:
    """The shell with the head of the list of experts."""
    title = "Fractional and interim CTOs to book a call with"
    description = "Browse CTOs by skill, industry, language and rate. Compare them, and book a call."
    return _into(
        shell,
        title=f"{title} · Sextant",
        description=description,
        url=f"{base_url}/experts",
        share={
            "og:type": "website",
            "og:title": title,
            "og:description": description,
            "og:image": f"{base_url}/share.png",
            "twitter:card": "summary_large_image",
        },
        data=None,
    )


def unlisted(shell: str) -> str:
    """The shell of a profile that is not public: not to be kept by search engines."""
    return shell.replace(_HEAD_END, '<meta name="robots" content="noindex" />' + _HEAD_END, 1)


def _into(
    shell: str, *, title: str, description: str, url: str, share: dict[str, str], data: dict[str, Any] | None
) -> str:
    tags = [
        f"<title>{escape(title)}</title>",
        f'<meta name="description" content="{escape(description)}" />',
        f'<link rel="canonical" href="{escape(url)}" />',
        *(
            f'<meta {"name" if name.startswith("twitter:") else "property"}="{name}" content="{escape(value)}" />'
            for name, value in {**share, "og:url": url, "og:site_name": "Sextant"}.items()
        ),
    ]
    if data is not None:
        tags.append(f'<script type="application/ld+json">{_embedded(data)}</script>')
    plain = _PLAIN_DESCRIPTION.sub("", _TITLE.sub("", shell, count=1), count=1)
    head, end, rest = plain.partition(_HEAD_END)
    return head + "\n".join(tags) + end + rest


def _json_ld(expert: ExpertRead, *, url: str, image: str | None) -> dict[str, Any]:
    person: dict[str, Any] = {
        "@type": "Person",
        "@id": f"{url}#person",
        "name": expert.name,
        "jobTitle": expert.headline,
        "url": url,
        "knowsAbout": [skill.name for skill in expert.skills]
        + [industry_name(slug) for slug in expert.industries],
        "knowsLanguage": expert.languages,
    }
    if expert.links:
        person["sameAs"] = [link.url for link in expert.links]
    service: dict[str, Any] = {
        "@type": "ProfessionalService",
        "@id": f"{url}#service",
        "name": f"{expert.name}, CTO",
        "description": expert.headline,
        "url": url,
        "address": {"@type": "PostalAddress", "addressCountry": expert.country},
        "priceRange": f"{expert.rate.format()} per hour",
        "founder": {"@id": f"{url}#person"},
    }
    if image is not None:
        person["image"] = service["image"] = image
    if expert.rating is not None:
        service["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": expert.rating,
            "reviewCount": expert.rating_count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return {"@context": "https://schema.org", "@graph": [person, service]}


def _embedded(data: dict[str, Any]) -> str:
    """JSON that can end no script element and hides no line end."""
    text = orjson.dumps(data).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _short(text: str) -> str:
    if len(text) <= _DESCRIPTION:
        return text
    return text[: _DESCRIPTION - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
