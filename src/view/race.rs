//! A race as a picture: a bar for each contestant up to its median, a whisker over the middle half of its rounds, and
//! the sentence that says who won.
//!
//! ```text
//! mmap ████████████▌──           1.9 ms
//! read ███████████████████████── 3.4 ms
//! mmap 1.9 ms, read 3.4 ms a round (medians of 9): mmap took 0.56 of read's time
//! ```

use super::text::{fit, pad, wrap};
use super::theme::Palette;
use crate::session::Race;
use ratatui::text::{Line, Span};

/// The widest a bar gets.
const WIDEST: usize = 60;
/// The longest name that is shown whole.
const NAME: usize = 16;

/// The lines of a race, for a place `width` columns wide.
pub(super) fn lines(race: &Race, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let names = race.contestants.iter().map(|one| one.name.len());
    let name = names.max().unwrap_or(0).min(NAME);
    let time = 8;
    let bar = width.saturating_sub(name + time + 2).min(WIDEST);
    let rows = race.contestants.iter().zip(race.bars());
    let mut lines: Vec<Line<'static>> = rows
        .map(|(one, drawn)| {
            Line::from(vec![
                Span::styled(pad(&fit(&one.name, name), name + 1), palette.accent()),
                Span::styled(drawn.text(bar), palette.changed()),
                Span::styled(format!(" {}", one.median()), palette.text()),
            ])
        })
        .collect();
    let mut sentence = race.sentence();
    if race.is_logarithmic() {
        sentence += " (the bars are on a logarithmic scale)";
    }
    lines.extend(wrap(&[(&sentence, palette.heading())], width, 0));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Faults, Nanos};
    use crate::session::race::{Contestant, Round};

    #[test]
    fn the_longest_bar_is_the_slowest_contestant() {
        let contestant = |name: &str, ns| Contestant {
            name: name.to_owned(),
            code: String::new(),
            rounds: vec![
                Round {
                    elapsed: Nanos(ns),
                    faults: Faults::default(),
                };
                3
            ],
        };
        let race = Race {
            contestants: vec![contestant("mmap", 1_000), contestant("read", 2_000)],
            stopped: None,
        };
        let lines = lines(&race, 34, Palette::of(crate::app::Theme::Dark));
        let text: Vec<String> = lines.iter().map(Line::to_string).collect();
        assert_eq!(text[0], "mmap ██████████           1.0 us");
        assert_eq!(text[1], "read ████████████████████ 2.0 us");
        assert!(text[2].starts_with("mmap 1.0 us, read 2.0 us"), "{text:?}");
    }
}
