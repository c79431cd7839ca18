"""How much one picture is another: SSIM by ffmpeg, and the colours of the parts."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Parts that a picture is divided into for its colours, across and down.
ACROSS, DOWN = 8, 6
# Pixels of a side of a part, where there are as many: of fewer, chroma that is kept for four pixels together tells nothing.
PART = 24
# ffmpeg compares blocks of 8 pixels.
LEAST = 16


@dataclass(frozen=True)
class Picture:
    """Red, green, blue, row by row."""

    width: int
    height: int
    rgb: bytes


def read(path: Path) -> Picture:
    """A PPM or PGM as libvips writes it."""
    data = path.read_bytes()
    head = re.match(rb"(P[56])\s(?:#[^\n]*\s)*(\d+)\s(\d+)\s255\s", data)
    if not head:
        raise SystemExit(f"FAILED: {path.name} is no PPM: {data[:20]!r}")
    pixels = data[head.end() :]
    if head[1] == b"P5":
        pixels = bytes(shade for shade in pixels for _ in range(3))
    return Picture(int(head[2]), int(head[3]), pixels)


def write(picture: Picture, path: Path) -> None:
    path.write_bytes(b"P6\n%d %d\n255\n" % (picture.width, picture.height) + picture.rgb)


def _planes(picture: Picture, red: bytes, green: bytes, blue: bytes) -> Picture:
    rgb = bytearray(len(picture.rgb))
    rgb[0::3], rgb[1::3], rgb[2::3] = red, green, blue
    return Picture(picture.width, picture.height, bytes(rgb))


def turned(picture: Picture) -> Picture:
    red, green, blue = (picture.rgb[n::3][::-1] for n in range(3))
    return _planes(picture, red, green, blue)


def upside_down(picture: Picture) -> Picture:
    row = picture.width * 3
    rows = [picture.rgb[at : at + row] for at in range(0, len(picture.rgb), row)]
    return Picture(picture.width, picture.height, b"".join(reversed(rows)))


def mirrored(picture: Picture) -> Picture:
    return turned(upside_down(picture))


def red_as_blue(picture: Picture) -> Picture:
    return _planes(picture, picture.rgb[2::3], picture.rgb[1::3], picture.rgb[0::3])


def lighter(picture: Picture, by: int) -> Picture:
    return Picture(picture.width, picture.height, picture.rgb.translate(bytes(min(255, shade + by) for shade in range(256))))


def _large(picture: Picture) -> Picture:
    """Each pixel several times over, where there are too few for ffmpeg."""
    across, down = -(-LEAST // picture.width), -(-LEAST // picture.height)
    if across == down == 1:
        return picture
    row = picture.width * 3
    rows = [picture.rgb[at : at + row] for at in range(0, len(picture.rgb), row)]
    wide = [b"".join(line[at : at + 3] * across for at in range(0, row, 3)) * down for line in rows]
    return Picture(picture.width * across, picture.height * down, b"".join(wide))


def similarities(pairs: list[tuple[Picture, Picture]], folder: Path) -> list[float]:
    """SSIM of each pair, of its light."""
    found = [0.0] * len(pairs)
    by_size: dict[tuple[int, int], list[tuple[int, Picture, Picture]]] = {}
    for n, (one, other) in enumerate(pairs):
        one, other = _large(one), _large(other)
        by_size.setdefault((one.width, one.height), []).append((n, one, other))
    for (width, height), group in by_size.items():
        for at in range(0, len(group), 64):
            some = group[at : at + 64]
            files = [folder / "ones.rgb", folder / "others.rgb"]
            for side, file in enumerate(files, 1):
                with file.open("wb") as out:
                    out.writelines(row[side].rgb for row in some)  # type: ignore[union-attr]
            source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i"]
            graph = "[0]format=yuv444p[a];[1]format=yuv444p[b];[a][b]ssim=stats_file=-"
            command = ["ffmpeg", "-v", "error", "-nostdin", *source, str(files[0]), *source, str(files[1]), "-lavfi", graph, "-f", "null", "-"]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            numbers = re.findall(r"\bY:(-?[\d.]+)", told)
            if len(numbers) != len(some):
                raise SystemExit(f"FAILED: ffmpeg compared {len(numbers)} of {len(some)} pictures")
            for (n, _, _), number in zip(some, numbers, strict=True):
                found[n] = float(number)
            for file in files:
                file.unlink()
    return found


def _spans(length: int, most: int) -> list[tuple[int, int]]:
    parts = max(1, min(most, length // PART))
    return [(length * n // parts, length * (n + 1) // parts) for n in range(parts)]


def _parts(picture: Picture) -> list[float]:
    """The mean red, green and blue of each part."""
    means = []
    for top, bottom in _spans(picture.height, DOWN):
        for left, right in _spans(picture.width, ACROSS):
            lines = [picture.rgb[(y * picture.width + left) * 3 : (y * picture.width + right) * 3] for y in range(top, bottom)]
            count = (right - left) * (bottom - top)
            means += [sum(sum(line[channel::3]) for line in lines) / count for channel in range(3)]
    return means


def shift(one: Picture, other: Picture) -> float:
    """By how many shades of 255 a colour is off, in the part where it is worst."""
    return max(abs(a - b) for a, b in zip(_parts(one), _parts(other), strict=True))
