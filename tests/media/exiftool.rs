//! What `exiftool` wrote is read as it reads it, and renditions hold nothing that should have stayed behind by its word. `.ci/media/run` runs it.

use std::{path::Path, process::Command};

use dateline::{
    domain::file::FileMetadata,
    media::rendering::{Recipe, RenditionFormat},
};
use image::ImageFormat;
use serde_json::Value;

use super::making::{jpeg, recipe, rendition, scene, sent, written};

fn exiftool(args: &[&str], file: &Path) -> String {
    let out = Command::new("exiftool").args(args).arg(file).output().unwrap();
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// What it reads in a file, by the group and the name of each tag.
fn tags(file: &Path, exif: &str) -> Value {
    let read = exiftool(&["-j", "-n", "-G1", "-a", "-charset", exif], file);
    serde_json::from_str::<Value>(&read).unwrap()[0].take()
}

/// The values of a tag.
fn values(tags: &Value, name: &str) -> Vec<String> {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).trim().to_owned();
    match &tags[name] {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().map(one).collect(),
        value => vec![one(value)],
    }
}

fn joined(tags: &Value, name: &str) -> String {
    values(tags, name).join(", ")
}

/// What is expected of what it reads: XMP before IIM, unless the digest says otherwise, and EXIF last.
fn expected(tags: &Value) -> FileMetadata {
    let is_newer = !tags["Photoshop:IPTCDigest"].is_null() && tags["Photoshop:IPTCDigest"] != tags["File:CurrentIPTCDigest"];
    let pick = |xmp: String, iim: String, exif: String| {
        let order = if is_newer { [iim, xmp, exif] } else { [xmp, iim, exif] };
        order.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    };
    let xmp = |name: &str| joined(tags, &format!("XMP-{name}"));
    let iim = |name: &str| joined(tags, &format!("IPTC:{name}"));
    let exif = |name: &str| joined(tags, &format!("IFD0:{name}"));
    let none = String::new;
    let keywords = |text: String| text.split(", ").filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let taken = pick(
        xmp("photoshop:DateCreated"),
        format!("{} {}", iim("DateCreated"), iim("TimeCreated")).trim().to_owned(),
        format!("{}{}", joined(tags, "ExifIFD:DateTimeOriginal"), joined(tags, "ExifIFD:OffsetTimeOriginal")),
    );
    let junk = ["OLYMPUS DIGITAL CAMERA", "SONY DSC"].contains(&exif("ImageDescription").as_str());
    FileMetadata {
        creator: pick(xmp("dc:Creator"), iim("By-line"), exif("Artist").replace("; ", ", ")),
        credit: pick(xmp("photoshop:Credit"), iim("Credit"), none()),
        copyright: pick(xmp("dc:Rights"), iim("CopyrightNotice"), exif("Copyright").replace('\n', ", ")),
        usage_terms: xmp("xmpRights:UsageTerms"),
        source: pick(xmp("photoshop:Source"), iim("Source"), none()),
        taken_at: taken,
        digital_source_type: xmp("iptcExt:DigitalSourceType"),
        caption: pick(xmp("dc:Description"), iim("Caption-Abstract"), if junk { none() } else { exif("ImageDescription") }),
        alt: xmp("iptcCore:AltTextAccessibility"),
        keywords: keywords(pick(xmp("dc:Subject"), iim("Keywords"), none())),
    }
}

/// An instant as digits and its offset: each writes it in its own way.
fn digits(text: &str) -> String {
    let (text, fraction) = text.split_once('.').unwrap_or((text, ""));
    let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    let kept: String = text.chars().chain(offset.chars()).filter(|c| c.is_ascii_digit() || matches!(c, '+' | 'Z')).collect();
    kept.strip_suffix("+0000").map(|rest| format!("{rest}Z")).unwrap_or(kept)
}

const XMP: &[&str] = &[
    "-XMP-dc:Creator=Asha Rao",
    "-XMP-dc:Creator=Björn <B> & Co",
    "-XMP-photoshop:Credit=Example/“Wire”",
    "-XMP-dc:Rights=© 2026 Example",
    "-XMP-xmpRights:UsageTerms=Once only",
    "-XMP-photoshop:Source=Wire",
    "-XMP-photoshop:DateCreated=2026:03:04 05:06:07+05:30",
    "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    "-XMP-dc:Description=A river at night",
    "-XMP-dc:Description-de=Ein Fluss",
    "-XMP-iptcCore:AltTextAccessibility=ನದಿ, ರಾತ್ರಿ",
    "-XMP-dc:Subject=river",
    "-XMP-dc:Subject=नदी",
];
const IIM: &[&str] = &[
    "-IPTC:By-line=Ina Müller",
    "-IPTC:By-line=Second",
    "-IPTC:Credit=Crédit",
    "-IPTC:CopyrightNotice=© Ina",
    "-IPTC:Source=Quelle",
    "-IPTC:Caption-Abstract=Ein Fluß",
    "-IPTC:DateCreated=2025:01:02",
    "-IPTC:TimeCreated=03:04:05-01:30",
    "-IPTC:Keywords=eins",
    "-IPTC:Keywords=zwei",
];
const EXIF: &[&str] = &[
    "-EXIF:Artist=Eva Exif; Otto",
    "-EXIF:Copyright=© Eva",
    "-EXIF:ImageDescription=A camera's words",
    "-EXIF:DateTimeOriginal=2024:05:06 07:08:09",
    "-EXIF:OffsetTimeOriginal=+02:00",
    "-EXIF:SerialNumber=SERIAL4711",
    "-EXIF:GPSLatitude=12.9716",
    "-EXIF:GPSLatitudeRef=N",
    "-EXIF:GPSLongitude=77.5946",
    "-EXIF:GPSLongitudeRef=E",
];

/// What is written, by name.
fn cases() -> Vec<(&'static str, Vec<&'static str>)> {
    let utf8 = ["-IPTC:CodedCharacterSet=UTF8"];
    let latin = ["-charset", "iptc=Latin1"];
    let all = |parts: &[&[&'static str]]| parts.concat();
    vec![
        ("nothing", vec!["-XMP-dc:Title=x"]),
        ("xmp", all(&[XMP])),
        ("xmp in attributes", all(&[&["-api", "Compact=Shorthand"], XMP])),
        ("xmp on one line", all(&[&["-api", "Compact=All"], XMP])),
        ("iim in UTF-8", all(&[&utf8, IIM])),
        ("iim in Latin-1", all(&[&latin, IIM])),
        ("exif", all(&[EXIF])),
        ("exif the other way about", all(&[&["-ExifByteOrder=II"], EXIF])),
        ("exif in Latin-1", all(&[&["-charset", "exif=Latin"], &["-EXIF:Artist=José", "-EXIF:ImageDescription=Ein Fluß"]])),
        ("exif's junk", all(&[EXIF, &["-EXIF:ImageDescription=OLYMPUS DIGITAL CAMERA"]])),
        ("exif of two", vec!["-EXIF:Copyright=Photographer\nEditor"]),
        ("exif without an offset", vec!["-EXIF:DateTimeOriginal=2024:05:06 07:08:09"]),
        ("xmp and iim", all(&[&utf8, XMP, IIM])),
        ("xmp and newer iim", all(&[&utf8, XMP, IIM, &["-Photoshop:IPTCDigest=00112233445566778899aabbccddeeff"]])),
        ("xmp and iim of its time", all(&[&utf8, XMP, IIM, &["-Photoshop:IPTCDigest=new"]])),
        ("all three", all(&[&utf8, XMP, IIM, EXIF])),
        ("iim and exif", all(&[&utf8, IIM, EXIF])),
        ("a little of each", vec!["-XMP-dc:Creator=X", "-IPTC:Credit=I", "-EXIF:Copyright=E", "-EXIF:Artist=E"]),
        ("a day", vec!["-XMP-photoshop:DateCreated=2026:03:04"]),
        ("a fraction of a second", vec!["-XMP-photoshop:DateCreated=2026:03:04 05:06:07.123Z"]),
        ("hindi", vec!["-XMP-dc:Creator=आशा राव", "-XMP-dc:Description=रात में नदी", "-IPTC:By-line=x"]),
    ]
}

#[test]
#[ignore = "needs exiftool: `.ci/media/run`"]
fn what_exiftool_writes_is_read_as_it_reads_it() {
    let dir = std::env::temp_dir().join(format!("dateline-exiftool-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let scene = scene(64, 48);
    let plain = |format| written(&scene.clone().into(), format);
    let formats =
        [("jpg", jpeg(&scene)), ("png", plain(ImageFormat::Png)), ("webp", plain(ImageFormat::WebP)), ("tif", plain(ImageFormat::Tiff))];
    let mut compared = 0;
    for (extension, bytes) in &formats {
        for (name, args) in cases() {
            // There is no place for IIM in a WebP, and none for its digest in a PNG.
            let has_iim = args.iter().any(|arg| arg.starts_with("-IPTC"));
            if (has_iim && *extension == "webp")
                || (name.contains("newer") && *extension != "jpg")
                || (name.contains("its time") && *extension != "jpg")
            {
                continue;
            }
            let path = dir.join(format!("{}.{extension}", name.replace(' ', "-")));
            std::fs::write(&path, bytes).unwrap();
            exiftool(&[&["-q", "-m", "-overwrite_original", "-charset", "UTF8"], args.as_slice()].concat(), &path);
            let picture = std::fs::read(&path).unwrap();
            let (mut found, read) =
                (sent(&picture).unwrap().metadata, tags(&path, if name == "exif in Latin-1" { "exif=Latin1" } else { "exif=UTF8" }));
            let mut wanted = expected(&read);
            assert_eq!(digits(&found.taken_at), digits(&wanted.taken_at), "{name} in {extension}: {read:#}");
            (found.taken_at, wanted.taken_at) = (String::new(), String::new());
            assert_eq!(found, wanted, "{name} in {extension}: {read:#}");
            keeps_credit_and_nothing_else(&picture, &found, &dir);
            compared += 1;
        }
    }
    std::fs::remove_dir_all(&dir).unwrap();
    assert!(compared >= 60, "{compared}");
}

fn keeps_credit_and_nothing_else(picture: &[u8], said: &FileMetadata, dir: &Path) {
    for format in RenditionFormat::ALL.iter().copied() {
        let wanted = Recipe {
            creator: said.creator.clone(),
            credit: said.credit.clone(),
            copyright: said.copyright.clone(),
            digital_source_type: said.digital_source_type.clone(),
            ..recipe(32, format)
        };
        let path = dir.join(format!("rendition.{format}"));
        std::fs::write(&path, rendition(picture, &wanted).bytes).unwrap();
        let read = tags(&path, "exif=UTF8");
        assert_eq!(joined(&read, "XMP-dc:Creator"), said.creator);
        assert_eq!(joined(&read, "XMP-photoshop:Credit"), said.credit);
        assert_eq!(joined(&read, "XMP-dc:Rights"), said.copyright);
        assert_eq!(joined(&read, "XMP-iptcExt:DigitalSourceType"), said.digital_source_type);
        if format == RenditionFormat::Jpeg && said.credit.len() <= 32 {
            assert_eq!(joined(&read, "IPTC:Credit"), said.credit);
        }
        let kept = [
            "SourceFile",
            "ExifTool",
            "System",
            "File",
            "Composite",
            "JFIF",
            "RIFF",
            "XMP-x",
            "XMP-rdf",
            "XMP-dc",
            "XMP-photoshop",
            "XMP-iptcExt",
            "IPTC",
        ];
        for (name, value) in read.as_object().unwrap() {
            let group = name.split(':').next().unwrap();
            // What an AVIF is put together of, and whom it is by.
            let of_avif = ["QuickTime", "Meta", "Meta_Info"].contains(&group)
                || ["ExifByteOrder", "IFD0:Artist", "IFD0:Copyright"].contains(&name.as_str());
            assert!(kept.contains(&group) || (format == RenditionFormat::Avif && of_avif), "{name} is {value}");
            assert!(!name.contains("Warning") && !name.contains("Error"), "{name} is {value}");
        }
    }
}
