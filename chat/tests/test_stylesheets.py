"""The stylesheets as files, without a browser."""

from chat.tests.helpers.stylesheets import selectors, styled_twice, stylesheets


def test_no_selector_has_a_block_of_its_own_in_two_stylesheets() -> None:
    sheets = {path.name: path.read_text() for path in stylesheets()}
    assert len(sheets) > 10
    assert styled_twice(sheets) == {}


def test_a_class_that_means_two_things_is_found() -> None:
    sheets = {
        "message.css": ".reactions { gap: 5px; }\n.chip, .all { height: 26px; }",
        "rail.css": "/* .reactions {} */ .chips { gap: 6px; }\n.chip { height: 30px; }",
    }
    assert styled_twice(sheets) == {".chip": {"message.css", "rail.css"}}


def test_a_block_within_a_condition_refines_the_one_outside() -> None:
    css = ".chip { height: 26px; } @media (width <= 720px) { .room { height: 42px; } } :is(.a, .b) i { margin: 0; }"
    assert list(selectors(css)) == [".chip", ":is(.a, .b) i"]
