"""OpenAI fills the brief by structured output; the estimator gives the numbers whichever engine asks it."""

from core.db import Database
from services.projects import service as projects
from services.projects.analysis.schemas import AnalysisRead
from services.projects.schemas import Source
from tests.assistant.conftest import StartChat
from tests.assistant.openai_server import Call, OpenAIServer, Reply

IDEA = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."


async def test_both_engines_return_the_same_typed_analysis(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    openai.script(Reply(calls=[Call("analyse_project", {})]), Reply("Here you are."))
    cards = []
    for model in ("openai", "guided"):
        answer = await (await start_chat(model)).say(IDEA)
        (card,) = answer.finished.cards
        assert card.type == "analysis"
        cards.append(AnalysisRead.model_validate(card.data))
    left, right = (_without_ids(card.model_dump(mode="json")) for card in cards)
    assert left == right


async def test_the_model_fills_the_brief_by_structured_output(
    start_chat: StartChat, openai: OpenAIServer, db: Database
) -> None:
    changes = {
        "summary": "Video visits for people with diabetes",
        "features": ["video calls"],
        "budget": {"high": 80000, "currency": "USD"},
        "deadline_weeks": 17,
    }
    openai.script(Reply(calls=[Call("analyse_project", {"changes": changes})]), Reply("Here you are."))
    chat = await start_chat()
    answer = await chat.say("Doctors should see our diabetics by video, for eighty thousand dollars at most.")
    assert [card.type for card in answer.finished.cards] == ["analysis"]
    offered = {tool["function"]["name"]: tool["function"] for tool in openai.requests[0]["tools"]}
    assert "changes" in offered["analyse_project"]["parameters"]["properties"]
    async with db.transaction() as session:
        project = await projects.for_room(session, chat.actor, chat.room_id)
    assert project is not None
    brief = project.brief
    assert brief.summary is not None
    assert brief.summary.value == "Video visits for people with diabetes"
    assert brief.summary.source is Source.INFERRED
    assert brief.budget is not None
    assert brief.budget.value.most.major == 80_000
    assert brief.deadline is not None
    assert brief.deadline.value.weeks == 17
    assert "video-calls" in {feature.slug for feature in brief.features}


def _without_ids(value: object) -> object:
    if isinstance(value, dict):
        changing = ("id", "created_at", "message_id", "project_id")
        return {key: _without_ids(each) for key, each in value.items() if key not in changing}
    if isinstance(value, list):
        return [_without_ids(each) for each in value]
    return value
