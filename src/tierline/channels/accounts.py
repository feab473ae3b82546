"""The accounts of a deployment: which ways out there are, by the names the plans call them.

A folder is the registry: every module of it that has an ``Account`` and a class that delivers is a kind, called by
that class's ``name``. Secrets are written ``env:NAME`` and read when an account is put to use. Refuses unknown kinds
and fields, and secrets that are not there, each with a sentence that names the account and the field.
"""

import importlib
import inspect
import os
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from tierline.channels.channel import Answer, NotConnected, Send

SECRET = "env:"  # noqa: S105 - how a secret is pointed at, no secret

#: Where a channel's way of sending is found by its name.
Way = Callable[[str], Send]
#: The class of a kind, and the form of its account.
Kind = tuple[type[Any], type[BaseModel]]


class UnusableAccount(Exception):
    """An account that cannot be used; the sentence says which field of which account, and what would mend it."""


class AccountBook:
    """The accounts of one folder of kinds.

    ``package`` is the folder's dotted name, ``variable`` what names the file, ``page`` where people read how to write
    it, ``what`` the word for one in sentences.
    """

    def __init__(self, package: str, *, variable: str, page: str, what: str) -> None:
        self.package, self.variable, self.page, self.what = package, variable, page, what

    def kinds(self) -> Mapping[str, Kind]:
        """Every kind the folder holds."""
        return _kinds_in(self.package)

    def read(self, path: str) -> dict[str, Any]:
        """The accounts of a YAML file, name by name and not yet judged; none when no file is named.

        Raises UnusableAccount when the file cannot be read.
        """
        if not path:
            return {}
        try:
            told = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except OSError as trouble:
            raise UnusableAccount(f"{self.variable} names {path}, which cannot be read: {trouble.strerror}.") from None
        except (yaml.YAMLError, UnicodeDecodeError) as trouble:
            mark = getattr(trouble, "problem_mark", None)
            where = f", line {mark.line + 1}" if mark else ""
            raise UnusableAccount(f"{path}{where}: this is no YAML. Compare it with {self.page}.") from None
        if told is None:
            return {}
        if not isinstance(told, dict):
            example = next(iter(sorted(self.kinds())), "name")
            raise UnusableAccount(f"{path}: write one account a name, such as '{example}:' and its fields below it.")
        return {str(name): account for name, account in told.items()}

    def read_or_trouble(self, path: str) -> tuple[dict[str, Any], str]:
        """``read``, and in place of what it raises no account and the sentence."""
        try:
            return self.read(path), ""
        except UnusableAccount as trouble:
            return {}, str(trouble)

    def kind_of(self, name: str, told: Any) -> Kind:
        """The kind an account is of. Raises UnusableAccount."""
        if not isinstance(told, Mapping):
            raise UnusableAccount(f"Account '{name}': write its fields below its name, the first 'kind:'.")
        kind = told.get("kind", name)
        if kind not in self.kinds():
            known = ", ".join(sorted(self.kinds()))
            raise UnusableAccount(
                f"Account '{name}', field 'kind': '{kind}' is no kind of {self.what}. There are: {known}."
            )
        return self.kinds()[kind]

    def built(self, name: str, told: Any, way: Way | None = None) -> Any:
        """What an account stands for, ready to use. Raises UnusableAccount.

        A class that names another channel it ``sends_by`` is handed that one's way of sending, found by ``way``.
        """
        written, form = self.kind_of(name, told)
        fields = {field: _with_secrets(value, f"{name}.{field}") for field, value in told.items() if field != "kind"}
        if "system" in form.model_fields:
            fields.setdefault("system", name)
        try:
            account = form.model_validate(fields)
        except ValidationError as trouble:
            words = self._sentences(trouble)
            raise UnusableAccount(f"Account '{name}' ({told.get('kind', name)}): {words}") from None
        by = getattr(written, "sends_by", "")
        return written(account, way(by) if way else _not_connected) if by else written(account)

    def troubles(self, accounts: Mapping[str, Any]) -> list[str]:
        """What is wrong with the accounts, a sentence each; empty when all can be used."""
        found = []
        for name, told in accounts.items():
            try:
                self.built(name, told)
            except UnusableAccount as trouble:
                found.append(str(trouble))
        return found

    def _sentences(self, trouble: ValidationError) -> str:
        """What pydantic found, field by field, without the values: one of them may be a secret."""
        told = []
        for one in trouble.errors(include_input=False, include_url=False):
            field = ".".join(str(part) for part in one["loc"]) or "account"
            match one["type"]:
                case "missing":
                    told.append(f"field '{field}' is missing.")
                case "extra_forbidden":
                    told.append(f"field '{field}' is not known; is it spelled as in {self.page}?")
                case _:
                    told.append(f"field '{field}': {one['msg'].removeprefix('Value error, ')}.")
        return " ".join(told)


def _not_connected(key: str, message: Mapping[str, Any]) -> Answer:  # noqa: ARG001 - as every channel sends
    return NotConnected("The channel this one sends by is not connected.")


@cache
def _kinds_in(package: str) -> Mapping[str, Kind]:
    found: dict[str, Kind] = {}
    home = importlib.import_module(package)
    for one in pkgutil.iter_modules(home.__path__, f"{package}."):
        module = importlib.import_module(one.name)
        account = getattr(module, "Account", None)
        if not (inspect.isclass(account) and issubclass(account, BaseModel)):
            continue
        for written in vars(module).values():
            at_home = getattr(written, "__module__", "").startswith(one.name)
            if inspect.isclass(written) and at_home and hasattr(written, "deliver") and hasattr(written, "name"):
                found[written.name] = (written, account)
    return found


def _with_secrets(value: Any, where: str) -> Any:
    """``env:NAME`` replaced by what the environment holds, wherever it is written."""
    if isinstance(value, Mapping):
        return {name: _with_secrets(inner, f"{where}.{name}") for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_secrets(inner, where) for inner in value]
    if not isinstance(value, str) or not value.startswith(SECRET):
        return value
    secret = os.environ.get(value.removeprefix(SECRET), "")
    if not secret:
        account, _, field = where.partition(".")
        variable = value.removeprefix(SECRET)
        raise UnusableAccount(
            f"Account '{account}', field '{field}': the environment variable {variable} is not set. Set it and restart."
        )
    return secret


#: The accounts of channels; those of trackers have a folder and a file of their own.
CHANNELS = AccountBook(
    "tierline.channels", variable="TIERLINE_CHANNELS", page="docs/how-to/channels.md", what="channel"
)
