//! Public paths: made by the site's pattern, and read back to the article, section or locale that an address means.

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::{error::Error, text::nfc};

/// The longest path that is looked at, in bytes.
pub const LONGEST: usize = 2_000;

/// What an article's path says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// The locale, as it was written; the default one, where none was.
    pub locale: String,
    /// Whether none was: then it is, or was, that of the site.
    pub without_locale: bool,
    /// The slug, if the pattern has one.
    pub slug: Option<String>,
    /// The id, if the pattern has one.
    pub id: Option<Uuid>,
}

/// A path decoded once and normalised to NFC; nothing for what is no path, is too long, hides a slash or is not UTF-8.
#[must_use]
pub fn decode(path: &str) -> Option<String> {
    let hides = path.to_ascii_lowercase().contains("%2f") || path.contains(['?', '#']);
    if !path.starts_with('/') || path.len() > LONGEST || hides {
        return None;
    }
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    (!decoded.chars().any(char::is_control)).then(|| nfc(&decoded).into_owned())
}

enum Token<'p> {
    Literal(&'p str),
    Name(&'p str),
}

/// The path of an article's page, with placeholders:
/// `{locale}`, `{section}`, `{slug}`, `{id}`, `{yyyy}`, `{mm}`, `{dd}` (of first publication, in the site's time zone).
///
/// One without `{locale}` is that of the site's default locale; the others have theirs in front of it (`/hi/…`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlPattern(String);

impl Default for UrlPattern {
    fn default() -> Self {
        Self("/{locale}/{section}/{slug}".to_owned())
    }
}

impl UrlPattern {
    const PLACEHOLDERS: [&str; 7] = ["locale", "section", "slug", "id", "yyyy", "mm", "dd"];

    /// Placeholders of any length; the others have a fixed one.
    const OPEN: [&str; 3] = ["locale", "section", "slug"];

    /// Read a pattern: it begins with `/`, and names one of `{slug}` and `{id}`; without `{locale}` it has two segments at least, for at those of one
    /// are the pages of sections, authors and tags. Where a locale, section or slug ends has to be seen: at a `/`, `.` or `_`, for each of them may
    /// hold hyphens. Slashes at its end are left out: addresses are answered with and without them.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `pointer`.
    pub fn parse(pattern: &str, pointer: &str) -> Result<Self, Error> {
        let wrong = |detail: String| Error::invalid(pointer, "url_pattern", detail);
        if !pattern.starts_with('/') || pattern.len() > 200 {
            return Err(wrong("begins with `/`, and is at most 200 bytes".to_owned()));
        }
        let pattern = pattern.trim_end_matches('/');
        if pattern.split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(wrong("a segment is not empty, `.` or `..`, which browsers take out of an address".to_owned()));
        }
        let mut names = Vec::new();
        for (n, part) in pattern.split('{').enumerate() {
            let literal = match (n, part.split_once('}')) {
                (0, _) => part,
                (_, Some((name, literal))) if Self::PLACEHOLDERS.contains(&name) && !names.contains(&name) => {
                    names.push(name);
                    literal
                }
                _ => return Err(wrong(format!("the placeholders, each once, are {}", Self::PLACEHOLDERS.join(", ")))),
            };
            if !literal.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c)) {
                return Err(wrong("between placeholders stand only a-z, 0-9, `/`, `-`, `_` and `.`".to_owned()));
            }
        }
        for part in pattern.split(['/', '.', '_']) {
            let open = Self::OPEN.iter().filter(|name| part.contains(&format!("{{{name}}}")));
            if open.count() > 1 {
                return Err(wrong(
                    "between two of {locale}, {section} and {slug} stands `/`, `.` or `_`, or nothing tells where one ends".to_owned(),
                ));
            }
        }
        let has_locale = names.contains(&"locale") || pattern.trim_matches('/').contains('/');
        if has_locale && (names.contains(&"slug") || names.contains(&"id")) {
            Ok(Self(pattern.to_owned()))
        } else {
            Err(wrong("needs {slug} or {id}, and {locale} or a second segment".to_owned()))
        }
    }

    /// The pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A pattern read back from where valid ones are kept, of which earlier ones may end with slashes.
    #[must_use]
    pub fn stored(mut pattern: String) -> Self {
        pattern.truncate(pattern.trim_end_matches('/').len());
        Self(pattern)
    }

    /// Append a path of this form; `fill` appends what each placeholder stands for.
    pub fn write(&self, to: &mut String, mut fill: impl FnMut(&str, &mut String)) {
        for token in self.tokens() {
            match token {
                Token::Literal(literal) => to.push_str(literal),
                Token::Name(name) => fill(name, to),
            }
        }
    }

    /// Whether it names the locale; otherwise the default one is not named, and the others in front of it.
    #[must_use]
    pub fn names_locale(&self) -> bool {
        self.0.contains("{locale}")
    }

    /// What a decoded path may say on a site with this default locale.
    pub fn readings<'p>(&self, path: &'p str, default: &str) -> impl Iterator<Item = Parts> + use<'p> {
        let own = self.read(path);
        if self.names_locale() {
            return own.into_iter().chain(None);
        }
        let own = own.map(|parts| Parts { locale: default.to_owned(), without_locale: true, ..parts });
        let (locale, rest) = path.get(1..).map_or(("", ""), |path| path.split_at(path.find('/').unwrap_or(path.len())));
        let behind = self.read(rest).filter(|_| fits("locale", locale)).map(|parts| Parts { locale: locale.to_owned(), ..parts });
        own.into_iter().chain(behind)
    }

    /// What a decoded path says when it has this form; a placeholder takes as much of its segment as it can.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Parts> {
        let mut parts = Parts::default();
        take(&self.tokens().collect::<Vec<_>>(), path, &mut parts).then_some(parts)
    }

    fn tokens(&self) -> impl Iterator<Item = Token<'_>> {
        self.0.split('{').enumerate().flat_map(|(n, part)| {
            let (name, literal) = match part.split_once('}') {
                Some((name, literal)) if n > 0 => (Some(Token::Name(name)), literal),
                _ => (None, part),
            };
            name.into_iter().chain((!literal.is_empty()).then_some(Token::Literal(literal)))
        })
    }
}

fn take(tokens: &[Token<'_>], path: &str, parts: &mut Parts) -> bool {
    let Some((token, others)) = tokens.split_first() else { return path.is_empty() };
    match token {
        Token::Literal(literal) => path.strip_prefix(literal).is_some_and(|rest| take(others, rest, parts)),
        Token::Name(name) => lengths(name, path, others.is_empty()).any(|length| {
            let Some((value, rest)) = path.split_at_checked(length) else { return false };
            fits(name, value) && take(others, rest, parts) && note(name, value, parts)
        }),
    }
}

/// How long a placeholder may be here, longest first.
fn lengths(name: &str, path: &str, last: bool) -> Box<dyn Iterator<Item = usize>> {
    let segment = path.find('/').unwrap_or(path.len());
    match name {
        "yyyy" => Box::new(std::iter::once(4)),
        "mm" | "dd" => Box::new(std::iter::once(2)),
        "id" => Box::new(std::iter::once(36)),
        _ if last => Box::new(std::iter::once(segment)),
        "locale" => Box::new((1..=segment.min(35)).rev()),
        _ => Box::new((1..=segment).rev()),
    }
}

fn fits(name: &str, value: &str) -> bool {
    match name {
        "yyyy" | "mm" | "dd" => value.bytes().all(|b| b.is_ascii_digit()),
        "id" => Uuid::try_parse(value).is_ok(),
        "locale" => !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        _ => !value.is_empty(),
    }
}

fn note(name: &str, value: &str, parts: &mut Parts) -> bool {
    match name {
        "locale" => value.clone_into(&mut parts.locale),
        "slug" => parts.slug = Some(value.to_owned()),
        "id" => parts.id = Uuid::try_parse(value).ok(),
        _ => {}
    }
    true
}
