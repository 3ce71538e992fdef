//! `docs/cli.md` tells every command and option of `vk`.

use super::*;

/// What the command line prints as help, in English.
fn vk(arguments: &[&str]) -> String {
    let output = Command::new(crate::vk::program()).args(arguments).args(["--help", "--lang", "en"]).output();
    String::from_utf8(output.expect("vk runs").stdout).expect("UTF-8")
}

#[test]
fn every_command_and_option_of_vk_is_explained() {
    let page = plain(&page("docs/cli.md"));
    let mut paths: Vec<Vec<String>> = commands(&vk(&[])).into_iter().map(|command| vec![command]).collect();
    assert!(paths.len() >= 20, "{paths:?}");
    for path in paths.clone() {
        paths.extend(commands(&vk(&[&path[0]])).into_iter().map(|act| vec![path[0].clone(), act]));
    }
    let mut wanted = BTreeSet::new();

    for path in &paths {
        let help = vk(&path.iter().map(String::as_str).collect::<Vec<_>>());
        let is_group = !commands(&help).is_empty();
        if !is_group {
            wanted.insert(format!("vk {}", path.join(" ")));
        }
        let options = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        // `-e, --env <ENV>  The environment…`: what stands before the words for people
        let named = options.flat_map(|line| line.split("  ").next().unwrap_or_default().split_whitespace());
        wanted.extend(named.filter(|word| word.starts_with("--")).map(String::from));
    }

    assert!(wanted.contains("vk tokens create") && wanted.contains("--skip-invalid"), "{wanted:?}");
    nothing_lacks(&wanted.into_iter().filter(|word| !stands_in(&page, word)).collect::<Vec<_>>(), "docs/cli.md");
}
