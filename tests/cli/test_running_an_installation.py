"""An installation without the demonstration: plans are published and people let in from the console."""

from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from tierline.cli.main import main
from tierline.plans.loading import SHIPPED
from tierline.plans.queries import forget, planbook_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_in_force() -> None:
    forget()


def test_the_first_planbook_and_the_first_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(SHIPPED), "--remark", "first day"]) == 0
    assert planbook_in_force().version == 1
    words = ["people", "add", "nora.hale@desk.example", "--name", "Nora Hale", "--team", "hrc", "--duty", "plan-editor"]
    assert main(words) == 0
    password = capsys.readouterr().out.split(" with ")[1].split(" ")[0]
    assert authenticate(username="Nora.Hale@desk.example", password=password) is not None
    assert main(words) == 0
    assert "up to date" in capsys.readouterr().out


def test_a_team_no_plan_names_is_refused_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["people", "add", "nora.hale@desk.example", "--name", "Nora Hale", "--team", "nowhere"]
    assert main(words) == 2
    assert "Publish its plan first" in capsys.readouterr().err


def test_a_planbook_with_a_mistake_stays_out_and_says_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["publish", str(SHIPPED)])
    broken = (SHIPPED / "es-1010ez.yaml").read_text().replace("holder: hrc", "holder: nobody-we-know", 1)
    for file in SHIPPED.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "es-1010ez.yaml").write_text(broken)
    capsys.readouterr()
    assert main(["publish", str(tmp_path)]) == 1
    assert "es-1010ez.yaml:" in capsys.readouterr().err
    assert planbook_in_force().version == 1
