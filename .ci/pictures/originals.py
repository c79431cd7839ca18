"""Originals that look like no turn, mirror image or crop of themselves, each with what libvips has to do to show it upright and in sRGB."""

from __future__ import annotations

import random
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

Steps = tuple[tuple[str, ...], ...]
WIDTH, HEIGHT = 960, 640
KINDS = ("jpg", "png", "webp", "tif")
# As little as can be is lost in the original, so that what is lost is lost in the rendition.
SAVED = {
    "jpg": ("jpegsave", "--Q", "95", "--subsample-mode", "off"),
    "png": ("pngsave", "--compression", "1"),
    "webp": ("webpsave", "--lossless", "--effort", "0"),
    "tif": ("tiffsave",),
    "gif": ("gifsave", "--effort", "1"),
}
UPRIGHT: Steps = (("autorot",),)
# In the way that `colour.rs` asks for: perceptual, which is relative colorimetric where a profile has but a matrix.
IN_SRGB: Steps = (("icc_transform", "srgb", "--embedded", "--intent", "perceptual"),)


@dataclass(frozen=True)
class Original:
    """A file, what shows it rightly, before and after it is made small, and what a fault would have done instead."""

    name: str
    path: Path
    before: Steps = ()
    after: Steps = ()
    wrong: dict[str, tuple[Steps, Steps]] = field(default_factory=dict)
    widths: tuple[int, ...] = (200, 480)
    has_alpha: bool = False
    is_grey: bool = False


def vips(source: Path, to: Path, *steps: tuple[str, ...]) -> Path:
    """Run one operation after the other; the last writes the file."""
    for n, (name, *arguments) in enumerate(steps or (("copy",),)):
        out = to if n >= len(steps) - 1 else to.with_suffix(f".{n}.v")
        done = subprocess.run(["vips", name, str(source), str(out), *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"FAILED: vips {name} {source.name}: {done.stderr.strip()}")
        if n > 0:
            source.unlink()
        source = out
    return to


def saved(picture: Path, name: str, kind: str, *more: str) -> Path:
    operation, *arguments = SAVED[kind]
    return vips(picture, picture.with_name(f"{name}.{kind}"), (operation, *arguments, *more))


# The scene


def scene_svg() -> str:
    """A harbour: what is above is not below, what is left is not right, and there is detail of every size in every corner."""
    draw = random.Random(29)

    def at(low: float, high: float) -> str:
        return f"{draw.uniform(low, high):.0f}"

    def hue(low: tuple[int, int, int], high: tuple[int, int, int]) -> str:
        return "#" + "".join(f"{draw.randint(least, most):02x}" for least, most in zip(low, high, strict=True))

    parts = [f'<ellipse cx="{at(0, 700)}" cy="{at(0, 230)}" rx="{at(10, 70)}" ry="{at(3, 16)}" fill="#fff" opacity="0.16"/>' for _ in range(60)]
    parts.append('<circle cx="800" cy="110" r="58" fill="#ffd02e"/>')
    parts.append('<path d="M0 330 L120 210 L230 290 L400 170 L560 320 L960 260 V420 H0Z" fill="#3f6b4b"/>')
    for _ in range(420):
        tree = f"M{at(0, 960)} {at(290, 410)} l{at(4, 12)} {at(12, 30)} h-{at(12, 24)}z"
        parts.append(f'<path d="{tree}" fill="{hue((20, 60, 30), (90, 140, 60))}"/>')
    for n in range(9):
        left, top = 60 + n * 62, 250 + (n * 37) % 80
        parts.append(f'<rect x="{left}" y="{top}" width="54" height="{430 - top}" fill="{hue((120, 60, 50), (235, 190, 170))}"/>')
        for window in range(3 * ((420 - top) // 26)):
            x, y = left + 6 + window % 3 * 16, top + 10 + window // 3 * 26
            parts.append(f'<rect x="{x}" y="{y}" width="10" height="15" fill="{hue((20, 30, 50), (250, 230, 120))}"/>')
    parts.append('<rect y="430" width="960" height="210" fill="url(#water)"/>')
    for _ in range(520):
        y = draw.randint(434, 636)
        wave = f'd="M{at(-20, 940)} {y} q{6 + y // 60} -5 {12 + y // 30} 0" stroke-width="{y / 300:.1f}"'
        parts.append(f'<path {wave} fill="none" stroke="{hue((60, 120, 140), (190, 230, 235))}"/>')
    parts.append('<path d="M640 470 h250 l-40 70 h-180z" fill="#b3202c"/><path d="M700 470 v-190 l120 170z" fill="#f4efe2"/>')
    parts.append('<path d="M690 470 v-150 l-70 140z" fill="#e98b1d"/>')
    parts.append('<path d="M60 610 V480 h70 v22 h-46 v26 h36 v22 h-36 v60z" fill="#101418"/>')
    parts.append('<path d="M200 560 l50 -60 50 60 -50 60z" fill="#1db36a"/><circle cx="250" cy="560" r="18" fill="#7a1fa0"/>')
    defs = "".join(
        f'<linearGradient id="{name}" x2="0.3" y2="1"><stop stop-color="{above}"/><stop offset="1" stop-color="{below}"/></linearGradient>'
        for name, above, below in (("sky", "#1f52b0", "#f3d3a4"), ("water", "#3a8296", "#0d2f45"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><defs>{defs}</defs>'
        f'<rect width="960" height="430" fill="url(#sky)"/>{"".join(parts)}</svg>'
    )


# Colour profiles of version 2, as cameras and editors write them


def _tag(kind: bytes, data: bytes) -> bytes:
    return kind + bytes(4) + data


def _fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65_536)) for number in numbers)


def profile(gamma: float, primaries: tuple[tuple[float, float, float], ...] = ()) -> bytes:
    """A profile of one exponent: of three primaries, as XYZ of D50, or of shades alone."""
    curve = _tag(b"curv", struct.pack(">IH", 1, round(gamma * 256)))
    name = b"made here\0"
    tags = [
        (b"desc", _tag(b"desc", struct.pack(">I", len(name)) + name + bytes(78))),
        (b"cprt", _tag(b"text", name)),
        (b"wtpt", _tag(b"XYZ ", _fixed(0.9642, 1.0, 0.8249))),
    ]
    if primaries:
        tags += [(letter + b"XYZ", _tag(b"XYZ ", _fixed(*primary))) for letter, primary in zip((b"r", b"g", b"b"), primaries, strict=True)]
        tags += [(letter + b"TRC", curve) for letter in (b"r", b"g", b"b")]
    else:
        tags.append((b"kTRC", curve))
    at, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for signature, content in tags:
        content += bytes(-len(content) % 4)
        table += signature + struct.pack(">II", at + len(data), len(content))
        data += content
    space = b"RGB " if primaries else b"GRAY"
    head = struct.pack(">I4sI4s4s4s12s4s", at + len(data), bytes(4), 0x02400000, b"mntr", space, b"XYZ ", bytes(12), b"acsp")
    head += bytes(28) + _fixed(0.9642, 1.0, 0.8249)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + data


ADOBE_RGB = profile(2.2, ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)))
PROPHOTO = profile(1.8, ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00008, 0.8249)))
GREY = profile(1.8)


# What is sent


def orientations(scene: Path) -> list[Original]:
    """The scene stored in each of EXIF's eight ways, so that it is upright when it is turned as the number says."""
    mirror, over, half = ("flip", "horizontal"), ("flip", "vertical"), ("rot", "d180")
    left, right = ("rot", "d270"), ("rot", "d90")
    stored: dict[int, Steps] = {2: (mirror,), 3: (half,), 4: (over,), 5: (right, mirror), 6: (left,), 7: (left, mirror), 8: (right,)}
    made = []
    for number in range(1, 9):
        lying = vips(scene, scene.with_name(f"lying{number}.v"), *stored[number]) if number in stored else scene
        paths = [saved(lying, f"orientation-{number}", kind) for kind in KINDS]
        subprocess.run(["exiftool", "-q", "-q", "-overwrite_original", f"-Orientation#={number}", *map(str, paths)], check=True)
        wrong: dict[str, tuple[Steps, Steps]] = {"unturned": ((), ())} if number > 1 else {}
        made += [Original(f"orientation {number}, {kind}", path, UPRIGHT, wrong=wrong) for kind, path in zip(KINDS, paths, strict=True)]
    return made


def colours(scene: Path) -> list[Original]:
    folder = scene.parent
    for name, data in (("adobe-rgb", ADOBE_RGB), ("prophoto", PROPHOTO), ("grey", GREY)):
        (folder / f"{name}.icc").write_bytes(data)
    grey = vips(scene, folder / "grey.v", ("colourspace", "b-w"))
    wide = vips(scene, folder / "wide.v", ("colourspace", "rgb16"))
    inks = vips(scene, folder / "inks.v", ("icc_transform", "cmyk", "--input-profile", "srgb"))
    tagged = [
        ("srgb", scene, ("jpg", "png")), ("p3", scene, KINDS), ("adobe-rgb", scene, KINDS), ("prophoto", scene, ("jpg", "tif")),
        ("prophoto", wide, ("png",)), ("grey", grey, ("jpg", "png", "tif")), ("cmyk", inks, ("jpg", "tif")),
    ]  # fmt: skip
    made = []
    for name, picture, kinds in tagged:
        icc = str(folder / f"{name}.icc") if (folder / f"{name}.icc").exists() else name
        for kind in kinds:
            path = saved(picture, f"profile-{name}", kind, *(() if name == "cmyk" else ("--profile", icc)))
            wrong: dict[str, tuple[Steps, Steps]] = {"profile ignored": ((), (("msb",),) if picture is wide else ())}
            if name == "srgb":
                wrong = {"another profile": ((), (("icc_transform", "srgb", "--input-profile", "p3"),))}
            if name == "cmyk":
                light: Steps = (("extract_band", "0", "--n", "3"), ("invert",), ("copy", "--interpretation", "srgb"))
                wrong = {"profile ignored": ((), light), "inks the other way about": ((("invert",),), IN_SRGB)}
            made.append(Original(f"profile {name}, {kind}", path, (), IN_SRGB, wrong, is_grey=picture is grey))
    for kind in ("png", "tif"):
        swapped: Steps = (("byteswap",), ("msb",), ("copy", "--interpretation", "srgb"))
        made.append(Original(f"16 bits, {kind}", saved(wide, "wide", kind), (), (("colourspace", "srgb"),), {"low bytes": (swapped, ())}))
    made.append(Original("grey without a profile, jpg", saved(grey, "shades", "jpg"), is_grey=True))
    made.append(Original("palette, png", saved(scene, "palette", "png", "--palette", "--dither", "0")))
    made.append(Original("palette, gif", saved(scene, "palette", "gif", "--dither", "0")))
    return made


def transparent(scene: Path) -> list[Original]:
    """The scene with alpha that rises from the left, and nothing in a part of the sky, whose colours are kept and must not be seen."""
    folder = scene.parent
    (folder / "alpha.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><defs><linearGradient id="g"><stop stop-color="#000"/>'
        '<stop offset="0.6" stop-color="#fff"/></linearGradient></defs><rect width="960" height="640" fill="url(#g)"/>'
        '<path d="M500 0 h400 l-60 300 -200 -180z" fill="#000"/></svg>'
    )
    alpha = vips(folder / "alpha.svg", folder / "alpha.v", ("extract_band", "0"))
    subprocess.run(["vips", "bandjoin", f"{scene} {alpha}", str(folder / "clear.v")], check=True)
    dropped: Steps = (("extract_band", "0", "--n", "3"),)
    kinds = ("png", "webp", "tif")
    return [
        Original(f"alpha, {kind}", saved(folder / "clear.v", "clear", kind), wrong={"alpha dropped": (dropped, ())}, has_alpha=True)
        for kind in kinds
    ]


def codings(scene: Path) -> list[Original]:
    """JPEG in the ways in which it is written, of a picture whose sides no block divides."""
    picture = vips(scene, scene.with_name("codings.v"), ("thumbnail", "953", "--height", "631", "--size", "force"))
    ways = {
        "baseline 4:4:4": ("--subsample-mode", "off"),
        "baseline 4:2:0": ("--subsample-mode", "on"),
        "progressive 4:4:4": ("--subsample-mode", "off", "--interlace"),
        "progressive 4:2:0": ("--subsample-mode", "on", "--interlace"),
        "restart markers 4:4:4": ("--subsample-mode", "off", "--restart-interval", "7"),
        "restart markers 4:2:0": ("--subsample-mode", "on", "--restart-interval", "1"),
        "progressive with restart markers": ("--subsample-mode", "on", "--interlace", "--restart-interval", "5"),
        "baseline 4:2:0 of quality 60": ("--subsample-mode", "on"),
    }  # fmt: skip
    made = []
    for n, (name, how) in enumerate(ways.items()):
        path = vips(picture, scene.with_name(f"coding-{n}.jpg"), ("jpegsave", "--Q", "60" if "60" in name else "95", *how))
        made.append(Original(f"jpg, {name}", path, widths=(100, 200, 640)))
    return made


def sizes(scene: Path) -> list[Original]:
    """Pictures of hardly any pixels, of primes, and far wider or taller than a screen."""
    made = []
    # Nothing is asked in a line or two: what is mostly edge, libvips and the program make in two ways, and both are right.
    for width, height, widths in (
        (1, 300, (16,)), (300, 1, (16, 200, 640)), (7, 5, (16,)), (97, 89, (16, 200)), (1009, 677, (100, 200, 640)), (40, 4000, (16, 200)), (4000, 40, (640,)),
    ):  # fmt: skip
        picture = vips(scene, scene.with_name(f"size-{width}x{height}.v"), ("thumbnail", str(width), "--height", str(height), "--size", "force"))
        for kind in ("jpg", "webp"):
            made.append(Original(f"{width}x{height}, {kind}", saved(picture, f"size-{width}x{height}", kind), widths=widths))
    return made


def make_scene(folder: Path) -> Path:
    (folder / "scene.svg").write_text(scene_svg())
    return vips(folder / "scene.svg", folder / "scene.v", ("extract_band", "0", "--n", "3"))
