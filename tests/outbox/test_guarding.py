"""What the guard at the way out looks at, and what it leaves alone."""

from tierline.outbox.guard import findings


def test_how_a_chat_names_people_is_nothing_private() -> None:
    post = {
        "text": "<@U0123456789> and <!subteam^S0123456789>: TL-7 waits.",
        "room": "C0123456789",
        "ts": "1763673000.1",
    }
    assert findings(post, ()) == ()


def test_a_number_that_is_private_is_found_beside_a_name_of_the_chat() -> None:
    (found,) = findings({"text": "<@U0123456789>: her number is 536-22-8726."}, ())
    assert found.where == "text"
