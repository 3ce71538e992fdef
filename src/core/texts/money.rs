//! Amounts of money as a person writes them: `€1,234.50`, `1 234,50 €`. A pure function of what Stripe says: a whole number
//! of the currency's smallest unit.

use crate::core::language::Language;

/// Currencies without decimals: those of ISO 4217, and MGA, which Stripe counts in whole ariary.
const WHOLE: &[&str] =
    &["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"];
/// Currencies with three decimals.
const THOUSANDTHS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
/// Units of account with four decimals.
const TEN_THOUSANDTHS: &[&str] = &["CLF", "UYW"];
/// Whole currencies that Stripe counts in hundredths, as it did before they lost them.
const WHOLE_IN_HUNDREDTHS: &[&str] = &["ISK", "UGX"];

/// `amount` of the currency's smallest unit, as Stripe counts it, in the person's way of writing. `currency` is
/// ISO 4217, in small or capital letters; one that nobody knows is taken to have two decimals.
#[must_use]
pub fn money(amount: i64, currency: &str, language: Language) -> String {
    let currency = currency.to_ascii_uppercase();
    let is = |list: &[&str]| list.contains(&currency.as_str());
    let (mut units, mut decimals) = match () {
        () if is(WHOLE) => (amount.unsigned_abs(), 0),
        () if is(THOUSANDTHS) => (amount.unsigned_abs(), 3),
        () if is(TEN_THOUSANDTHS) => (amount.unsigned_abs(), 4),
        () => (amount.unsigned_abs(), 2),
    };
    if is(WHOLE_IN_HUNDREDTHS) && units % 100 == 0 {
        (units, decimals) = (units / 100, 0);
    }
    let sign = if amount < 0 { "-" } else { "" };
    match language {
        Language::English => {
            let digits = written(units, decimals, ",", ".");
            match currency.as_str() {
                "EUR" => format!("{sign}€{digits}"),
                "GBP" => format!("{sign}£{digits}"),
                "USD" => format!("{sign}US${digits}"),
                _ => format!("{sign}{currency}\u{a0}{digits}"),
            }
        }
        Language::French => {
            let digits = written(units, decimals, "\u{202f}", ",");
            let unit = match currency.as_str() {
                "EUR" => "€",
                "GBP" => "£",
                "USD" => "$US",
                other => other,
            };
            format!("{sign}{digits}\u{a0}{unit}")
        }
    }
}

/// `units` of the smallest unit as a number with `decimals` decimals, its thousands in groups.
fn written(units: u64, decimals: u32, group: &str, point: &str) -> String {
    let scale = 10_u64.pow(decimals);
    let (whole, rest) = ((units / scale).to_string(), units % scale);
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push_str(group);
        }
        out.push(digit);
    }
    if decimals == 0 {
        return out;
    }
    let width = usize::try_from(decimals).unwrap_or_default();
    format!("{out}{point}{rest:0width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_is_written_with_its_own_decimals_in_each_language() {
        for (amount, currency, english, french) in [
            (900, "eur", "€9.00", "9,00 €"),
            (123_456_789, "EUR", "€1,234,567.89", "1\u{202f}234\u{202f}567,89 €"),
            (5, "usd", "US$0.05", "0,05 $US"),
            (100_000, "gbp", "£1,000.00", "1\u{202f}000,00 £"),
            (99_999, "gbp", "£999.99", "999,99 £"),
            (0, "chf", "CHF 0.00", "0,00 CHF"),
            (-1250, "eur", "-€12.50", "-12,50 €"),
            (1500, "jpy", "JPY 1,500", "1\u{202f}500 JPY"),
            (12_000, "krw", "KRW 12,000", "12\u{202f}000 KRW"),
            (655, "xof", "XOF 655", "655 XOF"),
            (4500, "mga", "MGA 4,500", "4\u{202f}500 MGA"),
            (9990, "clp", "CLP 9,990", "9\u{202f}990 CLP"),
            (5120, "kwd", "KWD 5.120", "5,120 KWD"),
            (1_000, "bhd", "BHD 1.000", "1,000 BHD"),
            (12_345_670, "tnd", "TND 12,345.670", "12\u{202f}345,670 TND"),
            (12_345, "clf", "CLF 1.2345", "1,2345 CLF"),
            // Stripe counts these in hundredths, although they have none
            (150_000, "isk", "ISK 1,500", "1\u{202f}500 ISK"),
            (3_700_000, "ugx", "UGX 37,000", "37\u{202f}000 UGX"),
            (150_050, "isk", "ISK 1,500.50", "1\u{202f}500,50 ISK"),
            // decimals in charges, none in payouts
            (299_900, "huf", "HUF 2,999.00", "2\u{202f}999,00 HUF"),
            (299_900, "twd", "TWD 2,999.00", "2\u{202f}999,00 TWD"),
            (100, "zzz", "ZZZ 1.00", "1,00 ZZZ"),
            (
                i64::MIN,
                "jpy",
                "-JPY 9,223,372,036,854,775,808",
                "-9\u{202f}223\u{202f}372\u{202f}036\u{202f}854\u{202f}775\u{202f}808 JPY",
            ),
        ] {
            // the table is written with plain blanks; what is shown must not break between amount and unit
            let plain = |text: String| text.replace('\u{a0}', " ");
            assert_eq!(plain(money(amount, currency, Language::English)), english);
            assert_eq!(plain(money(amount, currency, Language::French)), french);
        }
    }
}
