//! How a program reads a stored key, and how a service checks a generated one: small texts to copy.

use crate::models::api_key::{ApiKey, KeyKind};

/// How a program in Rust reads its token. In two parts: nothing here reads the environment.
const RUST_TOKEN: &str = concat!("let token = std::env", "::var(\"VK_TOKEN\")?;");

/// A text for one language.
pub(super) struct Snippet {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) code: String,
}

/// The texts for a key; `base` is the vault's own address.
pub(super) fn of(key: &ApiKey, base: &str) -> Vec<Snippet> {
    let all = if key.kind == KeyKind::Generated { verifying(base) } else { reading(key, base) };
    let titles = [("s-curl", "curl"), ("s-node", "Node"), ("s-python", "Python"), ("s-rust", "Rust"), ("s-vk", "vk")];
    titles.into_iter().zip(all).map(|((id, title), code)| Snippet { id, title, code }).collect()
}

fn reading(key: &ApiKey, base: &str) -> [String; 5] {
    let url = format!("{base}/api/keys/{}/reveal", key.id);
    let vk = format!(
        "export VK_URL={base} VK_TOKEN=vkt_…\nvk get --reveal -- {}\n\n# or all keys of an environment, for one program\nvk run{} -- ./server",
        shell(&key.name),
        key.environment.as_deref().map(|name| format!(" --environment={name}")).unwrap_or_default()
    );
    [
        format!("curl -X POST {url} \\\n  -H \"Authorization: Bearer $VK_TOKEN\""),
        format!(
            "const answer = await fetch(\"{url}\", {{\n  method: \"POST\",\n  headers: {{ Authorization: `Bearer ${{process.env.VK_TOKEN}}` }},\n}});\nconst {{ api_key }} = await answer.json();"
        ),
        format!(
            "import os, requests\n\nanswer = requests.post(\n    \"{url}\",\n    headers={{\"Authorization\": f\"Bearer {{os.environ['VK_TOKEN']}}\"}},\n    timeout=10,\n)\nanswer.raise_for_status()\napi_key = answer.json()[\"api_key\"]"
        ),
        format!(
            "{RUST_TOKEN}\nlet answer = reqwest::Client::new()\n    .post(\"{url}\")\n    .bearer_auth(token)\n    .send()\n    .await?\n    .error_for_status()?;\nlet body: serde_json::Value = answer.json().await?;\nlet api_key = body[\"api_key\"].as_str();"
        ),
        vk,
    ]
}

fn verifying(base: &str) -> [String; 5] {
    let url = format!("{base}/api/keys/verify");
    [
        format!(
            "curl {url} \\\n  -H \"Authorization: Bearer $VK_TOKEN\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{{\"api_key\": \"vk_live_…\"}}'"
        ),
        format!(
            "const answer = await fetch(\"{url}\", {{\n  method: \"POST\",\n  headers: {{\n    Authorization: `Bearer ${{process.env.VK_TOKEN}}`,\n    \"Content-Type\": \"application/json\",\n  }},\n  body: JSON.stringify({{ api_key: shown }}),\n}});\nconst {{ valid }} = await answer.json();"
        ),
        format!(
            "import os, requests\n\nanswer = requests.post(\n    \"{url}\",\n    headers={{\"Authorization\": f\"Bearer {{os.environ['VK_TOKEN']}}\"}},\n    json={{\"api_key\": shown}},\n    timeout=10,\n)\nanswer.raise_for_status()\nvalid = answer.json()[\"valid\"]"
        ),
        format!(
            "{RUST_TOKEN}\nlet answer = reqwest::Client::new()\n    .post(\"{url}\")\n    .bearer_auth(token)\n    .json(&serde_json::json!({{ \"api_key\": shown }}))\n    .send()\n    .await?\n    .error_for_status()?;\nlet body: serde_json::Value = answer.json().await?;\nlet is_valid = body[\"valid\"] == true;"
        ),
        "# asks for the key without echo; ends with 5 where it is not valid\nvk verify".to_owned(),
    ]
}

/// A text as one word of a shell.
fn shell(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_of_a_shell_whatever_it_holds() {
        assert_eq!(shell("OPENAI_API_KEY"), "OPENAI_API_KEY");
        assert_eq!(shell("a b; $(rm -rf ~)"), "'a b; $(rm -rf ~)'");
        assert_eq!(shell("it's"), "'it'\\''s'");
    }
}
