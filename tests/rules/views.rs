//! Windows of views: what counts in them, when they are added up, and that what is merged is still told apart where it has to be.

use dateline::domain::{
    Instant,
    views::{BUCKET, Window, aged, bucket, is_robot},
};

const BEGIN: i64 = 1_790_000_000;

fn at(seconds: i64) -> Instant {
    Instant::from_micros(0).plus_seconds(BEGIN + seconds)
}

#[test]
fn a_window_counts_no_more_than_it_says_and_nearly_that() {
    for (window, seconds, missing) in [(Window::Hour, 3_600, 600), (Window::Day, 86_400, 3_600), (Window::Week, 604_800, 21_600)] {
        for n in (0..700_000).step_by(37) {
            let now = at(n);
            let counts = now.as_seconds() - window.begins(now);
            assert!((seconds - missing..seconds).contains(&counts), "{window} at {n}: {counts}");
            assert!(bucket(now) >= window.begins(now) && now.as_seconds() - bucket(now) < BUCKET);
        }
    }
}

#[test]
fn a_ranking_is_shown_until_half_a_minute_after_the_next_is_due() {
    for (window, period) in [(Window::Hour, 60), (Window::Day, 600), (Window::Week, 3_600)] {
        for n in 0..8_000 {
            let (now, next, until) = (at(n), window.next(at(n)), window.shown_until(at(n)));
            assert!(next > now && next <= now.plus_seconds(period) && next.as_seconds() % period == 0, "{window} at {n}");
            assert!(until > now && until <= now.plus_seconds(period), "{window} at {n}");
            assert_eq!(until.as_seconds() % period, 30, "{window} at {n}");
        }
    }
}

#[test]
fn what_is_merged_counts_in_every_window_as_it_did() {
    for n in (0..700_000).step_by(53) {
        let now = at(n);
        let (merged, forgotten) = aged(now);
        // Longer buckets are no finer than the window begins that may still cut through them.
        for (merging, finer) in merged.iter().zip([Window::Hour, Window::Day]) {
            assert!(merging.until <= finer.begins(now), "at {n}: {merging:?}");
            assert_eq!((merging.until % merging.width, merging.until > merging.from), (0, true));
        }
        assert!(Window::ALL.iter().all(|window| forgotten <= window.begins(now)));
        assert!(Window::Day.begins(now) % merged[0].width == 0 && Window::Week.begins(now) % merged[1].width == 0);
    }
}

#[test]
fn programs_that_say_what_they_are_are_no_readers() {
    for agent in [
        "",
        "  ",
        "Googlebot/2.1",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "AhrefsSiteAudit crawler",
        "CURL/8",
        "Wget/1.21",
        "python-urllib",
    ] {
        assert!(is_robot(agent), "{agent}");
    }
    for agent in [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; U; Android 13; hi-in; Redmi Note 12) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.4",
        "Mozilla/5.0 (Mobile; LYF/F320B; Android; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80; U; hi) Presto/2.5.25 Version/10.54",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ] {
        assert!(!is_robot(agent), "{agent}");
    }
}
