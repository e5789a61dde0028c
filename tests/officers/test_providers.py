"""What a provider's word is worth: the rules, and what an operator wrote down."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import SettingsError
from registry.officers.providers.linking import providers_of
from registry.officers.providers.rules import flaw_in, known_by
from registry.officers.providers.settings import FILE, Provider

HERE = Provider(
    "it",
    "Ministry",
    "https://id.example",
    "registry",
    "s",
    "it-invented-authority",
    frozenset({"high"}),
    frozenset({"otp"}),
)
AT = now()
GOOD: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": "registry",
    "sub": "a-1",
    "nonce": "n",
    "exp": AT.timestamp() + 60,
    "iat": AT.timestamp(),
    "auth_time": AT.timestamp() - 30,
}


@pytest.mark.parametrize(
    ("said", "flaw"),
    [
        ({}, None),
        ({"aud": ["registry", "other"], "azp": "registry"}, None),
        ({"iss": "https://id.example/"}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": ["registry", "other"]}, "audience"),
        ({"azp": "other"}, "audience"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": AT.timestamp() - 61}, "over"),
        ({"exp": None}, "over"),
        ({"exp": True}, "over"),
        ({"iat": AT.timestamp() + 120}, "not_now"),
        ({"iat": AT.timestamp() - 3600}, "not_now"),
        ({"auth_time": None}, "too_long_ago"),
        ({"auth_time": AT.timestamp() - 3700}, "too_long_ago"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_what_a_provider_must_say(said: dict[str, Any], flaw: str | None) -> None:
    assert flaw_in(GOOD | said, HERE, "n", AT) == flaw


def test_only_agreed_words_stand_for_a_second_factor() -> None:
    for stated, has_second in (
        ({}, 0),
        ({"amr": ["pwd"]}, 0),
        ({"amr": ["pwd", "otp"]}, 1),
        ({"acr": "high"}, 1),
        ({"amr": "otp"}, 0),
    ):
        assert known_by(GOOD | stated, HERE).has_second is bool(has_second)


WRITTEN = '[it]\nname = "M"\nissuer = "https://id.example"\nclient_id = "registry"\nsecret_file = "it.secret"\nauthority = "a"\n'


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("https:", "http:"), "https address"),
        (('client_id = "registry"', ""), "needs client_id"),
        (('"it.secret"', '"gone.secret"'), "cannot be read or is empty"),
        (('name = "M"', 'nmae = "M"'), "nmae, which is no setting"),
        (("[it]", "[it"), "TOML"),
        (("[it]", "[It]"), "lower-case"),
        (('name = "M"', 'name = "M"\nmax_age = 5'), "60 to 43200"),
        (('name = "M"', 'name = "M"\nonly = "it-unit"'), "true, false or a list"),
        (('name = "M"', 'name = "M"\ntoken_hours = 25'), "hours from 1 to 24"),
        (("[it]", f"{WRITTEN.replace('[it]', '[two]')}only = true\n[it]\nonly = ['u']"), "the only way in of one unit"),
    ],
)
def test_what_is_written_down_wrongly_stops_the_start(
    session: Session, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    assert providers_of(session, tmp_path) == {}
    (tmp_path / "it.secret").write_text("hush\n")
    (tmp_path / FILE).write_text(WRITTEN)
    assert providers_of(session, tmp_path)["it"].secret == "hush"
    assert "hush" not in repr(providers_of(session, tmp_path))
    (tmp_path / FILE).write_text(WRITTEN.replace(*change))
    with pytest.raises(SettingsError, match=says):
        providers_of(session, tmp_path)


def test_whose_only_way_a_provider_is(session: Session, tmp_path: Path) -> None:
    (tmp_path / "it.secret").write_text("hush\n")
    for only, ways in (("false", (0, 0, 0)), ("true", (1, 1, 0)), ('["one"]', (1, 0, 0)), ("[]", (0, 0, 0))):
        (tmp_path / FILE).write_text(f"{WRITTEN}only = {only}\n")
        provider = providers_of(session, tmp_path)["it"]
        requested = (("a", "one"), ("a", "two"), ("b", "one"))
        assert tuple(provider.is_only_way(*who) for who in requested) == ways, only
