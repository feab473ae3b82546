"""The line to a Dataverse: one token for all workers, its headers, its errors as sentences, batches.

Refuses a batch the service did not answer whole. Every trouble is ``NoAnswer`` with what the outbox is told; none
quotes a body that was sent.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tierline.channels.answers import rows_at, text_at
from tierline.channels.channel import NotConnected, Refused, TryAgain
from tierline.channels.line import Line, Stopped, Told
from tierline.trackers.dataverse.account import Account
from tierline.trackers.dataverse.batching import Outcome, Step, content_type, read, written

VERSION_EXPIRED: Final = "0x80044352"  # the point in time a delta link names is no longer kept
THERE_OR_CHANGED: Final = 412  # under If-None-Match: it is there; under If-Match: it changed
BUSY: Final = (408, 409, 423, 429, 500, 502, 503, 504)  # of an operation: not now
_HEADERS: Final = {"OData-MaxVersion": "4.0", "OData-Version": "4.0"}
_FORMATTED: Final = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'
_WHO: Final = "Dynamics"


class NoAnswer(Stopped):
    """The service did not do it. ``status`` is its HTTP status (0: none), ``code`` its own word for the trouble."""

    def __init__(self, answer: TryAgain | Refused | NotConnected, status: int = 0, code: str = "") -> None:
        super().__init__(answer)
        self.status, self.code = status, code


class WebApi:
    """A Dataverse one can ask. Used by several threads at once."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._token, self._holds_until = "", 0.0
        self._signing_in = threading.Lock()
        secrets = (account.client_secret.get_secret_value(),)
        seconds = account.timeout_seconds
        self._line = Line(
            _WHO, account.base, credentials=self._credentials, headers=_HEADERS, secrets=secrets, answer_seconds=seconds
        )
        self._door = Line(_WHO, account.sign_in, secrets=secrets)

    def get(self, where: str, *, prefer: Sequence[str] = (), **query: str) -> dict[str, Any]:
        """The JSON at a path or at a link of an earlier answer; people's words for values beside them."""
        told = self.call("GET", where, prefer=(_FORMATTED, *prefer), query=query)
        found: dict[str, Any] = self._line.wants(told, dict)
        return found

    def page(
        self, where: str, *, prefer: Sequence[str] = (), query: Mapping[str, str] | None = None
    ) -> tuple[list[Mapping[str, Any]], str]:
        """(the rows of a page with values only, the link to the next one)."""
        told = self._line.wants(self.call("GET", where, prefer=prefer, query=query), dict)
        return rows_at(told, "value"), text_at(told, "@odata.nextLink")

    def call(
        self,
        method: str,
        where: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        prefer: Sequence[str] = (),
        query: Mapping[str, str] | None = None,
    ) -> Told:
        """One request. Raises ``NoAnswer`` for everything but a success."""
        own = {**(headers or {}), **({"Prefer": ",".join(prefer)} if prefer else {})}
        told = self._line.ask(method, where, json=body, headers=own, params=query or None)
        if told.status >= 300:
            raise self._refused(told)
        return told

    def batch(self, steps: Sequence[Step]) -> list[tuple[Outcome, ...]]:
        """The outcomes of many operations in one request, step by step. Raises ``Stopped`` when it was not taken."""
        headers = {"Content-Type": content_type(), "Prefer": "odata.continue-on-error"}
        told = self._line.ask("POST", "$batch", content=written(steps), headers=headers)
        if told.status >= 300:
            raise self._refused(told)
        try:
            outcomes = read(told.body, told.headers.get("content-type", ""), steps)
        except ValueError as error:
            raise NoAnswer(TryAgain(f"Dynamics answered a batch with something else: {error}.")) from None
        if len(outcomes) < len(steps):
            raise NoAnswer(TryAgain(f"Dynamics answered {len(outcomes)} of {len(steps)} operations of a batch."))
        return outcomes

    def words(self, text: str) -> str:
        """Words of the service's, fit to be shown."""
        return self._line.clean(text) or "it gave no reason"

    def _refused(self, told: Told) -> NoAnswer:
        code = text_at(told.json, "error", "code")
        said = self.words(text_at(told.json, "error", "message"))
        if told.status == 401:
            words = "Dynamics does not accept a fresh token. Check the rights of the account's application user."
            return NoAnswer(NotConnected(words), 401, code)
        if told.status in (409, 423):
            return NoAnswer(TryAgain(f"Dynamics is busy with that row ({told.status}): {said}"), told.status, code)
        return NoAnswer(Refused(f"Dynamics refused it ({told.status}): {said}"), told.status, code)

    # -- the token ---------------------------------------------------------------------------------------

    def _credentials(self, fresh: bool) -> Mapping[str, str]:
        with self._signing_in:
            if fresh or not self._token or time.monotonic() >= self._holds_until:
                self._token, lasts = self._sign_in()
                self._holds_until = time.monotonic() + max(lasts - 60, 0)
            return {"Authorization": f"Bearer {self._token}"}

    def _sign_in(self) -> tuple[str, float]:
        account = self.account
        form = {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.client_secret.get_secret_value(),
            "scope": account.scope or f"{account.address}/.default",
        }
        told = self._door.ask("POST", f"{account.tenant}/oauth2/v2.0/token", form=form)
        if 400 <= told.status < 500:
            said = "The sign-in for Dynamics was refused. Check tenant, client_id and client_secret of the account."
            raise NoAnswer(NotConnected(said), told.status)
        token = text_at(told.json, "access_token")
        if not token:
            raise NoAnswer(TryAgain("The sign-in for Dynamics answered without a token."))
        self._line.keep_back(token)
        try:
            return token, float(text_at(told.json, "expires_in") or 0)
        except ValueError:
            return token, 0.0
