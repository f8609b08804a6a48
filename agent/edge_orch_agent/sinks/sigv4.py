"""AWS Signature Version 4 for a request with a body and no query string.

Own, and small, because botocore is ten times the size of the agent; a test compares it with botocore's signer. The
algorithm: «Create a signed AWS API request», docs.aws.amazon.com/IAM/latest/UserGuide.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import msgspec

ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(msgspec.Struct, frozen=True):
    """An access key; `session_token` only where the key is a temporary one."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


def signed_headers(
    credentials: Credentials,
    *,
    service: str,
    region: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    wall_us: int,
) -> dict[str, str]:
    """The headers of a POST, with the date, the token and the authorization added; all of them are signed."""
    parts = urlsplit(url)
    moment = datetime.fromtimestamp(wall_us // 1_000_000, UTC).strftime("%Y%m%dT%H%M%SZ")
    complete = {**headers, "X-Amz-Date": moment}
    if credentials.session_token:
        complete["X-Amz-Security-Token"] = credentials.session_token
    lowered = {name.lower(): " ".join(value.split()) for name, value in complete.items()} | {"host": parts.netloc}
    names = ";".join(sorted(lowered))
    canonical = "\n".join(
        [
            "POST",
            quote(parts.path or "/", safe="/-_.~"),
            "",
            *(f"{name}:{lowered[name]}" for name in sorted(lowered)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"{credentials.access_key_id}/{scope}"
    complete["Authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return complete
