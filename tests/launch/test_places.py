"""Where a home keeps what: the same answer in every process, and a socket the kernel can name."""

import os
import string
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tierline.launch.places import LONGEST_SOCKET_FILE, SOCKET_PATH_LIMIT, Places, socket_directory

names = st.text(alphabet=string.ascii_letters + string.digits + "é -_", min_size=1, max_size=60).filter(
    lambda name: name.strip(" .") == name
)


@given(st.lists(names, min_size=1, max_size=20))
def test_however_deep_the_home_its_socket_can_be_named(parts: list[str]) -> None:
    socket = socket_directory(Path("/", *parts))
    assert len(os.fsencode(socket / LONGEST_SOCKET_FILE)) < SOCKET_PATH_LIMIT


def test_two_deep_homes_have_two_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    assert socket_directory(deep / "one") != socket_directory(deep / "two")


def test_a_home_that_is_not_deep_keeps_its_socket_inside() -> None:
    assert socket_directory(Path("/srv/tierline")) == Path("/srv/tierline/socket")


def test_a_link_to_a_home_finds_the_same_socket(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    link = tmp_path / "link"
    link.symlink_to(home)
    assert socket_directory(link) == socket_directory(home)


def test_the_data_folder_names_the_major_version() -> None:
    assert Places(Path("/srv/tierline")).data.name == "pgdata18"
