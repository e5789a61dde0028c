"""Who asks: forwarded addresses are believed from trusted proxies alone, read from the right."""

from ipaddress import ip_network

import pytest

from registry.core.settings import TrustedProxies
from registry.http.clients import believe_proxies, client_address, network_of

NETWORKS = TrustedProxies(networks=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("10.0.0.1", "192.0.2.1", NETWORKS, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1", NETWORKS, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2", NETWORKS, "192.0.2.1"),
        ("::ffff:10.0.0.1", "192.0.2.1", NETWORKS, "192.0.2.1"),
        ("192.0.2.50", "203.0.113.9", NETWORKS, None),
        ("10.0.0.1", "", NETWORKS, "10.0.0.1"),
        ("10.0.0.1", "unknown", NETWORKS, "10.0.0.1"),
        ("10.0.0.1", "10.0.0.9", NETWORKS, "10.0.0.9"),
        ("", "192.0.2.1", NETWORKS, None),
        ("192.0.2.50", "203.0.113.9, 192.0.2.1", TrustedProxies(hops=1), "192.0.2.1"),
        ("192.0.2.50", "203.0.113.9, 192.0.2.1", TrustedProxies(hops=2), "203.0.113.9"),
        ("192.0.2.50", "192.0.2.1", TrustedProxies(hops=2), "192.0.2.50"),
        ("192.0.2.50", "x", TrustedProxies(hops=1), "192.0.2.50"),
    ],
)
def test_the_client_is_whom_our_own_proxies_saw(
    peer: str, forwarded: str, trusted: TrustedProxies, client: str | None
) -> None:
    assert client_address(peer, forwarded, trusted) == client


def test_the_scheme_is_the_nearest_proxys_word() -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_PROTO": "http, https", "wsgi.url_scheme": "http"}
    believe_proxies(environ, NETWORKS)
    assert environ["wsgi.url_scheme"] == "https"
    environ = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_PROTO": "https", "wsgi.url_scheme": "http"}
    believe_proxies(environ, NETWORKS)
    assert environ["wsgi.url_scheme"] == "http"


def test_an_ipv6_client_is_its_network() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("no address") == "no address"
    assert network_of("no:address") == "no:address"
