"""Since when a channel has held, what of an account may be shown, and what two spellings of a channel share."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.register.agencies.channel_rules import (
    RECENT,
    ChannelPeriod,
    account_text,
    begun_at,
    changed_at,
    channel_key,
    is_masked_account,
    is_recent,
    masked_account,
    trouble_with,
)
from registry.vocabulary.register import ChannelKind

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def day(number: int) -> datetime:
    return FIRST + timedelta(days=number)


def channel_period(
    stated: int, unsaid: int | None = None, held_from: date | None = None, held_to: date | None = None
) -> ChannelPeriod:
    return ChannelPeriod(day(stated), None if unsaid is None else day(unsaid), held_from, held_to)


@pytest.mark.parametrize(
    ("sayings", "begun"),
    [
        ([], None),
        ([channel_period(0)], 0),
        ([channel_period(0, 5), channel_period(5)], 0),
        ([channel_period(0, 5), channel_period(6)], 6),
        ([channel_period(0, 5, held_to=None), channel_period(5, 9, held_to=day(4).date()), channel_period(9)], 9),
        ([channel_period(0, held_to=day(20).date()), channel_period(40)], 40),
        ([channel_period(0, held_to=day(20).date()), channel_period(20)], 0),
        ([channel_period(5, held_to=day(4).date())], None),
        ([channel_period(9000)], None),
    ],
)
def test_a_channel_has_held_since_the_registry_began_to_say_so_without_a_gap(
    sayings: list[ChannelPeriod], begun: int | None
) -> None:
    assert begun_at(sayings, NOW) == (None if begun is None else day(begun))


@pytest.mark.parametrize(
    ("one", "known_from", "changed"),
    [
        (channel_period(0), FIRST.date(), None),
        (channel_period(3), FIRST.date(), day(3)),
        (channel_period(0, held_from=FIRST.date()), FIRST.date(), None),
        (channel_period(0, held_from=date(2025, 12, 20)), date(2025, 12, 1), datetime(2025, 12, 20, tzinfo=UTC)),
        (channel_period(3, held_from=date(2020, 1, 1)), date(2020, 1, 1), day(3)),
        (channel_period(0, held_from=date(2026, 1, 10)), FIRST.date(), datetime(2026, 1, 10, tzinfo=UTC)),
    ],
)
def test_only_a_channel_that_came_to_a_known_agency_has_changed(
    one: ChannelPeriod, known_from: date, changed: datetime | None
) -> None:
    assert changed_at([one], FIRST, known_from, NOW) == changed


def test_a_change_is_recent_for_thirty_days_to_the_microsecond() -> None:
    assert is_recent(NOW - RECENT + timedelta(microseconds=1), NOW)
    assert not is_recent(NOW - RECENT, NOW)
    assert not is_recent(None, NOW)


@pytest.mark.parametrize(
    ("number", "account", "shown"),
    [
        ("IBAN: it60 x054 2811 1010 0000 0123 456", "IT60X0542811101000000123456", "IT …3456"),
        ("６２２２ 0000-0000 0000 017", "6222000000000000017", "…0017"),
        ("1234567", None, None),
        ("office@agency.example", None, None),
        ("💰", None, None),
        ("1" * 35, None, None),
    ],
)
def test_of_an_account_only_the_country_and_four_characters_are_public(
    number: str, account: str | None, shown: str | None
) -> None:
    assert account_text(number) == account
    if account is not None:
        assert masked_account(account) == shown
        assert is_masked_account(masked_account(account))
        assert not is_masked_account(account)


@given(st.text(max_size=60))
def test_what_is_shown_of_an_account_never_holds_more_than_six_of_its_characters(text: str) -> None:
    account = account_text(text)
    if account is not None:
        assert len(masked_account(account).replace("…", "").replace(" ", "")) <= 6
        assert account_text(account) == account


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ChannelKind.PHONE, "+420 601-123-456", "00420601123456"),
        (ChannelKind.EMAIL, "Office@Agency.example", "office@agency.example"),
        (ChannelKind.WEBSITE, "https://Agency.example/", "agency.example"),
        (ChannelKind.WECHAT, "Smyslena_1", "smyslena_1 "),
    ],
)
def test_another_spelling_is_the_same_channel(kind: ChannelKind, one: str, other: str) -> None:
    assert channel_key(kind, one) == channel_key(kind, other)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ChannelKind.PHONE, "12"),
        (ChannelKind.PHONE, "call me"),
        (ChannelKind.EMAIL, "office at agency"),
        (ChannelKind.EMAIL, "a@b.example\nBcc: c@d.example"),
        (ChannelKind.EMAIL, "a@b.example,c@d.example"),
        (ChannelKind.WEBSITE, "agency"),
        (ChannelKind.WECHAT, " "),
        (ChannelKind.WECHAT, "x" * 201),
        (ChannelKind.WECHAT, "a\u202eb"),
    ],
)
def test_what_cannot_be_a_channel_of_its_kind_is_told_apart(kind: ChannelKind, value: str) -> None:
    assert trouble_with(kind, value) is not None
