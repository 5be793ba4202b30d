"""A conversation comes back as it was put away."""

from datetime import UTC, datetime

from msgspec.structs import fields

from bot.conversation.model import Answer, Burst, Conversation, Position
from bot.conversation.safe_times import SafeTimes, Window
from store.packing import pack, unpack

FULL = Conversation(
    standing="asking",
    position=Position("question", "safe_now", 2),
    over=("why", "language"),
    language="es",
    channel="telegram",
    holder="worker",
    discreet=True,
    answers={
        "name": Answer("name", "answered", (), ("m1", "m2"), "f1", 12),
        "safe": Answer("safe", "skipped", ("a", "b")),
    },
    told={"notice.1": "delivered"},
    agreed=True,
    share=False,
    reminders=True,
    handed="partial",
    aside=True,
    blocked="unreachable",
    pending=("m3",),
    pending_size=7,
    said=("q.name",),
    unclear=2,
    since_hint=1,
    reminded=1,
    unheard=True,
    opened={"more": "yes"},
    sitting=3,
    sitting_since=datetime(2026, 11, 19, 9, 5, tzinfo=UTC),
    flow="f00d",
    frozen=True,
    safe_times=SafeTimes((Window((0, 1), 600, 840),)),
    read_times=SafeTimes((Window((5,), 540, 720),)),
    times_wrong=1,
    helping=True,
    young=True,
    code="m4:c0de",
    code_once="m7:cafe",
    code_given=True,
    tries=4,
    tries_since=datetime(2026, 11, 19, 9, 8, tzinfo=UTC),
    unproven=("name",),
    doubted=True,
    ask_safe=True,
    cared={"suicidal": datetime(2026, 11, 19, 9, 7, tzinfo=UTC)},
    hurry=4,
    hurry_last=datetime(2026, 11, 19, 9, 29, tzinfo=UTC),
    hurry_day=9,
    hurry_since=datetime(2026, 11, 19, 9, 1, tzinfo=UTC),
    last_wrote=datetime(2026, 11, 19, 9, 30, 1, 5, tzinfo=UTC),
    started=datetime(2026, 11, 19, 9, 0, tzinfo=UTC),
    stranger=Conversation(standing="explaining", aside=True),
    burst=Burst(Conversation(standing="asking"), ("m4", "m5"), "m4", True, ("under_18",)),
)


def test_every_field_differs_from_its_default_here() -> None:
    new = Conversation()
    same = [f.name for f in fields(FULL) if getattr(FULL, f.name) == getattr(new, f.name)]
    assert same == []


def test_it_comes_back_whole() -> None:
    assert unpack(pack(FULL)) == FULL
    assert unpack(pack(FULL)).key() == FULL.key()


def test_a_new_one_comes_back() -> None:
    assert unpack(pack(Conversation())) == Conversation()
