"""The lock files name versions and hashes, no place, and are in step with what they lock."""

import json
from pathlib import Path

import pytest
from scripts.install import copy_look
from scripts.locks import check, troubles_between, troubles_of_npm, troubles_of_python

GOOD = """\
django==5.2.19 \\
    --hash=sha256:00
    # via
    #   -r requirements/node.in
    #   django-htmx
asgiref==3.9.0 \\
    --hash=sha256:11
    # via django
"""


def troubles(tmp_path: Path, lock: str, source: str = "Django>=5.2,<5.3  # the framework\n") -> list[str]:
    (tmp_path / "node.lock").write_text(lock)
    (tmp_path / "node.in").write_text(source)
    return list(troubles_of_python("node", tmp_path))


def test_the_project_s_own_locks_are_right() -> None:
    assert check() == []


def test_a_good_lock_has_no_trouble(tmp_path: Path) -> None:
    assert troubles(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "-i packages",
        "--extra-index-url packages",
        "--find-links /opt/wheels",
        "--trusted-host packages.example",
        "thing @ https://packages.example/thing.whl",
        "thing @ git+ssh://packages.example/thing",
        "thing @ file:///opt/thing.whl",
    ],
)
def test_a_lock_that_names_a_place_is_refused(tmp_path: Path, line: str) -> None:
    [trouble] = troubles(tmp_path, f"{line}\n{GOOD}")
    assert trouble.startswith("node.lock:1 names a place")


def test_an_entry_without_a_hash_is_refused(tmp_path: Path) -> None:
    assert "asgiref has no hash" in troubles(tmp_path, GOOD.replace("    --hash=sha256:11\n", ""))[0]


def test_a_requirement_that_is_not_locked_is_refused(tmp_path: Path) -> None:
    assert "asks for httpx" in troubles(tmp_path, GOOD, "Django>=5.2\nhttpx>=0.28\n")[0]


def test_a_locked_version_that_is_not_asked_for_is_refused(tmp_path: Path) -> None:
    assert "holds 5.2.19" in troubles(tmp_path, GOOD, "Django>=6\n")[0]


def test_an_entry_nobody_asks_for_any_more_is_refused(tmp_path: Path) -> None:
    assert "does not ask for it" in troubles(tmp_path, GOOD, "# nothing\n")[0]


def test_checking_with_another_version_than_runs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runtime.lock").write_text(GOOD)
    (tmp_path / "develop.lock").write_text(GOOD.replace("5.2.19", "5.2.18"))
    assert list(troubles_between(tmp_path)) == [
        "runtime.lock holds django 5.2.19, develop.lock 5.2.18. Run `make locks`."
    ]


def test_an_npm_lock_that_names_a_place_or_lacks_a_hash_or_is_out_of_step_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": {"look": "2"}}))
    packages = {"": {"dependencies": {"look": "1"}}, "node_modules/look": {"resolved": "somewhere"}}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    found = " ".join(troubles_of_npm(tmp_path))
    assert "out of step" in found
    assert "where node_modules/look comes from" in found
    assert "no integrity for node_modules/look" in found


def test_the_look_is_copied_without_the_names_of_files_that_are_not_shipped(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    for folder in ("css", "js", "img", "fonts"):
        (dist / folder).mkdir(parents=True)
    style = 'a{src:url("../fonts/a.woff2")}b{background:url(../img/b.svg)}/*# sourceMappingURL=uswds.min.css.map */'
    (dist / "css" / "uswds.min.css").write_text(style)
    for script in ("uswds.min.js", "uswds-init.min.js"):
        (dist / "js" / script).write_text(f"work()\n//# sourceMappingURL={script}.map\n")
    for name in ("fonts/a.woff2", "img/b.svg", "img/sprite.svg", "img/unused.png"):
        (dist / name).write_text("")
    copy_look(dist, tmp_path / "look")
    copied = {str(path.relative_to(tmp_path / "look")) for path in (tmp_path / "look").rglob("*.*")}
    assert copied == {
        "css/uswds.min.css", "js/uswds.min.js", "js/uswds-init.min.js",
        "fonts/a.woff2", "img/b.svg", "img/sprite.svg",
    }  # fmt: skip
    for name in ("css/uswds.min.css", "js/uswds.min.js"):
        assert "sourceMappingURL" not in (tmp_path / "look" / name).read_text()
