"""Where a webhook may lead. No network: what a name resolves to is given."""

from ipaddress import ip_address

import pytest

from registry.core.errors import InvalidInput
from registry.watches.addresses import open_addresses, read_address, why_closed

REFUSED = {
    "http://hooks.example.org/": "must begin with https://",
    "ftp://hooks.example.org/": "must begin with https://",
    "file:///etc/passwd": "must begin with https://",
    "//hooks.example.org/": "must begin with https://",
    "https://user:word@hooks.example.org/": "must hold no user or password",
    "https://@hooks.example.org/": "must hold no user or password",
    "https://hooks.example.org/#x": "must have no fragment",
    "https://hooks.example.org:0/": "must name a port",
    "https://hooks.example.org:99999/": "is no address",
    "https://[::1/": "is no address",
    "https://hooks.example.org/\r\nHost: inner": "plain ASCII",
    "https://hooks.example.org\\@127.0.0.1/": "plain ASCII",
    "https://hooks。example.org/": "plain ASCII",
    "https:///x": "must name a host by its full name",
    "https://localhost/": "a network of its own",
    "https://db.internal/": "a network of its own",
    "https://printer.local/": "a network of its own",
    "https://metadata/": "must name a host by its full name",
    "https://localhost./": "must name a host by its full name",
    "https://2130706433/": "must name a host by its full name",
    "https://0x7f000001/": "must name a host by its full name",
    "https://0x7f.0.0.1/": "must name a host by its full name",
    "https://0177.0.0.1/": "must name a host by its full name",
    "https://127.1/": "must name a host by its full name",
    "https://127.0.0.1/": "not on the public internet",
    "https://10.1.2.3:8443/": "not on the public internet",
    "https://169.254.169.254/latest/meta-data/": "not on the public internet",
    "https://[::1]/": "not on the public internet",
    "https://[::ffff:127.0.0.1]/": "not on the public internet",
    "https://[64:ff9b::7f00:1]/": "not on the public internet",
    "https://[fe80::1%25eth0]/": "",
}


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_that_is_not_for_everybody_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_address(text)
    assert REFUSED[text] in refused.value.text
    assert "127" not in refused.value.text


@pytest.mark.parametrize(
    "text",
    """0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::a00:1 64:ff9b:1::a00:1 100::1 2001::1 2001:db8::1
    2002:7f00:1:: 3fff::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1""".split(),
)
def test_no_address_of_an_inner_network_is_called_however_it_is_wrapped(text: str) -> None:
    assert why_closed(ip_address(text)) is not None
    # A name that leads there as well leads nowhere.
    assert open_addresses(["93.184.215.14", text]) == []


def test_public_addresses_are_called() -> None:
    assert open_addresses(["93.184.215.14", "2606:2800:21f:cb07::1"]) == ["93.184.215.14", "2606:2800:21f:cb07::1"]
    assert open_addresses([]) == []
    read = read_address("https://Hooks.Example.org:8443/a/b?c=d")
    assert (read.host, read.port, read.target, read.host_header) == (
        "hooks.example.org", 8443, "/a/b?c=d", "hooks.example.org:8443",
    )  # fmt: skip
    assert read_address("https://93.184.215.14").host_header == "93.184.215.14"
    assert read_address("http://127.0.0.1:81/x", is_unsafe=True).port == 81
