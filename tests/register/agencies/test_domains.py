"""Domains: whose they are, and what they only look like."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.register.agencies.domains import host_of, is_same_site, looks_like, registrable
from tests.costing import costing_at_most


@pytest.mark.parametrize(
    ("stated", "registered"),
    [
        ("https://www.agentura.example/jobs?x=1", "agentura.example"),
        ("AGENTURA.EXAMPLE", "https://agentura.example"),
        ("http://jobs.fictional.com.cn", "fictional.com.cn"),
        ("fictional.wixsite.com/agency", "https://fictional.wixsite.com/agency/"),
    ],
)
def test_a_site_is_known_by_the_domain_somebody_registered(stated: str, registered: str) -> None:
    assert is_same_site(stated, registered)


@pytest.mark.parametrize(
    ("stated", "registered"),
    [
        ("https://agentura.example@evil.example", "agentura.example"),
        ("https://evil.example\\@agentura.example", "agentura.example"),
        ("https://agentura.example.evil.example", "agentura.example"),
        ("other.com.cn", "fictional.com.cn"),
        ("fictional.wixsite.com/other", "fictional.wixsite.com/agency"),
        ("http://[", "agentura.example"),
        ("", "agentura.example"),
    ],
)
def test_a_site_of_another_owner_is_another(stated: str, registered: str) -> None:
    assert not is_same_site(stated, registered)


@pytest.mark.parametrize(
    "host",
    [
        "agenturа.example",
        f"xn--{'agenturа'.encode('punycode').decode()}.example",
        "agentvra.example",
        "agenutra.example",
        "agentura.test",
        "agentura-jobs.example",
        "agentura.example.evil.test",
        "ágentura.example",
    ],
)
def test_a_domain_that_only_looks_like_a_registered_one_is_noticed(host: str) -> None:
    found = host_of(host)
    assert found is not None
    assert looks_like(found[0], "agentura.example")


@pytest.mark.parametrize("host", ["agentura.example", "www.agentura.example", "something.example", "qq.com"])
def test_the_domain_itself_and_far_ones_are_no_look_alikes(host: str) -> None:
    assert not looks_like(host, "agentura.example")


def test_punycode_that_cannot_be_read_stays_as_it_is() -> None:
    assert host_of("xn--999999999999.example") is not None
    assert registrable("a.b.example") == "b.example"


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("jobs.agentura.co.uk", "agentura.co.uk"),
        ("agentura.github.io", "agentura.github.io"),
        ("www.机构.公司.cn", "机构.公司.cn"),
        ("a.b.blogspot.com", "b.blogspot.com"),
        ("com.cn", "com.cn"),
    ],
)
def test_the_public_suffix_list_says_who_could_register_a_domain(host: str, owner: str) -> None:
    assert registrable(host) == owner


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_may_be_taken_for_an_address(stated: str, registered: str) -> None:
    is_same_site(stated, registered)
    found = host_of(stated)
    if found is not None:
        registrable(found[0])
        looks_like(found[0], "agentura.example")


def test_an_address_of_ten_thousand_labels_takes_bounded_time() -> None:
    host = "a." * 5_000 + "example"
    with costing_at_most(1):
        looks_like(host, "agentura.example")
        is_same_site(f"https://{host}", "agentura.example")
