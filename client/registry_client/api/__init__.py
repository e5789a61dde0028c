"""The registry's API for programs: the extra `api` of the package, `pip install './client[api]'` in its source.

with Client("https://registry.example.org") as client:
    answer = client.verify(uscc="91990001MADEM00112", origin="CN", destination="IT")
    print(answer.verdict, answer.reasons[0].text)
"""

from registry_client.api.answers import Agency, Checks, Corridor, Licence, Verdict
from registry_client.api.client import Client
from registry_client.api.errors import ClientError, NoAnswer, Problem, ProblemAnswered
from registry_client.api.receipts import check_offline
from registry_client.api.transport import Limits

__all__ = [
    "Agency",
    "Checks",
    "Client",
    "ClientError",
    "Corridor",
    "Licence",
    "Limits",
    "NoAnswer",
    "Problem",
    "ProblemAnswered",
    "Verdict",
    "check_offline",
]
