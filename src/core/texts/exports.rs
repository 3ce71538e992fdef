//! The comments in an export, for what can not stand there as a line of `NAME=value`.

use crate::core::language::Language;

/// The name is none of a variable.
#[must_use]
pub fn no_variable(language: Language, name: &str) -> String {
    match language {
        Language::English => format!("left out: “{name}” is no name of a variable; the JSON export has it"),
        Language::French => format!("omise : « {name} » n’est pas un nom de variable ; l’export JSON la contient"),
    }
}

/// The value can not be written so that every reader reads the same.
#[must_use]
pub fn no_line(language: Language, name: &str) -> String {
    match language {
        Language::English => {
            format!("left out: {name} ends in a backslash, which not every reader understands; the JSON export has it")
        }
        Language::French => format!(
            "omise : {name} finit par une barre oblique inverse, que tous les lecteurs ne comprennent pas ; l’export JSON la contient"
        ),
    }
}

/// The name stands in the file already, from another environment.
#[must_use]
pub fn twice(language: Language, name: &str, environment: Option<&str>) -> String {
    let environment = environment.unwrap_or("-");
    match language {
        Language::English => {
            format!(
                "left out: {name} of the environment {environment}, for the name stands here already; export one environment"
            )
        }
        Language::French => {
            format!(
                "omise : {name} de l’environnement {environment}, car le nom figure déjà ici ; exportez un seul environnement"
            )
        }
    }
}
