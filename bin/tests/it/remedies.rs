//! The page's and the documents' copies of the table of remedies are what the table says.
//!
//! After a change of the table, run this with `LALIN_WRITE_REMEDIES=1` in the environment: it writes the copies.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use lalin_mikrotik::{REMEDIES, Remedy};

const PAGE: &str = "web-assets/src/trouble/remedy-table.js";
const DOCUMENT: &str = "docs/reference/remedies.md";
/// Longer lines of a script are divided.
const WIDTH: usize = 106;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn is_what_the_table_says(file: &str, expected: &str) {
    let path = root().join(file);
    if std::env::var_os("LALIN_WRITE_REMEDIES").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{file} is not what crates/mikrotik/src/remedies.rs says");
}

/// A string of JavaScript, as the formatter of the page's scripts writes it.
fn string(text: &str) -> String {
    let quote = if text.contains('"') { '\'' } else { '"' };
    format!("{quote}{}{quote}", text.replace('\\', "\\\\").replace('\n', "\\n"))
}

/// A command in pieces that each fit on a line.
fn pieces(command: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in command.split_inclusive([' ', '\n']) {
        if pieces.last().is_some_and(|piece| piece.len() + word.len() > WIDTH) {
            pieces.push(String::new());
        }
        pieces.last_mut().unwrap().push_str(word);
    }
    pieces
}

fn script() -> String {
    let mut script = "// What to do about each trouble: a copy of the table in crates/mikrotik/src/remedies.rs, which a test writes \
                      and\n// compares. What `say` is for is the text `fix.…`; `{user}`, `{group}` and `{service}` are put \
                      in by remedies.js.\n\n/** @type {Record<string, {say: string, command: string}[]>} */\n\
                      export const REMEDIES = {\n"
        .to_owned();
    for (code, remedies) in REMEDIES {
        let key = if code.contains('-') { string(code) } else { (*code).to_owned() };
        if let [Remedy { purpose, template, .. }] = remedies {
            writeln!(script, "  {key}: [{{ say: {}, command: {} }}],", string(purpose), string(template)).unwrap();
            continue;
        }
        writeln!(script, "  {key}: [").unwrap();
        for Remedy { purpose, template, .. } in *remedies {
            match &pieces(template)[..] {
                [_] => {
                    let (say, command) = (string(purpose), string(template));
                    let line = format!("    {{ say: {say}, command: {command} }},");
                    let divided = format!("    {{\n      say: {say},\n      command: {command},\n    }},");
                    writeln!(script, "{}", if line.len() <= 120 { line } else { divided }).unwrap();
                }
                pieces => {
                    let command: Vec<String> = pieces.iter().map(|piece| string(piece)).collect();
                    let command = command.join(" +\n        ");
                    writeln!(
                        script,
                        "    {{\n      say: {},\n      command:\n        {command},\n    }},",
                        string(purpose)
                    )
                    .unwrap();
                }
            }
        }
        script.push_str("  ],\n");
    }
    script.push_str("};\n");
    script
}

fn document() -> String {
    let mut document = "# Remedies\n\nWhat to do about each trouble that the page, `lalin status` and `lalin check` name: \
                        commands for the router's\nterminal, the likeliest first, for RouterOS 6.49 and 7. None of them \
                        takes anything away from others who use the\nrouter. Here the user is `lalin` and the service \
                        `api`; with TLS it is `api-ssl`.\n"
        .to_owned();
    for (code, remedies) in REMEDIES {
        writeln!(document, "\n## `{code}`").unwrap();
        for remedy in *remedies {
            let command = remedy.command("lalin", false);
            writeln!(document, "\n{}\n\n```text\n{command}\n```", remedy.explanation).unwrap();
        }
    }
    document
}

#[test]
fn the_page_offers_the_tables_commands() {
    is_what_the_table_says(PAGE, &script());
}

#[test]
fn the_documents_show_the_tables_commands() {
    is_what_the_table_says(DOCUMENT, &document());
}

#[test]
fn the_page_says_in_english_what_the_table_says() {
    let texts = fs::read_to_string(root().join("crates/dashboard/texts/en.json")).unwrap();
    let texts: serde_json::Value = serde_json::from_str(&texts).unwrap();
    for (_, remedies) in REMEDIES {
        for Remedy { purpose, explanation, .. } in *remedies {
            assert_eq!(texts[format!("fix.{purpose}")].as_str(), Some(*explanation), "{purpose}");
        }
    }
}

#[test]
fn the_recipe_of_a_certificate_is_the_same_in_every_document() {
    let protocol = fs::read_to_string(root().join("docs/reference/protocol.md")).unwrap();
    assert!(protocol.contains(lalin_mikrotik::Tls::CREATE_CERTIFICATE), "docs/reference/protocol.md");
}
