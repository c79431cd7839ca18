//! Addresses of pages of somebody else's that are opened with a token of ours: previews, and where a password is set.

use super::{text::limits, url::web_address};

/// What stands for the token in the address of such a page.
const TOKEN: &str = "{token}";

/// The address in its WHATWG-parsed form.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check(text: &str, example: &str) -> Result<String, String> {
    // Letters that no address holds by chance, and that stay as they are when it is parsed.
    const PLACE: &str = "0dateline0preview0token0";
    if text.matches(TOKEN).count() != 1 {
        return Err("`{token}` must be in it, once".to_owned());
    }
    let url = web_address(&text.replace(TOKEN, PLACE)).filter(|url| url.len() <= limits::URL);
    let url = url.ok_or_else(|| format!("an absolute http or https URL, such as {example}"))?;
    match url.match_indices(PLACE).map(|(at, _)| at).collect::<Vec<_>>().as_slice() {
        // The token is for the frontend, whose host it does not choose.
        [at] if url.get(..*at).is_some_and(|before| before.splitn(4, '/').count() == 4) => Ok(url.replace(PLACE, TOKEN)),
        _ => Err("`{token}` stands behind the host, in the path, the query or the fragment".to_owned()),
    }
}

/// The address of the page that a token opens.
#[must_use]
pub fn opened(page: &str, token: &str) -> String {
    page.replace(TOKEN, token)
}
