//! Gathers the raw texts: the environment, and a `.env` file in the working directory (the environment wins).

use std::{collections::BTreeMap, path::Path};

use super::ConfigFault;

/// Variables by name.
pub type Environment = BTreeMap<String, String>;

/// What is set: the process's environment over the `.env` file at `dotenv`.
///
/// # Errors
/// A fault for a `.env` file that can not be read, naming the line, and for our variables that are no UTF-8.
pub fn gather(dotenv: &Path) -> Result<Environment, Vec<ConfigFault>> {
    let mut gathered = read_dotenv(dotenv)?;
    let mut faults = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    let process = std::env::vars_os();
    for (name, value) in process {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => {
                gathered.insert(name, value);
            }
            Err(_) if super::variables::find(&name).is_some() => {
                faults.push(ConfigFault { variable: name, sentence: "is not valid UTF-8; write it in UTF-8".into() });
            }
            Err(_) => {}
        }
    }
    // an empty variable is an unset one, as in `docker run -e NAME=`
    gathered.retain(|_, value| !value.trim().is_empty());
    if faults.is_empty() { Ok(gathered) } else { Err(faults) }
}

fn read_dotenv(path: &Path) -> Result<Environment, Vec<ConfigFault>> {
    let fault = |sentence: String| vec![ConfigFault { variable: path.display().to_string(), sentence }];
    if !path.exists() {
        return Ok(Environment::new());
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| fault(format!("can not be read ({error}); mend its rights or its encoding")))?;
    if let Some(name) = text.lines().find_map(substituted) {
        let sentence = format!("{name} has a $ outside single quotes, which would be replaced; write {name}='…'");
        return Err(fault(sentence));
    }
    let mut gathered = Environment::new();
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        // the parser's own error would repeat the line, and the line may hold a secret
        let (name, value) =
            item.map_err(|_| fault("holds a line that is not NAME=value; quote values with spaces".into()))?;
        gathered.insert(name, value);
    }
    Ok(gathered)
}

/// The name on a line whose value holds a `$` that the format would replace: a password or key that is cut in silence.
fn substituted(line: &str) -> Option<&str> {
    let (name, value) = line.split_once('=')?;
    let value = value.trim();
    let is_comment = name.trim_start().starts_with('#');
    let is_literal = value.starts_with('\'') || !value.replace("\\$", "").contains('$');
    (!is_comment && !is_literal).then(|| name.trim().trim_start_matches("export ").trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dollar_sign_that_would_be_replaced_is_told() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(".env");
        std::fs::write(&path, "# costs $5\nA='x$y'\nB=x\\$y\nJWT_SECRET=hush$hush\n").expect("written");

        let faults = gather(&path).expect_err("a fault");

        assert!(faults[0].sentence.contains("JWT_SECRET"), "{faults:?}");
        assert!(!faults[0].sentence.contains("hush"));
    }

    #[test]
    fn a_broken_dotenv_file_is_named_without_its_content() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(".env");
        std::fs::write(&path, "GOOD=1\nJWT_SECRET=\"hush\nno equals sign\n").expect("written");

        let faults = gather(&path).expect_err("a fault");
        assert_eq!(faults.len(), 1);
        assert!(!faults[0].to_string().contains("hush"));
    }
}
