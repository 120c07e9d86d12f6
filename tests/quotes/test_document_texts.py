"""Names and texts of the world on paper: no missing glyph, no disguise, no crash."""

import unicodedata
from functools import cache

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quotes.documents import BadDocument, Buyer, render_pdf, unprintable_in
from quotes.documents.fonts.build import coverage_of
from quotes.documents.glyphs import FAMILIES, FONTS
from quotes.documents.sheet import sheet_of
from quotes.documents.text import Line, Run, clean_line, paper_line
from quotes.documents.typesetting import NotTypeset, typeset
from tests.quotes.paper import (
    MISSING,
    boxes,
    line,
    looks_like_a_box,
    printed,
    quote,
    quote_for,
    unguarded,
)

NAMES = {
    "latin": "Łódź Çelik Ñandú Đặng Þór Ærø GmbH",
    "greek": "Ελληνική Εταιρεία Άντλησης ΑΕ",
    "cyrillic": "ТОВ «Насос» Ђорђевић Київ",
    "arabic": "شركة النيل للتجارة",
    "persian": "گروه صنعتی نمی\u200cخواهم",
    "devanagari": "हिन्दी प्रौद्योगिकी क्षेत्र श्री",
    "japanese": "株式会社東京ポンプ製作所",
    "chinese": "上海机械设备有限公司 臺灣",
    "korean": "삼성전자 주식회사",
    "hebrew": "חברת משאבות",
    "thai": "บริษัท ปั๊มน้ำ จำกัด",
    "armenian": "Հայկական պոմպեր",
    "georgian": "ქართული ტუმბოები",
}
RIGHT_TO_LEFT_OVERRIDE, POP = "\u202e", "\u202c"
# Letters of all scripts under heaps of marks and joiners.
MARKS = st.text(st.characters(categories=["Mn", "Mc", "Lo", "Cf"]), min_size=1, max_size=12)
everywhere = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())


@everywhere
def test_names_are_printed_without_a_missing_glyph(name):
    paper = printed(quote(line(title=name), buyer=Buyer(account_name=name, contact=name)))

    assert [sign for sign, shades in paper.glyphs() if looks_like_a_box(shades)] == []


@pytest.mark.parametrize("script", sorted(NAMES.keys() - {"persian", "thai"}))
def test_names_can_be_copied_in_reading_order(script):
    # PDFium itself puts ZWNJ one letter late, and repeats Thai letters that carry two marks.
    name = NAMES[script]

    assert printed(quote(line(title=name), buyer=Buyer(account_name=name))).text.count(name) == 2


@everywhere
def test_the_font_of_each_name_has_its_characters(name):
    for run in paper_line(name).runs:
        assert set(run.text) <= _characters_of(run.font)


def test_the_eye_for_missing_glyphs_sees_one():
    assert len(boxes()) >= len(FAMILIES)
    drawn = unguarded(f"DO{MISSING}n0", "Noto Sans")

    assert [looks_like_a_box(shades) for _, shades in drawn] == [False, False, True, False, False]


def test_the_typesetter_refuses_a_missing_glyph_that_slipped_through():
    sheet = sheet_of(quote())
    sheet["title"] = Line(is_rtl=False, runs=(Run("Noto Sans", f"Quote {MISSING}"),))

    with pytest.raises(NotTypeset, match="could not be displayed"):
        typeset(sheet, issued_on=quote().issued_on)


def test_coverage_tells_what_the_font_files_hold():
    assert (FONTS / "coverage.txt").read_text() == coverage_of(FONTS)


@pytest.mark.parametrize("shaped", ["ببب", "क्ष"], ids=["arabic joins", "devanagari conjunct"])
def test_letters_take_the_shape_that_their_neighbours_ask_for(shaped):
    apart = shaped.replace("ب", "ب\u200c").replace("्", "्\u200c")

    assert _edges(shaped)[-1] - _edges(shaped)[0] < 0.85 * (_edges(apart)[-1] - _edges(apart)[0])


def test_arabic_reads_from_the_right():
    page = printed(quote_for("شركة مصر")).file[0].get_textpage()

    first, last = (page.get_charbox(_signs(page).index(sign)) for sign in ("ش", "م"))

    assert first[0] > last[2]


def test_a_character_without_a_glyph_is_printed_as_its_number():
    paper = printed(quote(line(title="Smile \U0001f600 and 䶮")))

    assert "Smile ⟨U+1F600⟩ and ⟨U+4DAE⟩" in paper.text
    assert [sign for sign, shades in paper.glyphs() if looks_like_a_box(shades)] == []
    assert unprintable_in(["Smile \U0001f600", "䶮 ok\n\t\u200d"]) == ("䶮", "\U0001f600")


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("a\x00b\x07c\x1b[31m", "a b c [31m"),
        ("one\r\ntwo\ttabs\x0b", "one two tabs"),
        (f"pay {RIGHT_TO_LEFT_OVERRIDE}00.1{POP} now", "pay 00.1 now"),
        ("\u2066isolated\u2069 \u202bembedded\u202c", "isolated embedded"),
        ("soft\u00adhyphen and\ufeff mark\u200b", "softhyphen and mark"),
        ("葛\U000e0100 ☂\ufe0f", "葛 ☂"),
        ("e\u0301", "é"),
        ("  ", ""),
    ],
)
def test_controls_and_disguises_are_taken_out(typed, clean):
    assert clean_line(typed) == clean


def test_an_accent_without_its_letter_is_shown_as_a_number():
    shown = "".join(run.text for run in paper_line("\u0301x 漢\u0301").runs)

    assert shown == "⟨U+0301⟩x 漢⟨U+0301⟩"


def test_markup_is_printed_as_it_was_typed():
    typed = '#let x = 1; $ x $ *b* _i_ @ref <label> \\u{41} `raw` // no "quote"'

    assert typed in " ".join(printed(quote(line(title=typed))).text.split())


@pytest.mark.parametrize("letter", ["a", "W", "م", "漢", "ि", "क्"])
@pytest.mark.slow
def test_a_word_of_ten_thousand_letters_stays_on_the_paper(letter):
    word = letter * (10_000 // len(letter))
    row = line(title=word, sku=word[:500], description=word[:500])

    paper = printed(quote(row, buyer=Buyer(account_name=word[:200]), number="Q" + word[:30]))

    assert paper.ink_right_of(595 - 55) == 0  # the margin is 57 points
    assert "Total 293.81 EUR" in paper.text


@pytest.mark.slow
def test_a_long_word_can_be_copied_whole():
    sku = "ABCDEFGHIJ" * 5

    assert sku in printed(quote(line(sku=sku))).text.replace("\n", "")


@pytest.mark.slow
def test_a_very_long_description_runs_over_pages_with_the_head_repeated():
    paper = printed(quote(line(description="many words " * 3000)))

    assert len(paper.pages) > 3
    assert all("Net total" in text for text in paper.pages[:-1])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(min_size=1, max_size=12) | MARKS, min_size=1, max_size=12))
@pytest.mark.slow
def test_any_text_can_be_printed(texts):
    rows = [line(n, title=text, description=text * 3, sku=text) for n, text in enumerate(texts, 1)]

    try:
        assert render_pdf(quote(*rows, terms=texts[0], buyer=Buyer(account_name=texts[0])))
    except BadDocument as refused:
        pytest.fail(f"{refused.message} {[map(unicodedata.name, text) for text in texts]}")


@cache
def _characters_of(family: str) -> set[str]:
    fonts = [TTFont(path) for path in FONTS.glob("*.ttf")]
    maps = [font.getBestCmap() for font in fonts if font["name"].getBestFamilyName() == family]
    return {chr(code) for code in set.intersection(*map(set, maps))}


def _edges(name: str) -> list[float]:
    """Left and right ends of the letters of a buyer's name, sorted, in points."""
    page = printed(quote_for(name)).file[0].get_textpage()
    boxes = [page.get_charbox(at) for at, sign in enumerate(_signs(page)) if sign in name]
    return sorted(edge for left, _, right, _ in boxes for edge in (left, right))


def _signs(page: pypdfium2.PdfTextPage) -> list[str]:
    return [page.get_text_range(at, 1) for at in range(page.count_chars())]
