"""The accounts of a deployment: which partner systems there are, by the names the plans call them.

The folder is the registry: every module of it that has an ``Account`` and a class that delivers is a kind, called by
that class's ``name``. Secrets are written ``env:NAME`` and read when the tracker is built. Refuses unknown kinds and
fields, and secrets that are not there, each with a sentence that names the account and the field.
"""

import importlib
import inspect
import os
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from tierline import trackers
from tierline.trackers.tracker import Tracker

SECRET = "env:"  # noqa: S105 - how a secret is pointed at, no secret


class UnusableAccount(Exception):
    """An account that cannot be used; the sentence says which field of which account, and what would mend it."""


@cache
def kinds() -> Mapping[str, tuple[type[Any], type[BaseModel]]]:
    """Every kind of tracker the folder holds: its class and the form of its account."""
    found: dict[str, tuple[type[Any], type[BaseModel]]] = {}
    for one in pkgutil.iter_modules(trackers.__path__, f"{trackers.__name__}."):
        module = importlib.import_module(one.name)
        account = getattr(module, "Account", None)
        if not (inspect.isclass(account) and issubclass(account, BaseModel)):
            continue
        for written in vars(module).values():
            home = getattr(written, "__module__", "").startswith(one.name)
            if inspect.isclass(written) and home and hasattr(written, "deliver") and hasattr(written, "name"):
                found[written.name] = (written, account)
    return found


def read_accounts(path: str) -> dict[str, Any]:
    """The accounts of a YAML file, name by name and not yet judged; none when no file is named.

    Raises UnusableAccount when the file cannot be read.
    """
    if not path:
        return {}
    try:
        told = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as trouble:
        raise UnusableAccount(f"TIERLINE_TRACKERS names {path}, which cannot be read: {trouble.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as trouble:
        mark = getattr(trouble, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise UnusableAccount(f"{path}{where}: this is no YAML. Compare it with docs/how-to/trackers.md.") from None
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise UnusableAccount(f"{path}: write one account a name, such as 'github:' and its fields below it.")
    return {str(name): account for name, account in told.items()}


def read_accounts_or_trouble(path: str) -> tuple[dict[str, Any], str]:
    """``read_accounts``, and in place of what it raises no account and the sentence."""
    try:
        return read_accounts(path), ""
    except UnusableAccount as trouble:
        return {}, str(trouble)


def tracker_of(name: str, told: Any) -> Tracker:
    """The tracker of one account. Raises UnusableAccount."""
    if not isinstance(told, Mapping):
        raise UnusableAccount(f"Account '{name}': write its fields below its name, the first 'kind:'.")
    known = ", ".join(sorted(kinds()))
    kind = told.get("kind", name)
    if kind not in kinds():
        raise UnusableAccount(f"Account '{name}', field 'kind': '{kind}' is no kind of tracker. There are: {known}.")
    written, form = kinds()[kind]
    fields = {field: _with_secrets(value, f"{name}.{field}") for field, value in told.items() if field != "kind"}
    if "system" in form.model_fields:
        fields.setdefault("system", name)
    try:
        account = form.model_validate(fields)
    except ValidationError as trouble:
        raise UnusableAccount(f"Account '{name}' ({kind}): {_sentences(trouble)}") from None
    built: Tracker = written(account)
    return built


def troubles(accounts: Mapping[str, Any]) -> list[str]:
    """What is wrong with the accounts, a sentence each; empty when all can be used."""
    found = []
    for name, told in accounts.items():
        try:
            tracker_of(name, told)
        except UnusableAccount as trouble:
            found.append(str(trouble))
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


def _sentences(trouble: ValidationError) -> str:
    """What pydantic found, field by field, without the values: one of them may be a secret."""
    told = []
    for one in trouble.errors(include_input=False, include_url=False):
        field = ".".join(str(part) for part in one["loc"]) or "account"
        match one["type"]:
            case "missing":
                told.append(f"field '{field}' is missing.")
            case "extra_forbidden":
                told.append(f"field '{field}' is not known; is it spelled as in docs/how-to/trackers.md?")
            case _:
                told.append(f"field '{field}': {one['msg'].removeprefix('Value error, ')}.")
    return " ".join(told)
