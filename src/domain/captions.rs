//! Captions of videos, as `WebVTT` (W3C Candidate Recommendation): one text for each language.
//!
//! **Context.** Browsers skip what they cannot read of a caption file without a word, so that nobody hears of it but those who need them. **Decision.** The
//! signature, the timings of cues and what parts them are read as the syntax is written, and refused with the line that is wrong; settings of cues, which a browser skips alone, are
//! not. **Consequence.** Every cue of what is kept is shown everywhere.

use sha2::{Digest as _, Sha256};

use super::{Error, text::limits};

/// Captions that a browser can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captions(String);

impl Captions {
    /// The captions, with line feeds at the ends of lines.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the line that is wrong.
    pub fn read(text: &str) -> Result<Self, Error> {
        let wrong = |line: usize, detail: &str| Error::invalid("#", "captions", format!("line {}: {detail}", line.saturating_add(1)));
        if text.len() > limits::CAPTIONS {
            return Err(Error::invalid("#", "too_long", format!("at most {} bytes", limits::CAPTIONS)));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        if text.contains('\0') {
            return Err(Error::invalid("#", "forbidden", "a null character"));
        }
        let mut lines = text.split('\n').enumerate();
        let is_signature = |line: &str| line.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if !lines.next().is_some_and(|(_, line)| is_signature(line) && !line.contains("-->")) {
            return Err(wrong(0, "`WEBVTT` comes first; SubRip files (.srt) have to be turned into WebVTT"));
        }
        let (mut cues, mut begun, mut in_cue, mut after_blank) = (0usize, 0u64, false, false);
        for (n, line) in lines {
            if line.is_empty() {
                (in_cue, after_blank) = (false, true);
                continue;
            }
            if line.contains("-->") {
                if in_cue || !after_blank && cues == 0 {
                    return Err(wrong(n, "an empty line comes before each cue"));
                }
                let (from, to) = timing(line).ok_or_else(|| wrong(n, "a cue is `00:00:01.000 --> 00:00:02.500`"))?;
                if to <= from {
                    return Err(wrong(n, "a cue ends after it begins"));
                }
                if from < begun {
                    return Err(wrong(n, "a cue begins no earlier than the one before it"));
                }
                (cues, begun, in_cue) = (cues.saturating_add(1), from, true);
            }
        }
        if cues == 0 {
            return Err(wrong(0, "there is no cue"));
        }
        Ok(Self(text))
    }

    /// Captions that were read once, and kept.
    #[must_use]
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// The text of a file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A word that is another one for other captions: twelve hexadecimal digits.
    #[must_use]
    pub fn version(&self) -> String {
        Sha256::digest(self.0.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// When a cue begins and ends, in milliseconds; behind that may stand settings.
fn timing(line: &str) -> Option<(u64, u64)> {
    let (from, rest) = line.split_once("-->")?;
    let (from, rest) = (from.trim_end_matches([' ', '\t']), rest.trim_start_matches([' ', '\t']));
    let to = rest.split([' ', '\t']).next()?;
    Some((stamp(from)?, stamp(to)?))
}

/// `00:01.000`, `01:00:01.000`: two digits of minutes and seconds, three of milliseconds, two or more of hours.
fn stamp(text: &str) -> Option<u64> {
    let number =
        |text: &str, digits: usize| (text.len() == digits && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse::<u64>().ok())?;
    let (clock, millis) = text.split_once('.')?;
    let mut parts = clock.rsplit(':');
    let (seconds, minutes, hours) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?, parts.next());
    let hours = hours.map_or(Some(0), |hours| if (2..=6).contains(&hours.len()) { number(hours, hours.len()) } else { None })?;
    let within = seconds < 60 && minutes < 60 && parts.next().is_none();
    let seconds = hours.saturating_mul(3_600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds);
    within.then(|| Some(seconds.saturating_mul(1_000).saturating_add(number(millis, 3)?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_browser_reads_is_kept_as_it_is() {
        for right in [
            "WEBVTT\n\n00:01.000 --> 00:02.000\nनाव नदी पार करती है\n",
            "WEBVTT - of a ferry\nKind: captions\n\nNOTE\nA remark.\n\n1\n00:00:01.000 --> 00:00:02.000 align:start\nA ferry\n- crosses\n\n100:00:01.000 --> 100:00:02.000\nx",
            "WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000\t-->\t00:02.000\nx\n\n00:01.000 --> 00:03.000\ny\n",
        ] {
            assert_eq!(Captions::read(right).unwrap().as_str(), right);
        }
        let windows = Captions::read("\u{feff}WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nx\r\n").unwrap();
        assert_eq!(windows.as_str(), "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n");
        assert_eq!(windows.version(), Captions::read(windows.as_str()).unwrap().version());
    }

    #[test]
    fn what_a_browser_would_skip_is_refused_with_its_line() {
        for (wrong, line) in [
            ("1\n00:00:01,000 --> 00:00:02,000\nx", 1),
            ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx", 1),
            ("WEBVTT\n", 1),
            ("WEBVTT\n00:01.000 --> 00:02.000\nx", 2),
            ("WEBVTT\n\n00:01,000 --> 00:02.000\nx", 3),
            ("WEBVTT\n\n0:01.000 --> 0:02.000\nx", 3),
            ("WEBVTT\n\n00:61.000 --> 01:02.000\nx", 3),
            ("WEBVTT\n\n00:02.000 --> 00:02.000\nx", 3),
            ("WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:01.000 --> 00:02.000\ny", 6),
            ("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny", 5),
        ] {
            let Err(Error::Invalid(faults)) = Captions::read(wrong) else { panic!("{wrong}") };
            assert!(faults[0].detail.starts_with(&format!("line {line}:")), "{wrong}: {}", faults[0].detail);
        }
        assert!(Captions::read(&format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}", "x".repeat(limits::CAPTIONS))).is_err());
    }
}
