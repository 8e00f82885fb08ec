"""Vague input gets at most two short questions; then the analysis is made of what there is."""

from uuid import uuid4

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from assistant.guided.meaning import Meanings
from assistant.guided.model import GuidedChatModel
from assistant.guided.tasks import Call
from assistant.models import _embed

OPENINGS = (
    "I have an idea", "hi", "help", "I want to build an app", "need software", "marketplace", "an app like everyone has", "something with AI",
    "not sure where to start", "we want to go digital", "my boss says we need an app", "I've got 50k to invest in software, what should I do?", "startup idea, very secret",
    "can you help me?", "we have money and a year", "something in fitness maybe", "a website", "I need a CTO", "looking for a technical cofounder", "just looking around",
    "how do I start a startup", "is it expensive to build an app?", "ich habe eine Idee", "wir brauchen eine App", "j'ai une idée d'appli", "on veut se digitaliser",
    "tengo una idea", "quiero hacer una app", "tenho uma ideia", "preciso de um aplicativo", "kind of a platform thing", "the next big thing", "it's complicated",
    "we are a small company and want something modern", "my cousin told me I should do an app", "I am a doctor and have a thought", "idk something cool", "budget is 20k",
)  # fmt: skip
ANSWERS = (
    ("not sure yet", "whatever you think", "I really don't know"),
    ("something for old people", "hmm, they could use it at home", "no idea, you decide"),
    ("keine Ahnung", "weiß nicht", "was du meinst"),
    ("it's for dogs and their owners", "go ahead", "just do it"),
)
TOOLS = frozenset({"analyse_project", "update_brief", "find_ctos", "what_if"})


@pytest.fixture(scope="module")
def model() -> GuidedChatModel:
    return GuidedChatModel(meanings=Meanings(_embed))


def _replies(model: GuidedChatModel, said: tuple[str, ...]) -> tuple[list[str], Call | None]:
    """What is answered until a tool gives something useful: the analysis, or people."""
    messages: list[BaseMessage] = []
    replies: list[str] = []
    for text in said:
        messages.append(HumanMessage(text, id=str(uuid4())))
        answer = model.answer(messages, TOOLS)
        if isinstance(answer, Call) and answer.name == "update_brief":
            call = {"name": answer.name, "args": answer.arguments, "id": "guided_1"}
            messages += [AIMessage("", tool_calls=[call]), ToolMessage("Recorded.", tool_call_id="guided_1", name=answer.name)]  # fmt: skip
            answer = model.answer(messages, TOOLS)
        if isinstance(answer, Call):
            return replies, answer
        replies.append(answer)
        messages.append(AIMessage(answer))
    return replies, None


@pytest.mark.parametrize("answers", ANSWERS, ids=lambda answers: answers[0])
@pytest.mark.parametrize("opening", OPENINGS)
def test_at_most_two_short_questions_come_before_an_analysis(
    model: GuidedChatModel, opening: str, answers: tuple[str, ...]
) -> None:
    replies, call = _replies(model, (opening, *answers))
    asking = [reply for reply in replies if "?" in reply]
    assert call is not None, replies
    assert call.name in ("analyse_project", "find_ctos")
    assert len(asking) <= 2
    assert all(reply.count("?") <= 2 for reply in replies)
