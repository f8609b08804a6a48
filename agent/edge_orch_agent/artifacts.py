"""Performs `Fetch`: gets signed plans from the controller by digest."""

from __future__ import annotations

import base64

from edge_orch.errors import EdgeOrchError
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import seal
from edge_orch_agent.core.events import ArtifactFailed, ArtifactFetched
from edge_orch_agent.http_client import HttpClient


class Artifacts:
    """Asks as this agent; what comes back is verified by the core."""

    def __init__(self, client: HttpClient, controller: str, agent: str, key: PrivateKey) -> None:
        self._client = client
        self._controller = controller.rstrip("/")
        self._agent = agent
        self._key = key

    async def fetch(self, digest: str) -> ArtifactFetched | ArtifactFailed:
        """What became of it; never raises."""
        path = f"/v1/artifacts/{digest}"
        proof = base64.urlsafe_b64encode(seal(self._key, self._agent, f"GET {path}".encode())).decode()
        try:
            answer = await self._client.request("GET", self._controller + path, {"Authorization": f"EdgeOrch {proof}"})
        except EdgeOrchError as error:
            return ArtifactFailed(digest, f"{error.problems[0].what}: {error.problems[0].found}")
        if answer.status != 200:
            return ArtifactFailed(digest, f"the controller answered {answer.status}: {answer.excerpt}")
        return ArtifactFetched(digest, answer.body)
