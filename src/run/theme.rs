//! Which colours to use: what was asked for, else what the environment tells.

use crate::app::Theme;
use crate::cli;
use std::env;

/// The theme for the words of the command line.
pub(super) fn chosen(asked: cli::Theme) -> Theme {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match asked {
        cli::Theme::Dark => Theme::Dark,
        cli::Theme::Light => Theme::Light,
        cli::Theme::Mono => Theme::Mono,
        cli::Theme::Auto if is_set("NO_COLOR") => Theme::Mono,
        cli::Theme::Auto => background(env::var("COLORFGBG").ok().as_deref()),
    }
}

/// The theme for the background that `COLORFGBG` names: its last number is the background's colour, of which 7 and 9
/// to 15 are light.
fn background(colours: Option<&str>) -> Theme {
    let number = colours.and_then(|colours| colours.rsplit(';').next()?.parse().ok());
    match number {
        Some(7 | 9..=15) => Theme::Light,
        _ => Theme::Dark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_is_read_where_the_terminal_tells_it() {
        assert_eq!(background(Some("0;15")), Theme::Light);
        assert_eq!(background(Some("15;default;0")), Theme::Dark);
        assert_eq!(background(Some("nonsense")), Theme::Dark);
        assert_eq!(background(None), Theme::Dark);
    }
}
