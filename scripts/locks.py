"""The lock files: written anew by ``write``, judged by ``check``.

A lock names versions and hashes and nothing about where they come from; that is the business of the machine that
installs. ``check`` refuses a host, an index, a missing hash, and a lock that is out of step with what it locks.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).resolve().parents[1]
REQUIREMENTS = PROJECT / "requirements"
NAMES = ("runtime", "develop", "node")
A_PLACE = re.compile(r"https?://|git\+|file:|^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
ASKED_BY = re.compile(r"^\s+#\s+(via\s+)?-r (requirements/)?(?P<name>\w+)\.in$")


def write() -> None:
    """Resolve the ``.in`` files and ``package.json`` again, keeping what is locked where it still fits."""
    machine = {name: value for name, value in os.environ.items() if not name.startswith("PIP_FIND")}
    uv = PROJECT / ".venv" / "bin" / "uv"
    for name in NAMES:
        subprocess.run(
            [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
             "--no-emit-index-url", "--no-header", f"requirements/{name}.in", "-o", f"requirements/{name}.lock"],
            cwd=PROJECT, env=machine, check=True,
        )  # fmt: skip
    subprocess.run(["npm", "install", "--package-lock-only"], cwd=PROJECT, check=True)


def asked(source: Path) -> Iterator[Requirement]:
    """The requirements of an ``.in`` file, without those of the files it includes."""
    for line in source.read_text(encoding="utf-8").splitlines():
        words = line.partition(" #")[0].strip()
        if words and not words.startswith(("#", "-")):
            yield Requirement(words)


def entries(lock: Path) -> dict[str, tuple[str, list[str]]]:
    """Every pinned name with its version and the lines that belong to it."""
    found: dict[str, tuple[str, list[str]]] = {}
    lines: list[str] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if pinned := PINNED.match(line):
            lines = []
            found[canonicalize_name(pinned["name"])] = (pinned["version"], lines)
        lines.append(line)
    return found


def troubles_of_python(name: str, requirements: Path = REQUIREMENTS) -> Iterator[str]:
    """What is wrong with ``name``.lock, one sentence each."""
    lock, source = requirements / f"{name}.lock", requirements / f"{name}.in"
    write_anew = "Run `make locks`."
    for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1):
        if A_PLACE.search(line):
            yield f"{lock.name}:{number} names a place packages come from: {line.strip()}. {write_anew}"
    pinned = entries(lock)
    for package, (_, lines) in pinned.items():
        if not any("--hash=sha256:" in line for line in lines):
            yield f"{lock.name}: {package} has no hash. {write_anew}"
    wanted = {canonicalize_name(requirement.name): requirement for requirement in asked(source)}
    for package, requirement in wanted.items():
        version = pinned.get(package, ("", []))[0]
        if not version:
            yield f"{source.name} asks for {package}, and {lock.name} does not hold it. {write_anew}"
        elif not requirement.specifier.contains(Version(version), prereleases=True):
            yield f"{source.name} asks for {requirement}, and {lock.name} holds {version}. {write_anew}"
    for package, (_, lines) in pinned.items():
        askers = {match["name"] for line in lines if (match := ASKED_BY.match(line))}
        if name in askers and package not in wanted:
            yield f"{lock.name} holds {package} for {source.name}, which does not ask for it. {write_anew}"


def troubles_between(requirements: Path = REQUIREMENTS) -> Iterator[str]:
    """Checking must happen with the versions that run."""
    develop = entries(requirements / "develop.lock")
    for package, (version, _) in entries(requirements / "runtime.lock").items():
        other = develop.get(package, ("nothing", []))[0]
        if other != version:
            yield f"runtime.lock holds {package} {version}, develop.lock {other}. Run `make locks`."


def troubles_of_npm(project: Path = PROJECT) -> Iterator[str]:
    """What is wrong with package-lock.json."""
    lock: dict[str, Any] = json.loads((project / "package-lock.json").read_text(encoding="utf-8"))
    package: dict[str, Any] = json.loads((project / "package.json").read_text(encoding="utf-8"))
    if lock["packages"][""].get("dependencies", {}) != package.get("dependencies", {}):
        yield "package-lock.json is out of step with package.json. Run `make locks`."
    for name, entry in lock["packages"].items():
        if "resolved" in entry:
            yield f"package-lock.json says where {name} comes from (`resolved`). Run `make locks`."
        if name and "integrity" not in entry:
            yield f"package-lock.json has no integrity for {name}. Run `make locks`."


def check() -> list[str]:
    """Everything that is wrong."""
    found = [trouble for name in NAMES for trouble in troubles_of_python(name)]
    return [*found, *troubles_between(), *troubles_of_npm()]


def main(words: list[str]) -> int:
    """0 when the locks are right (or were written), 1 when not, 2 for a wrong call."""
    if words == ["write"]:
        write()
        return 0
    if words != ["check"]:
        print("Usage: python scripts/locks.py check|write")
        return 2
    found = check()
    for trouble in found:
        print(trouble)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
