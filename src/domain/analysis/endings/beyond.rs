//! Languages of other families: those whose readers leave accents out, so that Snowball's rules would not see them, and those that it has not.

use super::super::stemming::Step;

/// Arabic: articles with what is written before them, and the commonest endings.
pub(in super::super) const ARABIC: &[Step] = &[
    Step { rest: 2, endings: "^وال ^بال ^كال ^فال ^لل ^ال" },
    Step { rest: 3, endings: "^و" },
    Step { rest: 2, endings: "ها ان ات ون ين يه" },
    Step { rest: 2, endings: "ه ي" },
];

/// Persian: plurals, possession and comparison; what a joiner parted is one word by now.
pub(in super::super) const PERSIAN: &[Step] =
    &[Step { rest: 2, endings: "هايشان هايمان هايش هايي هاي ها ترين تر" }, Step { rest: 3, endings: "ان ات يي ي" }];

/// French.
pub(in super::super) const FRENCH: &[Step] = &[
    Step { rest: 2, endings: "eaux>eau aux>al" },
    Step { rest: 3, endings: "s x" },
    Step { rest: 3, endings: "atrice>ateur trice>teur euse>eur elle>el enne>en iere>ier ee er ez e" },
];

/// Spanish, Catalan and Galician.
pub(in super::super) const SPANISH: &[Step] = &[Step { rest: 2, endings: "ces>z" }, Step { rest: 3, endings: "os as es s o a e" }];

/// Portuguese.
pub(in super::super) const PORTUGUESE: &[Step] = &[
    Step { rest: 2, endings: "oes>ao aes>ao ais>al eis>el ois>ol ns>m res>r ses>s zes>z" },
    Step { rest: 3, endings: "s" },
    Step { rest: 3, endings: "a o e" },
];

/// Italian.
pub(in super::super) const ITALIAN: &[Step] = &[Step { rest: 3, endings: "che>c chi>c ghe>g ghi>g ie ia io i e a o" }];

/// Korean: particles behind nouns.
pub(in super::super) const KOREAN: &[Step] = &[Step {
    rest: 2,
    endings: "
        에서는 에서도 에게는 에게서 으로는 으로써 으로서 이라고 이라는 까지는 부터는 들에게 들에서
        에서 에게 께서 으로 부터 까지 마다 처럼 보다 이나 이며 에는 에도 와의 과의 로는 들은 들이 들을 들의
        은 는 이 가 을 를 의 에 로 와 과 도 만 들",
}];

/// Japanese: the long vowel at the end of words from abroad.
pub(in super::super) const JAPANESE: &[Step] = &[Step { rest: 3, endings: "ー" }];
