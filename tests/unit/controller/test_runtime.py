"""Where a controller may listen."""

from __future__ import annotations

import pytest
from edge_orch_controller.links.mqtt import Broker
from edge_orch_controller.runtime import refuse_foreign_networks

from edge_orch.errors import Invalid


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_allowed(host: str) -> None:
    refuse_foreign_networks(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "factory.example", ""])  # noqa: S104 -- refused
def test_everything_else_is_refused(host: str) -> None:
    with pytest.raises(Invalid, match="without TLS"):
        refuse_foreign_networks(host)


def test_brokers() -> None:
    assert Broker.parse("mqtt://olga:a%40b@plant:1884") == Broker("plant", 1884, "olga", "a@b", tls=False)
    assert Broker.parse("mqtts://plant") == Broker("plant", 8883, None, None, tls=True)


@pytest.mark.parametrize("url", ["http://plant", "mqtt://", "plant:1883", "mqtt://plant:port"])
def test_what_is_no_broker(url: str) -> None:
    with pytest.raises(Invalid, match="not an MQTT broker"):
        Broker.parse(url)
