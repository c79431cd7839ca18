#!/usr/bin/env python3
"""Renditions of a running server beside what libvips makes of the same originals.

    compare.py URL EMAIL PASSWORD FOLDER

Each original is shown rightly by libvips (turned, in sRGB), cut and made small by Lanczos's filter, and compared with what the server draws of it. The same
is compared with what a fault would have made: bounds that a fault does not break are no bounds, and fail as well.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import measuring
import originals
from measuring import Picture
from originals import HEIGHT, WIDTH, Original, Steps, vips

Cut = tuple[int, int, int, int]
FORMATS = ("webp", "jpg")
RATIOS = ("16x9", "1x1", "9x16")
# Corners, the middle, and points of which the cut has whole pixels.
POINTS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5), (0.3, 0.7), (0.65, 0.45))
WIDTHS = [16, 100, 200, 480, 640]
# What `rendering.rs` writes, as libvips does it: what is lost by that is no fault, and in a small picture of much detail it is up to 0.04.
QUALITY = {"webp": ("webpsave", "--Q", "75"), "jpg": ("jpegsave", "--Q", "80", "--subsample-mode", "on")}
# SSIM that a rendition may lose beside. Making a JPEG small while it is decoded, rather than by Lanczos's filter alone, costs 0.01.
LOST = 0.02
# Shades of 255 that the mean of a part of the picture may be off beside.
SHADES = 3.0


@dataclass(frozen=True)
class Wanted:
    """A rendition, what it is to look like, and what libvips writes of that in the same format and quality."""

    name: str
    drawn: Picture
    right: Picture
    written: Picture
    # What a fault would have made; only where that is asked.
    wrong: dict[str, Picture]


@dataclass(frozen=True)
class Judgement:
    """A rendition beside what it is to look like or, where a fault is named, what that would have made; and how near to it libvips comes."""

    name: str
    fault: str
    ssim: float
    shift: float
    ssim_of_vips: float
    shift_of_vips: float

    @property
    def passes(self) -> bool:
        return self.ssim >= self.ssim_of_vips - LOST and self.shift <= self.shift_of_vips + SHADES

    def __str__(self) -> str:
        return f"SSIM {self.ssim:.4f} ({self.ssim_of_vips:.4f}), colours off by {self.shift:.1f} ({self.shift_of_vips:.1f})"


class Server:
    def __init__(self, address: str, email: str, password: str) -> None:
        self.address, self.token = address, ""
        self.token = self.json("POST", "/v1/auth/token", {"email": email, "password": password})["access_token"]

    def ask(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        if self.token:
            headers = {"authorization": f"Bearer {self.token}", **headers}
        request = urllib.request.Request(self.address + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read(), {name.lower(): value for name, value in answer.headers.items()}
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"FAILED: {method} {path}: {refused.status} {refused.read().decode()}") from refused

    def json(self, method: str, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return json.loads(self.ask(method, path, json.dumps(body).encode(), {"content-type": kind, **(headers or {})})[0])

    def change(self, path: str, body: dict[str, Any]) -> None:
        etag = self.ask("GET", path, None, {})[1]["etag"]
        self.json("PATCH", path, body, {"if-match": etag})

    def send(self, file: Path) -> str:
        """The path of the item that it becomes."""
        item = json.loads(self.ask("POST", "/v1/desk/media", file.read_bytes(), {"content-type": "application/octet-stream"})[0])
        return f"/v1/desk/media/{item['id']}"


class Comparison:
    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder, self.names = server, folder, itertools.count()
        self.known: dict[tuple[str, bytes], Picture] = {}

    def new(self, kind: str) -> Path:
        return self.folder / f"{next(self.names):05}.{kind}"

    def pixels(self, source: Path, *steps: tuple[str, ...]) -> Picture:
        """What libvips makes of a file."""
        made = vips(source, self.new("ppm"), *steps)
        picture = measuring.read(made)
        made.unlink()
        return picture

    def small(self, picture: Path, cut: Cut, size: tuple[int, int], after: Steps = (), on: int | None = None) -> Picture:
        """A part of a picture by Lanczos's filter, then in its colours; one that has alpha on a shade."""
        steps: list[tuple[str, ...]] = [("resize", repr(size[0] / cut[2]), "--vscale", repr(size[1] / cut[3]), "--kernel", "lanczos3", "--gap", "0")]
        if cut != (0, 0, *size_of(picture)):
            steps.insert(0, ("crop", *map(str, cut)))
        if on is not None:
            steps = [("premultiply",), *steps, ("unpremultiply",), ("cast", "uchar"), ("flatten", "--background", str(on))]
        made = self.pixels(picture, *steps, *after)
        if (made.width, made.height) != size:
            raise SystemExit(f"FAILED: libvips made {made.width}x{made.height}, not {size}")
        return made

    def written(self, right: Picture, form: str) -> Picture:
        """What is left of a picture when libvips has written it in the format and quality of a rendition."""
        key = form, hashlib.sha256(right.rgb).digest()
        if key not in self.known:
            plain, coded = self.new("ppm"), self.new(form)
            measuring.write(right, plain)
            vips(plain, coded, QUALITY[form])
            self.known[key] = self.pixels(coded)
            plain.unlink()
            coded.unlink()
        return self.known[key]

    def wanted(self, item: str, label: str, name: str, right: Picture, wrong: dict[str, Picture], on: int | None = None) -> Wanted:
        form = name.rsplit(".", 1)[1]
        path = self.new(form)
        path.write_bytes(self.server.ask("GET", f"{item}/renditions/{name}", None, {})[0])
        drawn = self.pixels(path) if on is None or form == "jpg" else self.pixels(path, ("flatten", "--background", str(on)))
        path.unlink()
        if (drawn.width, drawn.height) != (right.width, right.height):
            raise SystemExit(f"FAILED: {label}: {name} is {drawn.width}x{drawn.height}, not {right.width}x{right.height}")
        return Wanted(f"{label}: {name}" + (" on black" if on == 0 else ""), drawn, right, self.written(right, form), wrong)

    def whole(self, original: Original) -> list[Wanted]:
        """An original in all its widths and formats; beside what faults make of it in the smallest."""
        item = self.server.send(original.path)
        shown = vips(original.path, self.new("v"), *original.before)
        width, height = size_of(shown)
        made = []
        for n, wide in enumerate(original.widths):
            if n > 0 and original.widths[n - 1] >= width:
                break
            size = rendition_size(width, height, wide)
            # What is not opaque lies on white in JPEG; in WebP it is seen on black as well.
            for on in (255, 0) if original.has_alpha else (None,):
                right = self.small(shown, (0, 0, width, height), size, original.after, on)
                wrong = self.faults(original, right, size, on) if n == 0 else {}
                for form in FORMATS[: 1 if on == 0 else 2]:
                    made.append(self.wanted(item, original.name, f"{wide}.{form}", right, wrong, on))
        shown.unlink()
        return made

    def faults(self, original: Original, right: Picture, size: tuple[int, int], on: int | None) -> dict[str, Picture]:
        wrong = usual(right, original.is_grey)
        for name, (before, after) in original.wrong.items():
            shown = vips(original.path, self.new("v"), *before)
            wrong[name] = self.small(shown, (0, 0, *size_of(shown)), size, after, None if name == "alpha dropped" else on)
            shown.unlink()
        return wrong

    def crops(self, scene: Path, path: Path, points: tuple[tuple[float, float], ...]) -> list[Wanted]:
        """Parts of one picture of the scene: its focal point is moved, so one after the other."""
        item = self.server.send(path)
        made = []
        for x, y in points:
            self.server.change(item, {"focal_point": {"x": x, "y": y}})
            for ratio in RATIOS:
                cut, middle = cut_at(ratio, x, y), cut_at(ratio, 0.5, 0.5)
                size = (200, (400 * cut[3] + cut[2]) // (2 * cut[2]))
                right = self.small(scene, cut, size)
                wrong = usual(right, False) | {"not cut": self.small(scene, (0, 0, WIDTH, HEIGHT), size)}
                if cut != middle:
                    wrong["cut in the middle"] = self.small(scene, middle, size)
                for form in FORMATS:
                    made.append(self.wanted(item, f"{path.name} at {x}, {y}", f"{ratio}-200.{form}", right, wrong))
        return made


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height in the head of libvips' own format."""
    head = picture.read_bytes()[:12]
    order: Any = "big" if head[:4] == b"\x08\xf2\xa6\xb6" else "little"
    return int.from_bytes(head[4:8], order), int.from_bytes(head[8:12], order)


def rendition_size(width: int, height: int, wide: int) -> tuple[int, int]:
    wide = min(wide, width)
    return wide, min(height, max(1, (2 * wide * height + width) // (2 * width)))


def cut_at(ratio: str, x: float, y: float) -> Cut:
    """The largest part of the scene that has this ratio, around a point: left, top, width, height."""
    across, down = map(int, ratio.split("x"))
    width, height = min(WIDTH, HEIGHT * across / down), min(HEIGHT, WIDTH * down / across)
    left, top = min(max(x * WIDTH - width / 2, 0), WIDTH - width), min(max(y * HEIGHT - height / 2, 0), HEIGHT - height)
    exact = (left, top, width, height)
    if any(abs(part - round(part)) > 1e-6 for part in exact):
        raise SystemExit(f"FAILED: the cut {ratio} at {x}, {y} is no whole number of pixels: {exact}")
    return round(left), round(top), round(width), round(height)


def usual(right: Picture, is_grey: bool) -> dict[str, Picture]:
    """What faults make of any picture; turned or mirrored, those of one line may be the same."""
    faults: dict[str, Picture] = {"a little lighter": measuring.lighter(right, 10)}
    turns: dict[str, Callable[[Picture], Picture]] = {"turned": measuring.turned, "upside down": measuring.upside_down, "mirrored": measuring.mirrored}
    for name, turn in turns.items():
        if (other := turn(right)) != right:
            faults[name] = other
    if not is_grey:
        faults["red for blue"] = measuring.red_as_blue(right)
    return faults


def main() -> None:
    address, email, password, place = sys.argv[1:]
    folder = Path(place)
    server = Server(address, email, password)
    server.change("/v1/desk/site", {"renditions": {"widths": WIDTHS, "ratios": list(RATIOS)}})
    scene = originals.make_scene(folder)
    comparison = Comparison(server, folder)
    with ThreadPoolExecutor(2) as pool:
        kinds = (originals.orientations, originals.colours, originals.transparent, originals.codings, originals.sizes)
        every = [original for made in pool.map(lambda kind: kind(scene), kinds) for original in made]
        cuts = [
            pool.submit(comparison.crops, scene, originals.saved(scene, "upright", "png"), POINTS),
            pool.submit(comparison.crops, scene, scene.with_name("orientation-6.jpg"), POINTS[-2:]),
        ]
        wanted = [one for made in pool.map(comparison.whole, every) for one in made]
        wanted += [one for made in cuts for one in made.result()]
    report(judged(wanted, folder))


def judged(wanted: list[Wanted], folder: Path) -> list[Judgement]:
    """What is found of each, and of each fault that it is compared with."""
    shown = [(one, fault, picture) for one in wanted for fault, picture in {"": one.right, **one.wrong}.items()]
    pairs = [(one.drawn, picture) for one, _, picture in shown] + [(one.written, one.right) for one in wanted]
    ssim = measuring.similarities(pairs, folder)
    of_vips = {one.name: (near, measuring.shift(one.written, one.right)) for one, near in zip(wanted, ssim[len(shown) :], strict=True)}
    return [Judgement(one.name, fault, near, measuring.shift(one.drawn, picture), *of_vips[one.name])
            for (one, fault, picture), near in zip(shown, ssim, strict=False)]  # fmt: skip


def report(judgements: list[Judgement]) -> None:
    wrong = [f"{j.name}: {j}" for j in judgements if not j.fault and not j.passes]
    blind = [f"{j.name}, {j.fault}, would pass: {j}" for j in judgements if j.fault and j.passes]
    for line in (*wrong, *blind):
        print(f"FAILED: {line}", file=sys.stderr)
    if wrong or blind:
        sys.exit(1)
    right = [j for j in judgements if not j.fault]
    print(f"{len(right)} renditions look as libvips shows their originals: SSIM {min(j.ssim for j in right):.3f} at least, ", end="")
    print(f"{max(j.ssim_of_vips - j.ssim for j in right):.3f} below what libvips writes at most; ", end="")
    print(f"{len(judgements) - len(right)} pictures that faults would have made are told from them")


if __name__ == "__main__":
    main()
