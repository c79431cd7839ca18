//! Texts that cost a careless reader far more than they weigh, each of any size.

/// Where a text of some shape is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Html,
    Markdown,
    Text,
    /// A document, as JSON.
    Doc,
    /// A headline, summary, name, caption, comment or note.
    Field,
    /// The query of a request.
    Query,
    /// A whole request as JSON.
    Json,
}

/// A shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) place: Place,
    start: &'static str,
    unit: &'static str,
    end: &'static str,
    /// That each unit ends with its number, so that no two are equal.
    numbered: bool,
}

impl Shape {
    /// What it is called: where it goes and how it begins.
    pub(crate) fn name(&self) -> String {
        format!("{:?} {}{}…", self.place, self.start.escape_debug(), self.unit.escape_debug())
    }

    /// The text of about so many bytes.
    pub(crate) fn of(&self, bytes: usize) -> String {
        let mut text = self.start.to_owned();
        let mut n = 0usize;
        while text.len() + self.unit.len() + self.end.len() < bytes {
            if self.numbered {
                text.push_str(&self.unit.replace("NNN", &n.to_string()));
            } else {
                text.push_str(self.unit);
            }
            n += 1;
        }
        text + self.end
    }
}

const fn shape(place: Place, start: &'static str, unit: &'static str, end: &'static str) -> Shape {
    Shape { place, start, unit, end, numbered: false }
}

const fn numbered(place: Place, start: &'static str, unit: &'static str, end: &'static str) -> Shape {
    Shape { place, start, unit, end, numbered: true }
}

/// Units of one place that are only repeated.
const REPEATED: &[(Place, &[&str])] = &[
    (
        Place::Html,
        &[
            "&",
            "&amp;#x27;",
            "<",
            "<div>",
            "<div>x",
            "<ul><li>",
            "<ul><li>x",
            "<ol><li>",
            "<li>x",
            "<blockquote>",
            "<figure><figcaption>",
            "<figure class=pull-quote><blockquote><figcaption>",
            "<figure class=pull-quote><blockquote>x</blockquote><figcaption>",
            "<aside class=factbox><p class=title>",
            "<div class=gallery>",
            "<b></p>",
            "<b><p>",
            "<b>",
            "<p><b>x",
            "<p><i><b>x",
            "<a href=x>",
            "<a href=x><p>",
            "<nobr>",
            "<nobr><p>x",
            "<font color=a><p>",
            "<table>",
            "<table>x",
            "<table><tr><td>",
            "<table><b>",
            "<table><caption>",
            "<tr>",
            "<td>x",
            "<select>",
            "<select><option>",
            "<template>",
            "<button>",
            "<form>",
            "<svg>",
            "<svg><desc>",
            "<math><mi>",
            "<!-- x -->",
            "<!--",
            "<![CDATA[x",
            "<?x",
            "<!doctype html>",
            "</p>",
            "</b>",
            "</div></p>",
            "<br>",
            "<hr>",
            "<p>x",
            "<h1>x",
            "<h2><p>",
            "<span lang=hi>x",
            "<sub><sup>x",
            "<pre>",
            "<pre>\n",
            "<dl><dt>x<dd>",
            "<ruby><rt>",
            "<a b=c>",
            "<img src=https://e.x/a>",
            "<iframe src=https://youtu.be/x></iframe>",
            "<script>",
            "<textarea>",
            "<title>",
            "<style>x",
            "<plaintext>",
            "<frameset>",
            "<body a=b>",
            "<html a=b>",
            "\u{301}",
            "\u{301}\u{316}",
            "\u{202e}",
            "\u{0}",
            "&#0;",
            "\r\n",
            "<p>\r",
            "<b class=a><b class=b><b class=c><p>x</p>",
            "<b><i><u><s><p>x</b></i></u></s>",
            "<div><a href=x>x</div>",
            "<object><b><p>",
            "<marquee><b>x",
            "<div lang=hi>",
            "<div lang=hi><p>x</p>",
            "<p id=a><a href=#a>x</a>",
            "<a name=a>",
            "<table><tr><td colspan=1000 rowspan=0>x",
            "<td colspan=1000 rowspan=65534>",
            "<code>x</code>",
            "<a href=/x><img src=https://e.x/a></a>",
            "<figure class=pull-quote><blockquote id=a>",
        ],
    ),
    (
        Place::Markdown,
        &[
            ">",
            "> ",
            "- ",
            "1. ",
            "* ",
            "- a\n",
            "1. a\n",
            "- a\n\n",
            "> a\n",
            "> a\n\n",
            "a**b*",
            "*a_ ",
            "**a",
            "*a**b_c__",
            "__a_",
            "~~a",
            "[",
            "![",
            "[]",
            "[](",
            "[](a",
            "[a](<b",
            "[ (](",
            "[a][",
            "[a]: b\n",
            "[a]\n",
            "`",
            "`a",
            "a``b```",
            "\\",
            "\\``",
            "<",
            "<a ",
            "<!--",
            "<!-- -->",
            "<![CDATA[",
            "<?",
            "<!A",
            "&",
            "&amp;",
            "|a",
            "|a|\n|-|\n",
            "a|b\n",
            "#",
            "# a\n",
            "```\n",
            "    a\n",
            "\t- a\n",
            "a\n",
            "a  \n",
            "a\n\n",
            "***\n",
            "<div>\n\n",
            "<b>",
            "<http://a>",
            "[^a]: ",
            "- > ",
            "> - ",
            "* a\n  > b\n",
            "\"",
            "(",
            "a@b",
            "~",
            "\u{301}",
        ],
    ),
    (
        Place::Text,
        &[
            "&",
            "&amp;",
            "a\n",
            "a\n\n",
            "\n",
            " ",
            "\t",
            "\r",
            "\u{feff}",
            "\u{301}",
            "\u{301}\u{316}",
            "\u{202e}",
            "👩\u{200d}",
            "🇮",
            "\u{0}",
            "क\u{94d}",
            "a",
        ],
    ),
    (
        Place::Field,
        &[
            "&",
            "&amp;",
            "&#x27;",
            "&#",
            "a",
            " ",
            "\n",
            "\t",
            "\u{a0}",
            "\u{301}",
            "\u{301}\u{316}",
            "\u{202e}",
            "\u{2067}",
            "👩\u{200d}",
            "🇮",
            "\u{0}",
            "क\u{94d}",
            "\u{1100}",
            "\u{feff}",
        ],
    ),
    (Place::Query, &["a=1&", "limit=x&", "%", "%41", "a&", "=&", "+"]),
];

/// As many elements as may be open around the same words.
macro_rules! open {
    ($element:literal) => {
        open!(@3 open!(@3 open!(@3 open!(@6 $element))))
    };
    (@3 $inner:expr) => { concat!($inner, $inner, $inner) };
    (@6 $inner:expr) => { concat!($inner, $inner, $inner, $inner, $inner, $inner) };
}

const ABBREVIATIONS: &str = open!("<abbr title=x>");
const POSTS: &str = open!("<div class=twitter-tweet>");
const QUOTATIONS: &str = open!("<q>");

/// Shapes with a beginning, an end or numbers.
const MADE: &[Shape] = &[
    numbered(Place::Html, "<p ", "aNNN ", ">x"),
    numbered(Place::Html, "<p ", "aNNN=\"<b\" ", ">x"),
    numbered(Place::Html, "", "<b class=cNNN><p>x", ""),
    numbered(Place::Html, "", "<a href=https://e.x/NNN>x<p>", ""),
    numbered(Place::Html, "", "<xNNN>", ""),
    numbered(Place::Html, "", "<p id=aNNN><a href=#aNNN>x</a>", ""),
    numbered(Place::Html, "", "<a href=#aNNN>x</a>", ""),
    numbered(Place::Html, "<figure class=pull-quote><blockquote><figure class=pull-quote><blockquote>", "<i id=aNNN>", ""),
    numbered(Place::Html, "", "<p title='NNN' a b c d e f g h i j k l m n o p q r s t u v w x y z>x", ""),
    numbered(Place::Html, ABBREVIATIONS, "word NNN ", ""),
    numbered(Place::Html, POSTS, "<a href=https://e.x/NNN>x</a>", ""),
    numbered(Place::Html, POSTS, "<a href=https://twitter.com/NNN>x</a>", ""),
    numbered(Place::Html, QUOTATIONS, "<i>NNN</i>", ""),
    shape(Place::Html, "<p>", "x ", "</p>"),
    shape(Place::Html, "<p title=\"", "x ", "\">"),
    shape(Place::Html, "<span><span><span><span><span><span><span><span>", "</i>", ""),
    numbered(Place::Markdown, "", "[NNN]: a\n[NNN]\n", ""),
    shape(Place::Markdown, ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>a\n", "b\n", ""),
    shape(Place::Markdown, "[x]: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n", "[x] ", ""),
    shape(Place::Markdown, "|a|b|\n|-|-|\n", "|*c*|d|\n", ""),
    shape(Place::Doc, "{\"type\":\"doc\",\"content\":[", "{\"type\":\"paragraph\"},", "{\"type\":\"paragraph\"}]}"),
    shape(Place::Doc, "{\"type\":\"doc\",\"content\":[", "{\"type\":\"nothing\",\"x\":1},", "1]}"),
    shape(Place::Doc, "{\"type\":\"doc\",\"content\":[", "1,", "1]}"),
    shape(Place::Doc, "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[", "{\"type\":\"hard_break\"},", "1]}]}"),
    shape(
        Place::Doc,
        "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[",
        "{\"type\":\"text\",\"text\":\"\"},",
        "1]}]}",
    ),
    shape(
        Place::Doc,
        "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"marks\":[",
        "{\"type\":\"x\"},",
        "1]}]}]}",
    ),
    numbered(Place::Doc, "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"attrs\":{", "\"aNNN\":1,", "\"z\":1}}]}"),
    numbered(Place::Doc, "{\"type\":\"doc\",", "\"aNNN\":1,", "\"z\":1}"),
    shape(
        Place::Doc,
        "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"",
        "&amp;",
        "\"}]}]}",
    ),
    shape(
        Place::Doc,
        "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"",
        "\u{301}\u{316}",
        "\"}]}]}",
    ),
    shape(
        Place::Doc,
        "{\"type\":\"doc\",\"content\":[{\"type\":\"code_block\",\"content\":[",
        "{\"type\":\"text\",\"text\":\"a\"},",
        "1]}]}",
    ),
    numbered(
        Place::Doc,
        "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[",
        "{\"type\":\"text\",\"text\":\"a\",\"marks\":[{\"type\":\"link\",\"attrs\":{\"href\":\"#aNNN\"}}]},",
        "1]}]}",
    ),
    shape(Place::Doc, "{\"type\":\"doc\",\"content\":[{\"type\":\"table\",\"content\":[", "{\"type\":\"table_row\"},", "1]}]}"),
    shape(Place::Json, "[", "{},", "0]"),
    shape(Place::Json, "[", "1,", "0]"),
    shape(Place::Json, "[", "{\"a\":1},", "0]"),
    numbered(Place::Json, "{", "\"aNNN\":{},", "\"a\":0}"),
    shape(Place::Json, "", "[", ""),
    shape(Place::Json, "", "{\"a\":", ""),
];

/// All of them.
pub(crate) fn all() -> Vec<Shape> {
    let repeated = REPEATED.iter().flat_map(|(place, units)| units.iter().map(|unit| shape(*place, "", unit, "")));
    repeated.chain(MADE.iter().copied()).collect()
}
