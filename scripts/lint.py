"""``make lint``: every check that needs no test run. All are run; what failed is shown in full and named at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "format": [str(TOOLS / "ruff"), "format", "--check"],
    "rules": [str(TOOLS / "ruff"), "check"],
    "types": [str(TOOLS / "mypy")],
    "imports": [str(TOOLS / "lint-imports"), "--no-logo"],
    "migrations": [sys.executable, "-W", "ignore", "-m", "django", "makemigrations", "--check", "--dry-run"],
    "reference": [sys.executable, "scripts/reference.py", "check"],
    "locks": [sys.executable, "scripts/locks.py", "check"],
}


def holds(name: str, command: list[str]) -> bool:
    """Run one check; say how it went, and what it said when it went badly."""
    began = time.monotonic()
    settings = {
        "DJANGO_SETTINGS_MODULE": "tierline.settings",
        "TIERLINE_HOME": str(PROJECT / ".tierline-test" / "lint"),
    }
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    word = "failed" if done.returncode else "ok"
    print(f"{name:<11}{word:<8}{time.monotonic() - began:.1f} s", flush=True)
    if done.returncode:
        print(f"{done.stdout}{done.stderr}".rstrip(), flush=True)
    return not done.returncode


def main() -> int:
    """0 when every check holds."""
    failed = [name for name, command in CHECKS.items() if not holds(name, command)]
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: everything holds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
