//! What the terminal can show.

use ratatui::style::{Color, Style};

/// What the terminal can show. Colour only repeats what words and places say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub(super) down: Style,
    pub(super) up: Style,
    /// Only ASCII.
    pub(super) plain: bool,
}

impl Look {
    /// By the terminal's name, `NO_COLOR`, and whether its language is written in UTF-8.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let without = ["dumb", "vt100", "vt102", "vt220", "xterm-mono", "ansi-mono"];
        let mono = set("NO_COLOR").is_some() || set("TERM").is_none_or(|term| without.contains(&&*term));
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default();
        let locale = locale.to_lowercase().replace('-', "");
        let plain = !cfg!(windows) && !locale.contains("utf8");
        let colour = |colour| if mono { Style::new() } else { Style::new().fg(colour) };
        Self { down: colour(Color::Cyan), up: colour(Color::Yellow), plain }
    }
}
