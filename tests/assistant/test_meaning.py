"""Sentences without a pattern are read by their meaning, and what asks for nothing is left alone."""

import numpy as np
import pytest

from assistant.guided import meaning
from assistant.guided.gloss import gloss
from assistant.guided.intents import Intent
from assistant.guided.words import plain
from assistant.models import _embed


@pytest.fixture(scope="module")
def meanings() -> meaning.Meanings:
    return meaning.Meanings(_embed)


def test_the_kept_vectors_are_those_of_the_examples() -> None:
    examples = meaning._examples()
    assert len(examples) == len(meaning._vectors())
    some = list(range(0, len(examples), 12))
    fresh = np.asarray(_embed([gloss(examples[at][0]) or plain(examples[at][0]) for at in some]), np.float32)
    near = np.sum(fresh * meaning._vectors()[some], axis=1)
    assert near.min() > 0.98, examples[some[int(near.argmin())]]


@pytest.mark.parametrize(
    ("sentence", "intent"),
    [
        ("what's the 2nd person's background", Intent.PROFILE),
        ("realistically what's this gonna cost me?", Intent.COST),
        ("I'd want a veteran who has seen it all", Intent.SEARCH),
        ("can you bring me up to speed on what you noted?", Intent.BRIEF),
        ("sorry, could we shift that to the evening?", Intent.RESCHEDULE),
        ("write me a limerick about frogs", Intent.OFF_TOPIC),
    ],
)
def test_reads_new_words_for_known_wishes(meanings: meaning.Meanings, sentence: str, intent: Intent) -> None:
    meanings.prepare([sentence])
    assert meanings.intent(sentence) is intent


@pytest.mark.parametrize(
    "sentence",
    [
        "patients should be able to talk to doctors",
        "we have sixty thousand euros and half a year",
        "our drivers scan parcels at the door",
        "the board gave us two extra months",
    ],
)
def test_descriptions_ask_for_nothing(meanings: meaning.Meanings, sentence: str) -> None:
    meanings.prepare([sentence])
    assert meanings.intent(sentence) is None


def test_what_was_not_prepared_is_unknown(meanings: meaning.Meanings) -> None:
    assert meanings.intent("a sentence that nobody has prepared") is None
