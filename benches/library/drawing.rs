//! The first rendition of a picture, on one core, beside `vipsthumbnail` on the same core at the quality that looks as much like the picture.
//!
//! As much alike is by SSIM of luma (Wang and others, 2004; windows of 8 × 8, every 4 pixels), computed here, against what `ImageMagick` makes by Lanczos's filter
//! of the whole picture, kept without loss.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use super::{Desk, median, ms, newsroom, picture, renditions, rounds, row, run, side, timed};
use crate::support::{Server, processor_time, variable};

/// Pixels in width of what is drawn.
const WIDTH: u32 = 1_200;
/// How near two similarities are that count as equal.
const NEAR: f64 = 0.002;

/// A command on the first processor alone.
pub(crate) fn on_one_core(command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", "0"]).arg(command.get_program()).args(command.get_args());
    pinned.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    pinned.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        pinned.current_dir(folder);
    }
    pinned
}

fn vips(from: &Path, to: &Path, how: &str) -> Command {
    let mut command = Command::new("vipsthumbnail");
    command.arg(from).args(["--size", &format!("{WIDTH}x>"), "-o", &format!("{}{how}", to.display())]).env("VIPS_CONCURRENCY", "1");
    on_one_core(&command)
}

/// Lightness of each pixel, and how many pixels wide it is.
struct Luma(Vec<f64>, usize);

impl Luma {
    fn of(bytes: &[u8]) -> Self {
        let image = image::load_from_memory(bytes).unwrap().to_rgb8();
        let light = |p: &image::Rgb<u8>| 0.299 * f64::from(p.0[0]) + 0.587 * f64::from(p.0[1]) + 0.114 * f64::from(p.0[2]);
        Self(image.pixels().map(light).collect(), usize::try_from(image.width()).unwrap())
    }

    /// How much alike two pictures of one size are: 1, where they are the same.
    fn likeness(&self, other: &Self) -> f64 {
        assert_eq!((self.0.len(), self.1), (other.0.len(), other.1), "pictures of two sizes");
        let (width, height) = (self.1, self.0.len() / self.1);
        let (mut sum, mut windows) = (0.0, 0.0);
        for top in (0..=height - 8).step_by(4) {
            for left in (0..=width - 8).step_by(4) {
                let [mut a, mut b, mut aa, mut bb, mut ab] = [0.0; 5];
                for at in (top..top + 8).flat_map(|y| (left..left + 8).map(move |x| y * width + x)) {
                    let (one, two) = (self.0[at], other.0[at]);
                    (a, b, aa, bb, ab) = (a + one, b + two, aa + one * one, bb + two * two, ab + one * two);
                }
                let [a, b, aa, bb, ab] = [a, b, aa, bb, ab].map(|sum| sum / 64.0);
                let (first, second) = (6.5025, 58.5225);
                let (variances, covariance) = (aa - a * a + bb - b * b, ab - a * b);
                sum += (2.0 * a * b + first) * (2.0 * covariance + second) / ((a * a + b * b + first) * (variances + second));
                windows += 1.0;
            }
        }
        sum / windows
    }
}

/// The quality at which vips writes what is as much like the original, and how much that is.
fn quality(wanted: f64, at: impl Fn(u32) -> f64) -> (u32, f64) {
    let (mut low, mut high) = (1, 100);
    // Ends: each round halves what is between them.
    while low < high {
        let middle = u32::midpoint(low, high);
        if at(middle) < wanted { low = middle + 1 } else { high = middle }
    }
    let near = [low.saturating_sub(1).max(1), low].map(|quality| (quality, at(quality)));
    if (near[0].1 - wanted).abs() < (near[1].1 - wanted).abs() { near[0] } else { near[1] }
}

pub(crate) fn measure() {
    let newsroom = newsroom();
    let (command, port) = newsroom.serving(64);
    let server = Server::start(on_one_core(&command), port);
    let desk = Desk::at(&server);
    let tag = desk.get("/v1/desk/site").1;
    desk.does("PATCH", "/v1/desk/site", Some(&tag), &json!({ "renditions": { "widths": [WIDTH], "ratios": [] } }));
    let bytes = picture(side(), variable("SEED", 1));
    let item = desk.add(&bytes);
    desk.led_by(&item);

    let file = |name: &str| newsroom.folder.join(name);
    let (original, small, reference) = (file("original.jpg"), file("small.jpg"), file("reference.png"));
    fs::write(&original, &bytes).unwrap();
    fs::write(&small, picture(16, 1)).unwrap();
    let size = format!("{WIDTH}x{}!", WIDTH * 3 / 4);
    run(Command::new("convert").arg(&original).args(["-filter", "Lanczos", "-resize", &size]).arg(&reference));
    let reference = Luma::of(&fs::read(&reference).unwrap());

    for format in ["webp", "jpg"] {
        let url = desk.url(&format!("/v1/media/{item}/{WIDTH}.{format}"));
        let ours = desk.client.get(&url).0;
        let alike = Luma::of(&ours).likeness(&reference);
        let out = file(&format!("peer.{format}"));
        let drawn = |quality: u32| {
            run(&mut vips(&original, &out, &format!("[Q={quality},strip]")));
            fs::read(&out).unwrap()
        };
        let (quality, there) = quality(alike, |quality| Luma::of(&drawn(quality)).likeness(&reference));
        let theirs = drawn(quality).len();
        let how = format!("[Q={quality},strip]");
        let (mut first, mut peer, mut start) = (Vec::new(), Vec::new(), Vec::new());
        let (mut ours_busy, mut peer_busy) = (0.0, 0.0);
        for _ in 0..rounds() {
            fs::remove_dir_all(renditions(&newsroom)).unwrap();
            let before = (processor_time(server.child.id()).0, processor_time(std::process::id()).1);
            first.push(timed(|| assert_eq!(desk.client.get(&url).0.len(), ours.len())));
            ours_busy += processor_time(server.child.id()).0 - before.0;
            peer.push(run(&mut vips(&original, &out, &how)));
            peer_busy += processor_time(std::process::id()).1 - before.1;
            start.push(run(&mut vips(&small, &out, &how)));
        }
        let (first, peer, start) = (median(first), median(peer), median(start));
        let what = format!("first rendition of {} MP at {WIDTH} px, {format}, one core", side() * side() * 3 / 4 / 1_000_000);
        let near = if (there - alike).abs() <= NEAR { "" } else { " (no quality is nearer)" };
        let against = format!(
            "vipsthumbnail at Q={quality}, SSIM {there:.4} beside {alike:.4}{near}; {theirs} bytes beside {}; of it {} for a picture of 16 px",
            ours.len(),
            ms(start)
        );
        let without = first.as_secs_f64() / peer.saturating_sub(start).as_secs_f64();
        row(&what, &ms(first), &ms(peer), first.as_secs_f64() / peer.as_secs_f64(), "≤ 1.30", &against);
        let less = format!("{:.0?}", peer.saturating_sub(start));
        let each = |busy: f64| format!("{:.0} ms", busy * 1e3 / rounds() as f64);
        row(
            "its processor time",
            &each(ours_busy),
            &each(peer_busy),
            ours_busy / peer_busy,
            "",
            "the mean of the server, and of vipsthumbnail with its start",
        );
        row("the same", &ms(first), &less, without, "", "the same without what it takes for a picture of 16 px: start and end");
    }
}
