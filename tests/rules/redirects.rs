//! Addresses as redirects keep them.

use dateline::domain::{
    path::LONGEST,
    redirect::{logged_address, spelled, without_dots},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// All but what parts an address where it is not encoded.
const REST: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'?');

proptest! {
    #[test]
    fn what_browsers_ask_for_is_what_is_said_where_a_path_has_dots(text in "(/(\\.|\\.\\.|%2e|%2E\\.|a|b c|\\.\\.\\.|é))+/?(\\?a=/\\.\\./b)?") {
        let asked = url::Url::parse("https://site.example").unwrap().join(&text).unwrap();
        let asked = spelled(&asked[url::Position::BeforePath..]).unwrap();
        let kept = spelled(&text).unwrap();
        prop_assert_eq!(without_dots(&kept).unwrap_or(kept), asked);
    }

    #[test]
    fn however_an_address_is_written_it_is_spelled_alike_and_once_for_all(
        text in "[a-zA-Z0-9/?&=,;:~ |\"<>é\u{301}ü漢नि्.+-]{0,60}",
        raw in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let address = format!("/{text}");
        let bytes: String = raw.iter().map(|byte| format!("%{byte:02x}")).collect();
        let kept = spelled(&format!("{address}{bytes}")).unwrap();
        prop_assert_eq!(spelled(&kept), Some(kept.clone()), "what is spelled stays so");
        let logged = format!("{kept} 301 /x y");
        prop_assert_eq!(logged_address(&logged), Some(kept.as_str()), "what the log says of it begins with it");
        let encoded = utf8_percent_encode(&address, REST).to_string();
        let decomposed: String = address.nfd().collect();
        for form in [encoded, decomposed] {
            prop_assert_eq!(spelled(&form), spelled(&address), "{}", form);
        }
    }
}

#[test]
fn what_is_no_address_is_not_spelled() {
    for bad in ["", "a", "//x#y", &format!("/{}", "a".repeat(LONGEST)), &format!("/{}", "|".repeat(LONGEST / 2))] {
        assert_eq!(spelled(bad), None, "{bad}");
    }
    for (address, kept) in [
        ("/", "/"),
        ("//", "/"),
        ("/?", "/"),
        ("/a//", "/a"),
        ("/?p=7", "/?p=7"),
        ("/A%2fb%E9?x=%26&y=%41", "/A%2Fb%E9?x=%26&y=A"),
        ("/%00%0a\u{a0}", "/%00%0A%C2%A0"),
    ] {
        assert_eq!(spelled(address).as_deref(), Some(kept));
    }
}
