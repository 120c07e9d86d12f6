"""Makes the fonts of this folder again from three Debian packages.

    mkdir build && cd build
    apt-get download fonts-noto-core fonts-droid-fallback fonts-dejavu-core
    for package in *.deb; do dpkg-deb -x "$package" unpacked; done
    python ../quotes/documents/fonts/build.py unpacked

The versions are in README.md beside this file. fontTools comes with requirements-dev.txt.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
NOTO = "usr/share/fonts/truetype/noto"
COPIED = (
    *(
        f"{NOTO}/NotoSans{script}-{weight}.ttf"
        for script in ("", "Arabic", "Devanagari", "Hebrew", "Thai", "Armenian", "Georgian")
        for weight in ("Regular", "Bold")
    ),
    "usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf",
)
# Arrows, mathematics, technical and geometric signs, check marks: what product texts use.
SYMBOLS = ((0x20, 0x20), (0x2070, 0x209F), (0x2100, 0x23FF), (0x2460, 0x27EB), (0x2900, 0x2BFF))
SYMBOLS_FROM = "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SYMBOLS_TO = "DejaVuSans-Symbols.ttf"


def main(unpacked: Path) -> None:
    for path in COPIED:
        shutil.copyfile(unpacked / path, HERE / Path(path).name)
    cut_symbols(unpacked / SYMBOLS_FROM, HERE / SYMBOLS_TO)
    (HERE / "coverage.txt").write_text(coverage_of(HERE))


def cut_symbols(source: Path, target: Path) -> None:
    font = TTFont(source, recalcTimestamp=False)
    wanted = [code for first, last in SYMBOLS for code in range(first, last + 1)]
    cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=[]))
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font.save(target)


def coverage_of(folder: Path) -> str:
    """A line for each family: its name, then its characters as ranges: `Noto Sans: 41-5A 61-7A`.

    A family has what all its weights have.
    """
    families: dict[str, set[int]] = {}
    for path in sorted(folder.glob("*.ttf")):
        font = TTFont(path)
        name = font["name"].getBestFamilyName()
        families[name] = families.get(name, set(font.getBestCmap())) & set(font.getBestCmap())
    return "".join(f"{name}: {' '.join(_ranges(codes))}\n" for name, codes in families.items())


def _ranges(codes: set[int]) -> Iterable[str]:
    starts = sorted(code for code in codes if code - 1 not in codes)
    ends = sorted(code for code in codes if code + 1 not in codes)
    return (f"{start:X}-{end:X}" for start, end in zip(starts, ends, strict=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
