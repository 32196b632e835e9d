//! What arrives at a terminal is what was drawn; how many bytes that takes is counted in `tests/frames.rs`.

use super::*;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::{Terminal, TerminalOptions, Viewport};

const AREA: Rect = Rect::new(0, 0, 24, 5);

fn terminal() -> Terminal<Ink<Vec<u8>>> {
    let viewport = Viewport::Fixed(AREA);
    Terminal::with_options(Ink::new(Vec::new()), TerminalOptions { viewport }).unwrap()
}

/// Text at a place.
type Word = (u16, u16, &'static str, Style);

fn draw(terminal: &mut Terminal<Ink<Vec<u8>>>, words: &[Word]) -> Buffer {
    let mut drawn = Buffer::empty(AREA);
    for (x, y, text, style) in words {
        drawn.set_string(*x, *y, text, *style);
    }
    let frame = drawn.clone();
    terminal
        .draw(|into| *into.buffer_mut() = frame.clone())
        .unwrap();
    drawn
}

/// The bytes of one cell after another, each a frame's.
fn written(cells: &[(u16, u16, &'static str, Style)]) -> String {
    let mut ink = Ink::new(Vec::new());
    let cells: Vec<(u16, u16, Cell)> = cells
        .iter()
        .map(|(x, y, text, style)| {
            let mut cell = Cell::new(text);
            cell.set_style(*style);
            (*x, *y, cell)
        })
        .collect();
    ink.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell)))
        .unwrap();
    ink.flush().unwrap();
    String::from_utf8(ink.out).unwrap().replace('\x1b', "^")
}

#[test]
fn cells_become_the_fewest_bytes() {
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let red = plain.fg(Color::Indexed(209));
    let tile = bold.fg(Color::Indexed(16)).bg(Color::Indexed(214));
    let table: [(&[Word], &str); 9] = [
        (&[(0, 0, "a", plain), (1, 0, "b", plain)], "^[1;1Hab"),
        (&[(0, 0, "a", plain), (3, 0, "b", plain)], "^[1;1Ha^[4Gb"),
        (&[(0, 0, "宽", plain), (2, 0, "b", plain)], "^[1;1H宽^[3Gb"),
        (&[(0, 0, "a", plain), (0, 1, "b", plain)], "^[1;1Ha^[2;1Hb"),
        (
            &[(0, 0, "a", red), (1, 0, "b", red)],
            "^[1;1H^[38;5;209mab^[m",
        ),
        (
            &[(0, 0, "a", red), (1, 0, "b", bold)],
            "^[1;1H^[38;5;209ma^[1;39mb^[m",
        ),
        (
            &[(0, 0, "a", bold), (1, 0, "b", red)],
            "^[1;1H^[1ma^[0;38;5;209mb^[m",
        ),
        (&[(0, 0, "a", bold), (1, 0, "b", plain)], "^[1;1H^[1ma^[mb"),
        (
            &[(199, 59, "■", tile)],
            "^[60;200H^[1;38;5;16;48;5;214m■^[m",
        ),
    ];
    for (cells, bytes) in table {
        assert_eq!(written(cells), bytes);
    }
}

#[test]
fn a_cursor_is_hidden_once_and_again_after_the_screen_was_somebody_elses() {
    let mut ink = Ink::new(Vec::new());
    for _ in 0..3 {
        ink.hide_cursor().unwrap();
    }
    ink.clear().unwrap();
    ink.hide_cursor().unwrap();
    ink.hide_cursor().unwrap();
    ink.flush().unwrap();
    assert_eq!(ink.out, b"\x1b[?25l\x1b[2J\x1b[?25l");
}

#[test]
fn a_long_frame_asks_to_be_shown_whole_and_a_short_one_does_not() {
    for (rows, asks) in [(1, false), (200, true)] {
        let mut ink = Ink::new(Vec::new());
        let cell = Cell::new("x");
        let cells = (0..rows).flat_map(|y| (0..80).map(move |x| (x, y)));
        ink.draw(cells.map(|(x, y)| (x, y, &cell))).unwrap();
        ink.flush().unwrap();
        assert_eq!(ink.out.starts_with(HOLD_BACK), asks);
        assert_eq!(ink.out.ends_with(SHOW), asks);
        assert_eq!(ink.frame, HOLD_BACK, "the next frame starts with nothing");
    }
}

#[test]
fn a_frame_that_could_not_be_written_is_not_written_later() {
    /// A terminal that is gone.
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }
    let mut ink = Ink::new(Gone);
    ink.show_cursor().unwrap();
    assert!(ink.flush().is_err());
    assert_eq!(ink.frame, HOLD_BACK);
}

fn colours() -> impl Strategy<Value = Color> {
    prop_oneof![
        Just(Color::Reset),
        any::<u8>().prop_map(Color::Indexed),
        any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
    ]
}

fn styles() -> impl Strategy<Value = Style> {
    let shown = Modifier::BOLD
        | Modifier::DIM
        | Modifier::ITALIC
        | Modifier::UNDERLINED
        | Modifier::REVERSED;
    (colours(), colours(), any::<u16>()).prop_map(move |(fg, bg, bits)| {
        let mut modifier = Modifier::from_bits_truncate(bits) & shown;
        if modifier.contains(Modifier::BOLD) {
            // The terminal of this test has one strength of its letters.
            modifier -= Modifier::DIM;
        }
        Style::reset().fg(fg).bg(bg).add_modifier(modifier)
    })
}

fn pictures() -> impl Strategy<Value = Vec<Word>> {
    let texts = prop::sample::select(vec!["a", "  ", "page 3", "■■", "é", "x  y"]);
    prop::collection::vec((0..AREA.width, 0..AREA.height, texts, styles()), 0..12)
}

fn colour_of(colour: Color) -> vt100::Color {
    match colour {
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        _ => vt100::Color::Default,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_arrives_is_what_was_drawn(pictures in prop::collection::vec(pictures(), 1..5)) {
        let mut terminal = terminal();
        let mut screen = vt100::Parser::new(AREA.height, AREA.width, 0);
        for picture in &pictures {
            let drawn = draw(&mut terminal, picture);
            let bytes = std::mem::take(&mut terminal.backend_mut().out);
            screen.process(&bytes);
            for at in AREA.positions() {
                let (cell, seen) = (&drawn[at], screen.screen().cell(at.y, at.x).unwrap());
                let text = if seen.has_contents() { seen.contents() } else { " " };
                prop_assert_eq!(text, cell.symbol(), "at {}", at);
                prop_assert_eq!(seen.bgcolor(), colour_of(cell.bg), "at {}", at);
                prop_assert_eq!(seen.fgcolor(), colour_of(cell.fg), "at {}", at);
                let attributes = [
                    (seen.bold(), Modifier::BOLD),
                    (seen.dim(), Modifier::DIM),
                    (seen.italic(), Modifier::ITALIC),
                    (seen.underline(), Modifier::UNDERLINED),
                    (seen.inverse(), Modifier::REVERSED),
                ];
                for (on, modifier) in attributes {
                    prop_assert_eq!(on, cell.modifier.contains(modifier), "{:?} at {}", modifier, at);
                }
            }
        }
    }
}
