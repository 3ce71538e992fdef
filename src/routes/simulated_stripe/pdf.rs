//! An invoice as a PDF of one page, written by hand (ISO 32000-1, sections 7.3 to 7.7): no compression, a font that
//! every reader has, and texts in its encoding.

use std::fmt::Write as _;

/// A page of A4 with a title, a notice, and lines of a label and a value.
pub(super) fn page(title: &str, notice: &str, lines: &[(&str, String)]) -> Vec<u8> {
    let mut content = Vec::new();
    // a black band with a yellow edge, the name upon it
    content.extend_from_slice(b"0.039 0.039 0.039 rg 0 742 595 100 re f 1 0.831 0 rg 0 738 595 4 re f\n");
    text(&mut content, "F2", 24, (50, 782), "Vault API");
    content.extend_from_slice(b"0 g\n");
    text(&mut content, "F2", 20, (50, 680), title);
    text(&mut content, "F1", 10, (50, 656), notice);
    for (at, (label, value)) in (0_i32..).zip(lines) {
        let height = 610 - at * 26;
        text(&mut content, "F1", 12, (50, height), label);
        text(&mut content, "F2", 12, (190, height), value);
    }
    let mut info = b"<< /Producer (Vault API) /Title (".to_vec();
    info.extend(encoded(title));
    info.extend_from_slice(b") >>");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend(content);
    stream.extend_from_slice(b"endstream");
    let font = |name: &str| {
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>").into_bytes()
    };
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
            .to_vec(),
        stream,
        font("Helvetica"),
        font("Helvetica-Bold"),
        info,
    ];
    file(&objects)
}

/// The objects, numbered from 1, and the table that says where each begins.
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    // the four signs above 127 tell programs that this is no text
    let mut out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        out.extend(format!("{number} 0 obj\n").into_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let begins = out.len();
    out.extend(table.into_bytes());
    let (size, info) = (objects.len() + 1, objects.len());
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R /Info {info} 0 R >>\nstartxref\n{begins}\n%%EOF\n");
    out.extend(trailer.into_bytes());
    out
}

fn text(content: &mut Vec<u8>, font: &str, size: u8, (x, y): (i32, i32), text: &str) {
    content.extend(format!("BT /{font} {size} Tf {x} {y} Td (").into_bytes());
    content.extend(encoded(text));
    content.extend_from_slice(b") Tj ET\n");
}

/// The text in Windows-1252, with what a PDF's string gives a meaning written harmlessly.
fn encoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '(' | ')' | '\\' => out.extend([b'\\', u8::try_from(letter).unwrap_or(b'?')]),
            '€' => out.push(0x80),
            '…' => out.push(0x85),
            '‘' => out.push(0x91),
            '’' => out.push(0x92),
            '“' => out.push(0x93),
            '”' => out.push(0x94),
            '–' => out.push(0x96),
            '—' => out.push(0x97),
            ' '..='~' | '\u{a0}'..='\u{ff}' => out.push(u8::try_from(letter).unwrap_or(b'?')),
            _ => out.push(b'?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_not_leave_its_string() {
        assert_eq!(encoded("9,00\u{a0}€ (é) \\ 漢\n"), b"9,00\xa0\x80 \\(\xe9\\) \\\\ ??");
    }

    #[test]
    fn the_table_says_where_each_object_begins() {
        let made = page("Facture X-0001", "simulation", &[("Montant", "9,00\u{a0}€".into())]);
        let shown = String::from_utf8_lossy(&made);
        assert!(made.starts_with(b"%PDF-1.4\n") && made.ends_with(b"%%EOF\n"));

        let begins: usize = shown.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(made[begins..].starts_with(b"xref\n0 8\n"));
        let table = String::from_utf8(made[begins..].to_vec()).unwrap();
        for (number, row) in (1..=7).zip(table.lines().skip(3)) {
            let at: usize = row[..10].parse().unwrap();
            assert!(made[at..].starts_with(format!("{number} 0 obj\n").as_bytes()), "{number}: {row}");
        }
    }
}
