//! Lays a letter out: the same words as plain text and as HTML.
//!
//! HTML for mail programs: tables, styles on the elements, nothing fetched from elsewhere; what a program does not
//! know (dark colours, rounded corners) it leaves out and the letter stays readable.

use super::Content;
use crate::core::{
    html::{escape, fill},
    language::Language,
};

/// Before each line of a list.
const BULLET: &str = "• ";

const LAYOUT: &str = include_str!("../../../../assets/mails/layout.html");

/// A mail's subject and its two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// The subject line.
    pub subject: String,
    /// The plain text, lines ending in `\n`.
    pub plain: String,
    /// The HTML.
    pub html: String,
}

/// A letter before it is laid out.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// The language of all of it.
    pub language: Language,
    /// The name to greet with; may be empty.
    pub name: &'a str,
    /// What it says.
    pub content: Content,
    /// Its one link.
    pub link: &'a str,
    /// The small print: when, from where, with what.
    pub facts: Vec<(&'static str, String)>,
}

struct Frame {
    hello: &'static str,
    /// Between a label and its value: French puts a narrow blank there.
    colon: &'static str,
    copy: &'static str,
    why: &'static str,
}

fn frame(language: Language) -> Frame {
    match language {
        Language::English => Frame {
            hello: "Hello",
            colon: ": ",
            copy: "If the button does not work, copy this address into your browser:",
            why: "You get this mail because it concerns your Vault API account or your address. Nobody reads what is sent back to it.",
        },
        Language::French => Frame {
            hello: "Bonjour",
            colon: "\u{202f}: ",
            copy: "Si le bouton ne répond pas, copiez cette adresse dans votre navigateur :",
            why: "Vous recevez ce message car il concerne votre compte Vault API ou votre adresse. Personne ne lit les réponses.",
        },
    }
}

impl Letter<'_> {
    /// Both forms.
    #[must_use]
    pub fn write(&self) -> MailText {
        MailText { subject: self.content.subject.clone(), plain: self.plain(), html: self.html() }
    }

    fn greeting(&self) -> String {
        let hello = frame(self.language).hello;
        if self.name.is_empty() { format!("{hello},") } else { format!("{hello} {},", self.name) }
    }

    fn plain(&self) -> String {
        let Frame { colon, why, .. } = frame(self.language);
        let mut blocks = vec![self.greeting()];
        let mut paragraphs = self.content.paragraphs.iter().cloned();
        blocks.extend(paragraphs.next());
        if !self.content.listed.is_empty() {
            let lines = self.content.listed.iter().map(|line| format!("{BULLET}{line}"));
            blocks.push(lines.collect::<Vec<_>>().join("\n"));
        }
        blocks.extend(paragraphs);
        // the address stands on a line of its own, so that no program cuts it
        blocks.push(format!("{}{}\n\n{}", self.content.button, colon.trim_end(), self.link));
        blocks.extend(self.content.about_link.clone());
        blocks.extend(self.content.otherwise.map(str::to_owned));
        if !self.facts.is_empty() {
            let lines = self.facts.iter().map(|(label, value)| format!("{label}{colon}{value}"));
            blocks.push(lines.collect::<Vec<_>>().join("\n"));
        }
        // what follows is a signature to mail programs (RFC 3676, section 4.3)
        blocks.push(format!("-- \nVault API\n{why}\n"));
        blocks.join("\n\n")
    }

    fn html(&self) -> String {
        let Frame { colon, copy, why, .. } = frame(self.language);
        let link = escape(self.link);
        let mut paragraphs = self.content.paragraphs.iter().map(String::as_str).map(paragraph).collect::<Vec<_>>();
        if !self.content.listed.is_empty() {
            paragraphs.insert(paragraphs.len().min(1), list(&self.content.listed));
        }
        let about_link = self.content.about_link.as_deref().map(soft).unwrap_or_default();
        let otherwise = self.content.otherwise.map(paragraph).unwrap_or_default();
        let facts: Vec<_> = self
            .facts
            .iter()
            .map(|(label, value)| format!("<strong>{label}</strong>{colon}{}", escape(value)))
            .collect();
        let facts = if facts.is_empty() { String::new() } else { FACTS.replace("{{facts}}", &facts.join("<br>\n")) };
        let preheader = self.content.paragraphs.first().map(|text| escape(text)).unwrap_or_default();
        fill(
            LAYOUT,
            &[
                ("language", self.language.tag()),
                ("subject", &escape(&self.content.subject)),
                ("preheader", &preheader),
                ("greeting", &escape(&self.greeting())),
                ("paragraphs", &paragraphs.join("\n")),
                ("button", &escape(self.content.button)),
                ("link", &link),
                ("about_link", &about_link),
                ("otherwise", &otherwise),
                ("facts", &facts),
                ("copy", copy),
                ("why", why),
            ],
        )
    }
}

const FACTS: &str = "<tr><td class=\"pad\" style=\"padding:0 40px 28px\"><p class=\"soft rule\" style=\"margin:0;padding:16px 0 0;border-top:1px solid #e7e7e2;color:#5c5c57;font-size:14px;line-height:1.7\">{{facts}}</p></td></tr>";

fn paragraph(text: &str) -> String {
    format!(
        "<p class=\"ink\" style=\"margin:0 0 16px;color:#1c1c1a;font-size:16px;line-height:1.6\">{}</p>",
        escape(text)
    )
}

/// A list for the narrowest of programs: lines with a mark.
fn list(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("{BULLET}{}", escape(line))).collect();
    format!(
        "<p class=\"ink\" style=\"margin:0 0 16px;color:#1c1c1a;font-size:16px;line-height:1.8\">{}</p>",
        lines.join("<br>\n")
    )
}

fn soft(text: &str) -> String {
    format!(
        "<p class=\"soft\" style=\"margin:0 0 16px;color:#5c5c57;font-size:15px;line-height:1.6\">{}</p>",
        escape(text)
    )
}
