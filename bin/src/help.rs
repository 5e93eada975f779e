//! The command line's own words in the language in use: clap's help, and what it says of a call that it cannot
//! understand. Which commands and flags there are is in `cli`.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use crate::cli::Cli;
use crate::words::{known, say};

/// The call, understood; otherwise clap's error, which may be the help that was asked for.
pub(crate) fn parse(arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

/// The commands with all their words.
fn command() -> Command {
    said(Cli::command(), "")
}

/// The help that `lalin help COMMAND` asks for.
///
/// # Errors
/// The name that is none.
pub(crate) fn help_of(names: &[String]) -> Result<StyledStr, String> {
    let mut command = command();
    let mut path = "lalin".to_owned();
    for name in names {
        let Some(sub) = command.find_subcommand(name).cloned() else {
            return Err(name.clone());
        };
        path = format!("{path} {name}");
        command = sub.bin_name(path.clone());
    }
    Ok(command.render_help())
}

/// A command and those below it, with words for each and for their flags; `path` is such as `user-add`.
fn said(command: Command, path: &str) -> Command {
    let name = if path.is_empty() { "lalin" } else { path };
    let about = known(&format!("commands.{name}")).unwrap_or_default();
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let mut command = command.about(about).disable_help_flag(true).arg(help);
    command = command.mut_args(|arg| {
        let words = words_of(path, arg.get_id().as_str());
        let values = arg.get_action().takes_values();
        arg.help(words).hide_default_value(values).hide_possible_values(values)
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in &names {
        let below = if path.is_empty() { name.clone() } else { format!("{path}-{name}") };
        command = command.mut_subcommand(name, |sub| said(sub, &below).disable_help_subcommand(true));
    }
    let template = template(&command);
    command.help_template(template)
}

/// A flag's words: of this command, or of every command that has it.
fn words_of(path: &str, flag: &str) -> &'static str {
    let flag = flag.replace('_', "-");
    known(&format!("flags.{path}-{flag}")).or_else(|| known(&format!("flags.{flag}"))).unwrap_or_default()
}

/// As clap's own, with our heads.
fn template(command: &Command) -> String {
    let head = |key: &str| known(key).unwrap_or_default();
    let mut template = format!("{{about-with-newline}}\n{}: {{usage}}\n", head("usage.usage"));
    if command.has_subcommands() {
        template += &format!("\n{}:\n{{subcommands}}\n", head("usage.commands"));
    }
    if command.get_positionals().next().is_some() {
        template += &format!("\n{}:\n{{positionals}}\n", head("usage.arguments"));
    }
    template + &format!("\n{}:\n{{options}}", head("usage.options"))
}

/// What is wrong with a call, and where to read on.
pub(crate) fn problem(error: &clap::Error) -> String {
    let value = |kind: ContextKind| error.get(kind).map(ContextValue::to_string).unwrap_or_default();
    let (flag, given) = (value(ContextKind::InvalidArg), value(ContextKind::InvalidValue));
    let wrong = match error.kind() {
        ErrorKind::UnknownArgument => say("usage.unknown-flag", &[("flag", &flag)]),
        ErrorKind::InvalidSubcommand => {
            say("usage.unknown-command", &[("command", &value(ContextKind::InvalidSubcommand))])
        }
        ErrorKind::InvalidValue if given.is_empty() => say("usage.value-missing", &[("flag", &flag)]),
        ErrorKind::InvalidValue => {
            let values = value(ContextKind::ValidValue);
            let reason = if values.is_empty() { values } else { say("usage.value-known", &[("known", &values)]) };
            say("usage.value-wrong", &[("flag", &flag), ("value", &given), ("reason", &reason)])
        }
        ErrorKind::ValueValidation => {
            let reason =
                std::error::Error::source(error).map(|reason| say("usage.value-reason", &[("reason", &reason)]));
            let reason = reason.unwrap_or_default();
            say("usage.value-wrong", &[("flag", &flag), ("value", &given), ("reason", &reason)])
        }
        ErrorKind::MissingRequiredArgument => say("usage.missing", &[("what", &flag)]),
        ErrorKind::TooManyValues => say("usage.too-many", &[("value", &given)]),
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => say("usage.value-missing", &[("flag", &flag)]),
        ErrorKind::ArgumentConflict => match value(ContextKind::PriorArg) {
            other if other == flag => say("usage.twice", &[("flag", &flag)]),
            other => say("usage.conflict", &[("flag", &flag), ("other", &other)]),
        },
        _ => say("usage.other", &[]),
    };
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    // Of several the last one is the most similar.
    let nearest = |kind: &ContextKind| match error.get(*kind)? {
        ContextValue::Strings(all) => all.last().cloned(),
        other => Some(other.to_string()),
    };
    let suggested = suggested.iter().find_map(nearest);
    let suggestion = suggested.map(|words| format!("; {}", say("usage.suggestion", &[("suggestion", &words)])));
    format!("{}: {wrong}{} ({})", say("usage.error", &[]), suggestion.unwrap_or_default(), say("usage.more", &[]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn walk(command: &Command, path: &str, used: &mut BTreeSet<String>) {
        let name = if path.is_empty() { "lalin" } else { path };
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty(), "commands.{name}");
        used.insert(format!("commands.{name}"));
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{path} {}", arg.get_id());
            let flag = arg.get_id().as_str().replace('_', "-");
            let own = format!("flags.{path}-{flag}");
            used.insert(if known(&own).is_some() { own } else { format!("flags.{flag}") });
        }
        for sub in command.get_subcommands() {
            let name = sub.get_name();
            walk(sub, &if path.is_empty() { name.to_owned() } else { format!("{path}-{name}") }, used);
        }
    }

    #[test]
    fn every_command_and_flag_has_words_and_no_words_are_of_nothing() {
        let mut used = BTreeSet::new();
        walk(&command(), "", &mut used);
        let file = include_str!("../texts/en.toml");
        let mut section = "";
        for line in file.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
            } else if let Some((key, _)) = line.split_once(" = ").filter(|_| matches!(section, "commands" | "flags")) {
                assert!(used.contains(&format!("{section}.{key}")), "{section}.{key}");
            }
        }
    }

    #[test]
    fn clap_has_no_complaint() {
        command().debug_assert();
    }

    #[test]
    fn what_is_wrong_is_named() {
        let said = |line: &str| {
            let words = line.split(' ').map(std::ffi::OsString::from);
            problem(&parse(words).err().unwrap())
        };
        assert_eq!(
            said("lalin serve --liste x"),
            "error: there is no --liste here; did you mean --listen? (more by --help)"
        );
        let misspelt = said("lalin srve");
        assert!(misspelt.contains("there is no command srve; did you mean serve?"), "{misspelt}");
        assert!(
            said("lalin demo --interfaces 0").contains("--interfaces <N>: \"0\" cannot be used: 0 is not in 1..=5000")
        );
        assert!(said("lalin user add").contains("missing: <NAME>"), "{}", said("lalin user add"));
        assert!(said("lalin status --lang fr").contains("\"fr\" cannot be used; it can be id, en"));
        assert!(said("lalin serve --listen").contains("--listen <ADDR:PORT> needs a value"));
    }
}
