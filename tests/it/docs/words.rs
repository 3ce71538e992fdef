//! One word for one thing: the words that the glossary of `docs/console.md` has turned down stand in no text that people read.

use super::{page, root};

/// Where texts for people stand.
const TEXTS: [&str; 6] = ["src/core/texts", "src/models", "src/schemas", "src/services", "src/routes", "vk/src"];

/// The rows of the glossary: what a thing is called in English and in French, and how it is not called.
fn glossary() -> Vec<(String, String, Vec<String>)> {
    let text = page("docs/console.md");
    let rows = text.split("| English | French | not |").nth(1).expect("the glossary").lines().skip(2);
    let rows = rows.take_while(|line| line.starts_with('|')).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_lowercase()).collect();
        let [english, french, rejected] = cells.as_slice() else { panic!("{line}") };
        (english.clone(), french.clone(), rejected.split(", ").map(str::to_owned).collect())
    });
    rows.collect()
}

/// Whether a word begins there: `coffre` holds no `offre`.
fn holds(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(char::is_alphabetic))
}

/// The lines of the sources that call a thing by a word that was turned down.
fn strayed() -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<_> = TEXTS.iter().map(|folder| root().join(folder)).collect();
    let glossary = glossary();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source").to_lowercase();
        for (number, line) in source.lines().enumerate() {
            for (_, french, rejected) in &glossary {
                for word in rejected.iter().filter(|word| holds(line, word)) {
                    found.push(format!("{}:{}: “{word}” is called “{french}”", path.display(), number + 1));
                }
            }
        }
    }
    found
}

#[test]
fn french_texts_have_one_word_for_one_thing() {
    assert!(glossary().len() > 4, "the glossary is not read");
    assert!(holds("votre offre", "offre") && holds("l’offre", "offre") && !holds("le coffre", "offre"));

    let strayed = strayed();

    assert!(strayed.is_empty(), "{}", strayed.join("\n"));
}
