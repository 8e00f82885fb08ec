"""The model server misbehaves; the founder gets a usable reply every time."""

import asyncio
import json

import pytest

from assistant.schemas import Finished, Restarted, TextDelta, ToolStarted, WindowMessage
from core.db import Database
from core.ids import new_id
from services.projects import service as projects
from tests.assistant.conftest import Answer, StartChat
from tests.assistant.openai_server import Call, OpenAIServer, Reply

IDEA = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."
ANALYSE = Call("analyse_project", {})


def check_usable(answer: Answer) -> None:
    finished = answer.finished
    assert finished.text.strip()
    assert answer.seen == finished.text
    for raw in ("<tool_call", "```json", '"arguments"', "_unreadable", "Traceback"):
        assert raw not in finished.text


async def test_a_good_turn_with_a_tool(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply(calls=[ANALYSE]), Reply("Here is your **analysis**."))
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.text == "Here is your **analysis**."
    assert [card.type for card in answer.finished.cards] == ["analysis"]
    assert (answer.finished.usage.input_tokens, answer.finished.usage.output_tokens) == (22, 14)
    assert answer.finished.model == "scripted"
    assert answer.finished.prompt_version.startswith("system@")
    assert not answer.notices
    tool_result = openai.requests[1]["messages"][-1]
    assert tool_result["role"] == "tool"
    assert "Health" in tool_result["content"]


async def test_text_before_and_after_a_tool_are_two_paragraphs(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    openai.script(Reply("Let me work that out.", calls=[ANALYSE]), Reply("Done."))
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.text == "Let me work that out.\n\nDone."


async def test_a_cut_stream_starts_over(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply("This answer is about to break off", cut_after=4), Reply("The whole answer."))
    answer = await chat.say("Hello")
    check_usable(answer)
    assert any(isinstance(event, Restarted) for event in answer.events)
    assert answer.finished.text == "The whole answer."


async def test_a_cut_after_a_tool_keeps_what_came_before(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(
        Reply("Let me see.", calls=[ANALYSE]), Reply("Half an ans", cut_after=3), Reply("All of it.")
    )
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.text == "Let me see.\n\nAll of it."
    assert answer.tools == [("analyse_project", True)]


async def test_a_stream_without_an_end_counts_as_cut(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply("Something", without_finish=True), Reply("Whole."))
    answer = await chat.say("Hello")
    check_usable(answer)
    assert answer.finished.text == "Whole."


async def test_an_error_inside_the_stream_is_retried(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply("Some", stream_error=True), Reply("Whole."))
    answer = await chat.say("Hello")
    check_usable(answer)
    assert answer.finished.text == "Whole."


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_passing_error_is_retried(start_chat: StartChat, openai: OpenAIServer, status: int) -> None:
    chat = await start_chat()
    openai.script(Reply(status=status, headers={"Retry-After": "0.05"}), Reply("Here I am."))
    answer = await chat.say("Hello")
    check_usable(answer)
    assert answer.finished.text == "Here I am."
    assert len(openai.requests) == 2
    assert not answer.notices


async def test_a_long_retry_after_is_not_waited_for(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply(status=429, headers={"Retry-After": "3600"}), repeat_last=True)
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert len(openai.requests) == 1
    assert answer.finished.model == "guided"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=401),
        Reply(status=404),
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(status=500, headers={"Retry-After": "0"}),
        Reply("Half", cut_after=2),
        Reply(""),
    ],
    ids=["unauthorized", "no such model", "limited", "broken", "always cut", "always empty"],
)
async def test_when_nothing_helps_guided_takes_over(
    start_chat: StartChat, openai: OpenAIServer, reply: Reply
) -> None:
    chat = await start_chat()
    openai.script(reply, repeat_last=True)
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.model == "guided"
    assert answer.finished.prompt_version.startswith("guided@")
    assert [card.type for card in answer.finished.cards] == ["analysis"]
    assert len(answer.notices) == 1
    assert "built-in guide" in answer.notices[0]


async def test_a_server_that_hangs_does_not_hang_the_turn(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat(openai_timeout_seconds=0.2)
    openai.script(Reply(hang=True), repeat_last=True)
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.model == "guided"


async def test_the_turn_has_an_end_whatever_the_stream_does(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat(turn_seconds=1.0)
    openai.script(Reply("word " * 2000, seconds_per_chunk=0.05), repeat_last=True)
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.model == "guided"


async def test_no_server_at_all(start_chat: StartChat) -> None:
    chat = await start_chat(openai_base_url="http://127.0.0.1:9/v1")
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert answer.finished.model == "guided"
    assert [card.type for card in answer.finished.cards] == ["analysis"]


async def test_invalid_arguments_are_returned_once_and_then_corrected(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    openai.script(
        Reply(calls=[Call("list_bookings", {"when": "someday"})]),
        Reply(calls=[Call("list_bookings", {"when": "upcoming"})]),
        Reply("You have no calls booked."),
    )
    answer = await chat.say("What have I booked?")
    check_usable(answer)
    assert answer.finished.model == "scripted"
    assert answer.tools == [("list_bookings", True)]
    complaint = openai.requests[1]["messages"][-1]["content"]
    assert "when" in complaint
    assert "upcoming" in complaint


@pytest.mark.parametrize(
    "bad",
    [
        Call("list_bookings", {"when": "someday"}),
        Call("list_bookings", raw='{"when": "upc'),
        Call("list_bookings", {"actor": "someone else"}),
        Call("delete_everything", {}),
    ],
    ids=["wrong value", "no JSON", "unknown argument", "unknown tool"],
)
async def test_invalid_arguments_twice_end_the_models_turn(
    start_chat: StartChat, openai: OpenAIServer, bad: Call
) -> None:
    chat = await start_chat()
    openai.script(Reply(calls=[bad]), repeat_last=True)
    answer = await chat.say("What have I booked?")
    check_usable(answer)
    assert len(openai.requests) == 2
    assert answer.finished.model == "guided"
    assert answer.tools == [("list_bookings", True)]
    assert len(answer.notices) == 1


@pytest.mark.parametrize(
    "text",
    [
        'Sure.\n```json\n{"name": "analyse_project", "arguments": {}}\n```',
        '<tool_call>\n{"name": "analyse_project", "arguments": {}}\n</tool_call>',
        "analyse_project()",
        '{"function": "analyse_project", "parameters": {}}',
    ],
)
async def test_a_call_written_as_text_is_run_and_not_shown(
    start_chat: StartChat, openai: OpenAIServer, text: str
) -> None:
    chat = await start_chat()
    openai.script(Reply(text), Reply("Your analysis is ready."))
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert "analyse_project" not in answer.finished.text
    assert answer.finished.text.endswith("Your analysis is ready.")
    assert [card.type for card in answer.finished.cards] == ["analysis"]
    call = openai.requests[1]["messages"][-2]
    assert call["tool_calls"][0]["function"]["name"] == "analyse_project"


async def test_a_written_call_with_bad_arguments_is_returned_too(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    openai.script(
        Reply('```json\n{"name": "list_bookings", "arguments": {"when": "x"}}\n```'),
        Reply("I could not look."),
    )
    answer = await chat.say("What have I booked?")
    check_usable(answer)
    assert answer.finished.text == "I could not look."
    assert "not valid" in openai.requests[1]["messages"][-1]["content"]


async def test_tool_calls_are_limited(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat(turn_tool_calls=3)
    calls = [Reply(calls=[Call("what_if", {"statement": f"with {n} months"})]) for n in range(2, 6)]
    openai.script(Reply(calls=[ANALYSE]), *calls[:2], Reply("That is all I can do now."))
    answer = await chat.say(IDEA)
    check_usable(answer)
    assert "tools" in openai.requests[0]
    assert "tools" not in openai.requests[3]
    assert "No more tools" in openai.requests[3]["messages"][0]["content"]


async def test_many_calls_at_once_stop_at_the_limit(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat(turn_tool_calls=2)
    many = [Call("list_bookings", {"when": when}) for when in ("upcoming", "past", "all")]
    openai.script(Reply(calls=many), Reply("Nothing is booked."))
    answer = await chat.say("What have I booked?")
    check_usable(answer)
    assert sum(isinstance(event, ToolStarted) for event in answer.events) == 2


async def test_a_model_that_never_stops_calling_hands_over(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat(turn_tool_calls=2)
    openai.script(*(Reply(calls=[Call("list_bookings", {"when": "past"})]) for _ in range(50)))
    answer = await chat.say("What have I booked?")
    check_usable(answer)
    assert answer.finished.model == "guided"
    assert answer.tools == [("list_bookings", True)]
    assert len(openai.requests) == 5  # two with their calls, and three tries for the end


async def test_several_calls_run_side_by_side_and_are_answered_in_order(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    many = [Call("list_bookings", {"when": when}) for when in ("upcoming", "past", "all")]
    openai.script(Reply(calls=many), Reply("Nothing is booked."))
    answer = await chat.say("What have I booked?")
    started = [place for place, event in enumerate(answer.events) if isinstance(event, ToolStarted)]
    assert started[2] - started[0] == 2
    made, results = openai.requests[1]["messages"][-4], openai.requests[1]["messages"][-3:]
    assert [result["tool_call_id"] for result in results] == [call["id"] for call in made["tool_calls"]]


async def test_the_same_call_again_is_answered_from_the_first(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    openai.script(Reply(calls=[ANALYSE]), Reply(calls=[ANALYSE]), Reply("Done."))
    answer = await chat.say(IDEA)
    assert answer.tools == [("analyse_project", True)]
    assert "already" in openai.requests[2]["messages"][-1]["content"]


async def test_an_expected_error_tells_the_model_what_to_do(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    openai.script(
        Reply(calls=[Call("list_slots", {"expert_id": "00000000-0000-7000-8000-000000000001"})]),
        Reply("I do not know that CTO."),
    )
    answer = await chat.say("When is Ana free?")
    check_usable(answer)
    assert answer.tools == [("list_slots", False)]
    assert openai.requests[1]["messages"][-1]["content"].startswith("Not done (not_found)")


async def test_a_turn_that_runs_again_repeats_nothing(start_chat: StartChat, db: Database) -> None:
    chat = await start_chat(model="guided")
    turn_id = new_id()
    first = await chat.say(IDEA, turn_id=turn_id)
    # The process died before the reply was stored: the same turn runs again on the same window.
    chat.window.pop()
    events = [event async for event in chat.agent.run(chat.context(turn_id))]
    again = events[-1]
    assert isinstance(again, Finished)
    assert again.cards[0].data["id"] == first.finished.cards[0].data["id"]
    async with db.transaction() as session:
        project = await projects.for_room(session, chat.actor, chat.room_id)
    assert project is not None
    assert project.brief_version == 1


async def test_stopping_ends_the_turn_at_once(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply("word " * 500, seconds_per_chunk=0.02), repeat_last=True)
    chat.window.append(WindowMessage(id=new_id(), role="user", text="Hello"))
    run = chat.agent.run(chat.context(new_id()))
    assert isinstance(await anext(run), TextDelta)
    async with asyncio.timeout(2):
        await run.aclose()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("turn-")]


async def test_no_identity_and_no_secrets_reach_the_model(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat(openai_api_key="sk-not-for-the-body")
    openai.script(Reply(calls=[ANALYSE]), Reply("Done."))
    await chat.say(IDEA)
    bodies = json.dumps(openai.requests)
    assert str(chat.actor.user_id) not in bodies
    assert str(chat.room_id) not in bodies
    assert "sk-not-for-the-body" not in bodies
