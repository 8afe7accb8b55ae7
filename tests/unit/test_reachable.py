"""What an address alone tells of whether Jira Cloud can reach it."""

import pytest

from jira.reachable import PORTS, doubts


@pytest.mark.parametrize(
    "url",
    [
        "https://port.example.com/integration/webhook",
        "https://port.example.com:8443/integration/webhook",
        "https://a.b.c.example.org",
        "https://bücher.example.net/",
        "https://93.184.215.14:443/x",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x",
        " https://port.example.com. ",
    ],
)
def test_nothing_is_said_of_a_public_https_address(url):
    assert doubts(url) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://port.example.com:8080/x", ["it begins with http, not with https"]),
        ("http://port.example.com/x", ["it begins with http", "port 80"]),
        ("https://port.example.com:8000/x", ["port 8000"]),
        ("https://localhost/x", ["localhost is no public name"]),
        ("https://jira-ocean/x", ["jira-ocean is no public name"]),
        ("https://jira-ocean.port.svc/x", ["is no public name"]),
        ("https://jira-ocean.port.svc.cluster.local/x", ["is no public name"]),
        ("https://host.INTERNAL/x", ["host.internal is no public name"]),
        ("https://10.1.2.3/x", ["10.1.2.3 is an address of a private network"]),
        ("https://127.0.0.1/x", ["is an address of a private network"]),
        ("https://169.254.1.1/x", ["is an address of a private network"]),
        ("https://[::1]/x", ["::1 is an address of a private network"]),
        ("https://[fd00::1]/x", ["is an address of a private network"]),
        ("http://localhost:8000", ["begins with http", "port 8000", "no public name"]),
        ("", ["it is no address"]),
        ("/integration/webhook", ["it is no address"]),
        ("https://[port/x", ["it is no address"]),
        ("https://port.example.com:x/", ["it is no address"]),
    ],
)
def test_each_doubt_is_said(url, words):
    found = doubts(url)
    assert len(found) == len(words)
    for sentence, part in zip(found, words, strict=True):
        assert part in sentence


def test_the_ports_are_those_where_something_can_speak_https():
    assert {443, 8080, 8443} < set(PORTS)
    assert 80 not in PORTS
