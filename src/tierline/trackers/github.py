"""GitHub Issues, on github.com or an Enterprise Server. Never asks the search index: it lags, and repeats would double.

An issue of ours carries its key in an HTML comment; a repeat lists issues by the label (and, because labels of somebody
without push rights are dropped silently, by date) and finds it. What GitHub drops without a word is read back and told
in the evidence. Rate limits are counted by GitHub's own clock. Facts: docs.github.com/rest/issues, .../webhooks.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tierline.channels.addresses import secure_address
from tierline.channels.answers import instant_at, rows_at, text_at
from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.line import Line, Stopped, Told, visit
from tierline.trackers.cursors import OVERLAP, begun
from tierline.trackers.github_reading import (
    STAGES,
    as_record,
    change_for,
    cut,
    holds,
    id_of,
    is_issue,
    labels_of,
    logins_of,
    missing,
    next_page,
    note_of,
    pause_for_limit,
    revision_of,
    status_of,
    unique,
)
from tierline.trackers.marking import hidden, key_in
from tierline.trackers.tracker import Changes, Conflicting, Record, Stage, Unsigned

PAGE = 100
MOST_PAGES = 20
MOST_NEW = 30  # records a visit, each with its comments
LONGEST_TITLE = 256
LONGEST_BODY = 65_536
API_VERSION = "2022-11-28"
STAMP = "%Y-%m-%dT%H:%M:%SZ"


class Account(BaseModel):
    """One repository. ``label`` marks what is Tierline's: it is put on every issue, and changes are read by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    token: SecretStr
    address: str = "https://api.github.com"  # an Enterprise Server's is https://HOST/api/v3
    label: str = ""
    webhook_secret: SecretStr = SecretStr("")
    look_back_days: int = Field(default=7, ge=1, le=90)
    project_labels: dict[str, str] = Field(default_factory=dict)  # by which a project takes issues in by itself
    stages: dict[str, Stage] = Field(default_factory=dict)  # a status word, or "label NAME" -> what it means
    system: str = "github"

    @field_validator("address")
    @classmethod
    def _address(cls, written: str) -> str:
        return secure_address(written)


class GitHub:
    """The tracker."""

    name: ClassVar[str] = "github"
    label: ClassVar[str] = "GitHub Issues"

    def __init__(self, account: Account) -> None:
        self.account = account
        self._stages: Mapping[str, Stage] = STAGES | account.stages
        token = account.token.get_secret_value()
        self._line = Line(
            "GitHub",
            account.address,
            headers={
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": API_VERSION,
                "Authorization": f"Bearer {token}",
            },
            secrets=(token, account.webhook_secret.get_secret_value()),
        )

    # Delivering

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Open, say or move, once a key."""
        again = int(message.get("attempt", 1)) > 1
        verbs = {"open": self._open, "say": self._say, "move": self._move}
        verb = verbs.get(str(message.get("verb")))
        if verb is None:
            return Refused(f"GitHub knows no '{message.get('verb')}'; a message opens, says or moves.")
        try:
            with visit():
                return verb(key, message, again)
        except Stopped as stopped:
            return stopped.answer

    def _open(self, key: str, message: Mapping[str, Any], again: bool) -> Answer:
        found = self._issue_of(key) if again else None
        if found is not None:
            return Delivered(self._evidence(found, found=True))
        body = hidden(str(message.get("text", "")), key)
        if len(body) > LONGEST_BODY:
            return Refused(f"The text is longer than the {LONGEST_BODY:,} signs GitHub takes. Shorten it.")
        project = str(message.get("project") or "")
        labels = unique([self.account.label, *message.get("labels", ()), self.account.project_labels.get(project, "")])
        asked = {"title": cut(str(message.get("title", "")), LONGEST_TITLE), "body": body, "labels": labels}
        issue = self._good(self._line.ask("POST", self._issues(), json=asked), "the issue")
        evidence = self._evidence(issue, found=False)
        if dropped := missing(labels, labels_of(issue)):
            evidence["labels_dropped"] = dropped
            evidence["but"] = "GitHub dropped these labels: the token has no push rights, or they were renamed."
        if project and project not in self.account.project_labels:
            evidence["project_not_set"] = project
        return Delivered(evidence)

    def _say(self, key: str, message: Mapping[str, Any], again: bool) -> Answer:
        where = f"{self._path(str(message.get('record', '')))}/comments"
        if again:
            for comment in self._pages(where, {}):
                if key_in(text_at(comment, "body")) == key:
                    return Delivered({"id": text_at(comment, "id"), "url": text_at(comment, "html_url"), "found": True})
        body = hidden(str(message.get("text", "")), key)
        if len(body) > LONGEST_BODY:
            return Refused(f"The comment is longer than the {LONGEST_BODY:,} signs GitHub takes. Shorten it.")
        told = self._good(self._line.ask("POST", where, json={"body": body}), "the comment")
        return Delivered({"id": text_at(told, "id"), "url": text_at(told, "html_url"), "found": False})

    def _move(self, key: str, message: Mapping[str, Any], again: bool) -> Answer:
        where = self._path(str(message.get("record", "")))
        now = self._good(self._line.ask("GET", where), "the issue")
        change = change_for(message, now)
        so_already = holds(now, change)
        if not so_already and message.get("if_revision") and message["if_revision"] != revision_of(now):
            return Conflicting(
                f"Issue #{text_at(now, 'number')} changed at GitHub in the meantime; it is {status_of(now)} now. "
                "Look at it, and decide again."
            )
        issue = now if so_already else self._good(self._line.ask("PATCH", where, json=change), "the change")
        # After the change, not before: a comment of ours is a change there, and would look like somebody else's.
        if message.get("close_notes"):
            told = self._say(key, {"record": message["record"], "text": message["close_notes"]}, again)
            if not isinstance(told, Delivered):
                return told
            issue = self._good(self._line.ask("GET", where), "the issue")
        evidence = self._evidence(issue, found=so_already and again)
        dropped = missing(change.get("assignees", []), logins_of(issue))
        dropped += missing(change.get("labels", []), labels_of(issue))
        if dropped:
            evidence["dropped"] = dropped
            evidence["but"] = "GitHub dropped these: the token has no push rights, or there is no such name."
        return Delivered(evidence)

    # Asking

    def find(self, key: str) -> Record | TryAgain | NotConnected | None:
        """The issue an effect of this key made."""
        try:
            with visit():
                issue = self._issue_of(key)
                return None if issue is None else self._record(issue)
        except Stopped as stopped:
            return _as_asked(stopped.answer)

    def read(self, record: str) -> Record | TryAgain | NotConnected | None:
        """One issue with its comments; None for one that is deleted, or a pull request."""
        try:
            with visit():
                told = self._line.ask("GET", self._path(record))
                if told.status in (404, 410):
                    return None
                issue = self._good(told, "the issue")
                return None if "pull_request" in issue else self._record(issue)
        except Stopped as stopped:
            return _as_asked(stopped.answer)

    def changes(self, cursor: str) -> Changes | TryAgain | NotConnected:
        """Issues with the label that changed since, oldest first. Next pages are asked for by stamp, not by number:
        an issue that changes meanwhile would push another over the edge of a page."""
        try:
            with visit():
                return self._changes(cursor)
        except Stopped as stopped:
            return _as_asked(stopped.answer)

    def _changes(self, cursor: str) -> Changes:
        sweep = begun(cursor)
        since = sweep.since or self._partner_time() - timedelta(days=self.account.look_back_days)
        records: list[Record] = []
        page = 1
        while True:
            rows, full = self._changed(since, page)
            for issue in rows:
                stamp = instant_at(issue, "updated_at")
                if stamp is None:
                    continue
                if len(records) >= MOST_NEW:
                    return Changes(records, sweep.written(midway=True), more=True)
                if sweep.is_new(text_at(issue, "number"), stamp, revision_of(issue)) and is_issue(issue):
                    records.append(self._record(issue))
            last = instant_at(rows[-1], "updated_at") if rows else None
            if not full or last is None:
                sweep.newest = sweep.newest or since + OVERLAP
                return Changes(records, sweep.written(midway=False))
            page, since = (1, last) if last > since else (page + 1, since)
            if page > MOST_PAGES:
                raise Stopped(TryAgain("GitHub's list of changes does not end. It will be read again later."))

    def _changed(self, since: datetime, page: int) -> tuple[list[Mapping[str, Any]], bool]:
        asked = {"state": "all", "sort": "updated", "direction": "asc", "per_page": str(PAGE), "page": str(page)}
        asked["since"] = since.strftime(STAMP)
        if self.account.label:
            asked["labels"] = self.account.label
        rows = self._list(self._line.ask("GET", self._issues(), params=asked))
        return rows_at(rows), len(rows) >= PAGE

    def _partner_time(self) -> datetime:
        told = self._line.ask("GET", self._issues(), params={"per_page": "1", "state": "all"})
        self._list(told)
        if told.at is None:
            raise Stopped(TryAgain("GitHub's answer carries no date, so it is not known since when to read."))
        return told.at

    # Being told

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, Sequence[Record]]:
        """Issues and comments an event tells of. Raises Unsigned; anything else that cannot be read tells nothing."""
        named = {name.lower(): text for name, text in headers.items()}
        secret = self.account.webhook_secret.get_secret_value()
        if not secret:
            raise Unsigned("The account has no webhook_secret, so no call is believed.")
        ours = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(ours.encode(), named.get("x-hub-signature-256", "").encode("utf-8", "replace")):
            raise Unsigned("The signature of this call does not hold.")
        delivery = named.get("x-github-delivery") or hashlib.sha256(body).hexdigest()[:32]
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return delivery, ()
        told = told if isinstance(told, dict) else {}
        issue: Any = told.get("issue")
        if named.get("x-github-event") not in ("issues", "issue_comment") or not is_issue(issue):
            return delivery, ()
        if text_at(told, "repository", "full_name").casefold() != self.account.repository.casefold():
            return delivery, ()
        notes = [note] if (note := note_of(told.get("comment"))) else []
        return delivery, [as_record(issue, self.account.system, self.account.repository, self._stages, notes)]

    # Words of GitHub

    def _issues(self) -> str:
        return f"repos/{self.account.repository}/issues"

    def _path(self, record: str) -> str:
        """``17``, or ``owner/name#17`` for an issue that was moved to another repository."""
        repository, _, number = record.rpartition("#")
        if not number.isascii() or not number.isdigit() or repository.count("/") != (1 if repository else 0):
            raise Stopped(Refused(f"'{record}' is no issue of GitHub; it is called by its number."))
        return f"repos/{repository or self.account.repository}/issues/{number}"

    def _issue_of(self, key: str) -> Mapping[str, Any] | None:
        """The oldest issue with this key: a person may have copied its text into another. Looks no further back than
        the account, by GitHub's own clock."""
        newest_first = {"state": "all", "sort": "created", "direction": "desc"}
        since = self._partner_time() - timedelta(days=self.account.look_back_days)
        newest_first["since"] = since.strftime(STAMP)
        ways = [newest_first]
        if self.account.label:
            ways.insert(0, newest_first | {"labels": self.account.label})
        for asked in ways:
            found = [
                issue
                for issue in self._pages(self._issues(), asked)
                if is_issue(issue) and key_in(text_at(issue, "body")) == key
            ]
            if found:
                return min(found, key=lambda issue: int(text_at(issue, "number")))
        return None

    def _pages(self, where: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        told = self._line.ask("GET", where, params={"per_page": str(PAGE), **params})
        for _ in range(MOST_PAGES):
            yield from rows_at(self._list(told))
            following = next_page(told)
            if not following:
                return
            told = self._line.ask("GET", following)

    def _list(self, told: Told) -> list[Any]:
        if told.status >= 400:
            raise Stopped(self._no(told, "the list"))
        rows: list[Any] = self._line.wants(told, list)
        return rows

    def _good(self, told: Told, what: str) -> Mapping[str, Any]:
        if told.status >= 300:
            raise Stopped(self._no(told, what))
        found: Mapping[str, Any] = self._line.wants(told, dict)
        if not text_at(found, "id"):
            raise Stopped(TryAgain("GitHub answered with something that cannot be read. It will be asked again."))
        return found

    def _no(self, told: Told, what: str) -> TryAgain | Refused:
        limited = pause_for_limit(told)
        if limited is not None:
            return TryAgain("GitHub asks for a pause: the limit of requests is used up.", limited)
        said = self._line.clean(text_at(told.json, "message"))
        where = self.account.repository
        if told.status == 401:
            return TryAgain("GitHub does not take the token of the account: it expired or was revoked.", 900.0)
        fields = [f"{text_at(one, 'field')} {text_at(one, 'code')}" for one in rows_at(told.json, "errors")]
        more = self._line.clean("; ".join(fields))
        moved = f"The repository {where} or the issue was moved. Write its new name into the account."
        unfit = f"GitHub does not take {what} as it is: {said}{f' ({more})' if more else ''}"
        sentences = {
            301: moved,
            302: moved,
            400: unfit,
            403: f"GitHub does not let the account do this in {where}: {said}",
            404: f"GitHub does not know this in {where}, or the token may not see it. Check the account.",
            410: f"It is gone: the issue was deleted, or issues are switched off in {where}.",
            422: unfit,
        }
        if told.status in sentences:
            return Refused(sentences[told.status])
        return TryAgain(f"GitHub answered {what} with status {told.status}.")

    def _evidence(self, issue: Mapping[str, Any], *, found: bool) -> dict[str, Any]:
        return {
            "id": id_of(issue, self.account.repository),
            "number": f"#{text_at(issue, 'number')}",
            "url": text_at(issue, "html_url"),
            "revision": revision_of(issue),
            "status": status_of(issue),
            "found": found,
        }

    def _record(self, issue: Mapping[str, Any]) -> Record:
        """With its comments, which cost a request when there are some."""
        if not is_issue(issue):
            raise Stopped(TryAgain("GitHub answered with something that cannot be read. It will be asked again."))
        where = f"{self._path(id_of(issue, self.account.repository))}/comments"
        comments = self._pages(where, {}) if text_at(issue, "comments") not in ("", "0") else ()
        return as_record(
            issue,
            self.account.system,
            self.account.repository,
            self._stages,
            [note for comment in comments if (note := note_of(comment))],
        )


def _as_asked(answer: TryAgain | Refused | NotConnected) -> TryAgain | NotConnected:
    """A refusal to show something is told as "not now": whoever asks cannot send it again."""
    return TryAgain(answer.because) if isinstance(answer, Refused) else answer
