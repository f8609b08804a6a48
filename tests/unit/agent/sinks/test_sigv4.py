from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from edge_orch_agent.sinks.sigv4 import Credentials, signed_headers

WALL_US = 1_700_000_000_123_456


@pytest.mark.parametrize("token", ["", "a-session-token"])
@pytest.mark.parametrize(
    "url", ["https://sqs.eu-west-1.amazonaws.com/", "http://127.0.0.1:5000/", "https://h/a%20b/c~d"]
)
@pytest.mark.parametrize("body", [b"", b'{"QueueUrl":"\xc3\xa9"}'])
def test_signs_as_botocore_does(token: str, url: str, body: bytes) -> None:
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessageBatch"}
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    moment = datetime.fromtimestamp(WALL_US // 1_000_000, UTC)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        SigV4Auth(BotoCredentials("AKID", "secret", token or None), "sqs", "eu-west-1").add_auth(request)

    ours = signed_headers(
        Credentials("AKID", "secret", token),
        service="sqs",
        region="eu-west-1",
        url=url,
        headers=headers,
        body=body,
        wall_us=WALL_US,
    )

    assert ours == dict(request.headers)
