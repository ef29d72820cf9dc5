"""GB18030 as Latin-1: nothing is lost on the way there and back, and no line or cell moves."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.customs.encoding import is_readable_as_latin, latin_of_text, text_of_latin, write_as_latin

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(TEXTS)
def test_text_is_the_same_there_and_back(text: str) -> None:
    assert text_of_latin(latin_of_text(text)) == text


@given(TEXTS)
def test_no_byte_becomes_a_sign_of_the_layout(text: str) -> None:
    latin = latin_of_text(text)
    for sign in ',"\n\r\t':
        assert latin.count(sign) == text.count(sign)
    assert not any("\x80" <= letter <= "\x9f" for letter in latin)


@pytest.mark.parametrize(("text", "is_readable"), [("小麦", True), ("丂", False), ("plain", True)])
def test_a_file_is_written_anew_only_where_it_must_be(tmp_path: Path, text: str, is_readable: bool) -> None:
    path = tmp_path / "one.csv"
    path.write_bytes(text.encode("gb18030"))
    assert is_readable_as_latin(path) == is_readable
    copy = io.BytesIO()
    assert write_as_latin(path, copy)
    assert copy.getvalue().decode("latin-1") == latin_of_text(text)


def test_bytes_that_no_text_has_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_bytes("小麦".encode("gb18030") + b"\x01")
    assert not write_as_latin(path, io.BytesIO())
