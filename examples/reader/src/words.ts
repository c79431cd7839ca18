// What the reader itself says, and how it writes dates, in each language.

const said: Record<string, Record<string, string>> = {
  en: { search: "Search", found: "stories found", relaxed: "few have all of the words", meant: "Did you mean", listen: "Listen to this article", updated: "Updated", published: "Published", minutes: "min read", read_next: "Read next", latest: "Latest", most_read: "Most read", section: "More in this section", next: "Older", previous: "Newer", missing: "There is nothing here.", gone: "This was taken down.", image: "Image", corrections: "Corrections", home: "Front page" },
  hi: { search: "खोजें", found: "ख़बरें मिलीं", relaxed: "सभी शब्द कम ही ख़बरों में हैं", meant: "क्या आप यह ढूँढ रहे थे:", listen: "यह लेख सुनें", updated: "अपडेट", published: "प्रकाशित", minutes: "मिनट में पढ़ें", read_next: "आगे पढ़ें", latest: "ताज़ा", most_read: "सबसे अधिक पढ़े गए", section: "इस खंड से और", next: "पुरानी", previous: "नई", missing: "यहाँ कुछ नहीं है।", gone: "इसे हटा दिया गया है।", image: "चित्र", corrections: "सुधार", home: "मुखपृष्ठ" },
  bn: { search: "খুঁজুন", found: "টি খবর পাওয়া গেছে", relaxed: "সব শব্দ অল্প খবরেই আছে", meant: "আপনি কি খুঁজছেন:", listen: "নিবন্ধটি শুনুন", updated: "হালনাগাদ", published: "প্রকাশিত", minutes: "মিনিটের পড়া", read_next: "আরও পড়ুন", latest: "সর্বশেষ", most_read: "সর্বাধিক পঠিত", section: "এই বিভাগের আরও", next: "পুরোনো", previous: "নতুন", missing: "এখানে কিছু নেই।", gone: "এটি সরিয়ে নেওয়া হয়েছে।", image: "ছবি", corrections: "সংশোধন", home: "প্রথম পাতা" },
  kn: { search: "ಹುಡುಕಿ", found: "ಸುದ್ದಿಗಳು ಸಿಕ್ಕಿವೆ", relaxed: "ಎಲ್ಲ ಪದಗಳೂ ಕೆಲವೇ ಸುದ್ದಿಗಳಲ್ಲಿವೆ", meant: "ನೀವು ಹುಡುಕುತ್ತಿರುವುದು:", listen: "ಈ ಲೇಖನವನ್ನು ಆಲಿಸಿ", updated: "ನವೀಕರಣ", published: "ಪ್ರಕಟಣೆ", minutes: "ನಿಮಿಷಗಳ ಓದು", read_next: "ಮುಂದೆ ಓದಿ", latest: "ಇತ್ತೀಚಿನವು", most_read: "ಹೆಚ್ಚು ಓದಿದವು", section: "ಈ ವಿಭಾಗದಲ್ಲಿ ಇನ್ನಷ್ಟು", next: "ಹಳೆಯವು", previous: "ಹೊಸವು", missing: "ಇಲ್ಲಿ ಏನೂ ಇಲ್ಲ.", gone: "ಇದನ್ನು ತೆಗೆದುಹಾಕಲಾಗಿದೆ.", image: "ಚಿತ್ರ", corrections: "ತಿದ್ದುಪಡಿಗಳು", home: "ಮುಖಪುಟ" },
};

export type Said = (key: string) => string;

/** What is said in a language, or in English where nobody has translated it yet. */
export function saying(locale: string): Said {
  const words = said[locale] ?? said[locale.split("-")[0] ?? ""] ?? {};
  return (key) => words[key] ?? said["en"]?.[key] ?? key;
}

function ordinal(day: number): string {
  const ends: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${day}${ends[new Intl.PluralRules("en", { type: "ordinal" }).select(day)]}`;
}

/** `March 16th, 2024 at 18:39 IST` in English; in other languages as their readers write it. */
export function date(instant: string, locale: string, zone: string, zoneName: string): string {
  const at = new Date(instant);
  if (locale.startsWith("en")) {
    const format = new Intl.DateTimeFormat("en", { month: "long", day: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
    return `${parts["month"]} ${ordinal(Number(parts["day"]))}, ${parts["year"]} at ${parts["hour"]}:${parts["minute"]} ${zoneName}`;
  }
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: zone });
  return `${format.format(at)} (${zoneName})`;
}

/** How long ago, in the largest unit that is at least one. */
export function ago(instant: string, locale: string, now = Date.now()): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}
