//! Changed cells as bytes for the terminal: as few as say the same, and all of a frame in one `write(2)`.
//!
//! ratatui's own backend names both colours whenever one changes, ends each frame with four resets and a hidden cursor,
//! and flushes in the middle of a frame. A terminal far away (ssh) shows a frame cut in two as a flicker, and every byte
//! costs there. The bytes are those of `console_codes(4)`: CUP, CHA, SGR, ED.

use crossterm::terminal::{size, window_size};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use std::io::{Error, ErrorKind, Result, Write};

/// A frame longer than this asks the terminal to show it only when it is whole (mode 2026): a terminal takes in a few
/// KiB at once, and those that do not know the mode ignore it.
const PIECE: usize = 4096;
const HOLD_BACK: &[u8] = b"\x1b[?2026h";
const SHOW: &[u8] = b"\x1b[?2026l";

/// The backend of the terminal program.
#[derive(Debug)]
pub struct Ink<W> {
    out: W,
    /// What the frame has come to so far, after room for [`HOLD_BACK`].
    frame: Vec<u8>,
    /// Whether the cursor is on the screen; `None` where nobody knows.
    cursor: Option<bool>,
}

impl<W: Write> Ink<W> {
    /// A backend that writes to `out`, once a frame: `out` needs no buffer.
    pub fn new(out: W) -> Self {
        Self {
            out,
            frame: HOLD_BACK.to_vec(),
            cursor: None,
        }
    }

    /// What the frames are written to.
    pub fn out(&self) -> &W {
        &self.out
    }

    fn show(&mut self, wanted: bool) {
        if self.cursor != Some(wanted) {
            let code: &[u8] = if wanted { b"\x1b[?25h" } else { b"\x1b[?25l" };
            self.frame.extend_from_slice(code);
            self.cursor = Some(wanted);
        }
    }
}

impl<W: Write> Backend for Ink<W> {
    type Error = Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let plain = Look::of(&Cell::EMPTY);
        let (mut look, mut cursor) = (plain, None);
        for (x, y, cell) in content {
            move_to(&mut self.frame, cursor, Position { x, y })?;
            let wanted = Look::of(cell);
            look.change(wanted, &mut self.frame)?;
            look = wanted;
            self.frame.extend_from_slice(cell.symbol().as_bytes());
            // Behind a wide character this is not where the cursor is; ratatui gives no cell there either.
            cursor = Some(Position { x: x + 1, y });
        }
        look.change(plain, &mut self.frame)
    }

    fn hide_cursor(&mut self) -> Result<()> {
        self.show(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<()> {
        self.show(true);
        Ok(())
    }

    /// Refused: the terminal's answer would come as keys, to the thread that reads those.
    fn get_cursor_position(&mut self) -> Result<Position> {
        Err(ErrorKind::Unsupported.into())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<()> {
        move_to(&mut self.frame, None, position.into())
    }

    fn clear(&mut self) -> Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> Result<()> {
        let code: &[u8] = match region {
            ClearType::All => {
                // Whoever had the terminal meanwhile may have shown it.
                self.cursor = None;
                b"\x1b[2J"
            }
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        };
        self.frame.extend_from_slice(code);
        Ok(())
    }

    fn size(&self) -> Result<Size> {
        let (width, height) = size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> Result<WindowSize> {
        let window = window_size()?;
        Ok(WindowSize {
            columns_rows: Size::new(window.columns, window.rows),
            pixels: Size::new(window.width, window.height),
        })
    }

    /// Writes the frame; nothing where nothing changed.
    fn flush(&mut self) -> Result<()> {
        let room = HOLD_BACK.len();
        let written = match self.frame.len() - room {
            0 => Ok(()),
            1..=PIECE => self.out.write_all(&self.frame[room..]),
            _ => {
                self.frame.extend_from_slice(SHOW);
                self.out.write_all(&self.frame)
            }
        };
        self.frame.truncate(room);
        written.and_then(|()| self.out.flush())
    }
}

/// Moves the cursor, unless it is there. Within a row by its column, not by a distance: terminals differ in how wide
/// they draw some characters.
fn move_to(frame: &mut Vec<u8>, from: Option<Position>, to: Position) -> Result<()> {
    match from {
        Some(from) if from == to => Ok(()),
        Some(from) if from.y == to.y => write!(frame, "\x1b[{}G", to.x + 1),
        _ => write!(frame, "\x1b[{};{}H", to.y + 1, to.x + 1),
    }
}

/// How a cell looks. Colours of underlines are not among it: nothing here has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// The parameter of SGR that switches an attribute on.
const ATTRIBUTES: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

impl Look {
    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// Writes the one SGR that makes this look another; none where they are the same.
    fn change(self, to: Self, frame: &mut Vec<u8>) -> Result<()> {
        if self == to {
            return Ok(());
        }
        let plain = Self::of(&Cell::EMPTY);
        if to == plain {
            frame.extend_from_slice(b"\x1b[m");
            return Ok(());
        }
        // Attributes are taken off all at once: taken off alone, bold takes dim along.
        let reset = !to.modifier.contains(self.modifier);
        let from = if reset { plain } else { self };
        frame.extend_from_slice(if reset { b"\x1b[0;" } else { b"\x1b[" });
        for (modifier, parameter) in ATTRIBUTES {
            if (to.modifier - from.modifier).contains(modifier) {
                write!(frame, "{parameter};")?;
            }
        }
        if to.fg != from.fg {
            colour(frame, to.fg, 30)?;
        }
        if to.bg != from.bg {
            colour(frame, to.bg, 40)?;
        }
        if let Some(separator) = frame.last_mut() {
            *separator = b'm';
        }
        Ok(())
    }
}

/// A colour as parameters of SGR, each with its separator; `base` is 30 for the text and 40 for what is behind it.
fn colour(frame: &mut Vec<u8>, colour: Color, base: u8) -> Result<()> {
    let index = match colour {
        Color::Reset => return write!(frame, "{};", base + 9),
        Color::Rgb(red, green, blue) => {
            return write!(frame, "{};2;{red};{green};{blue};", base + 8);
        }
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    write!(frame, "{};5;{index};", base + 8)
}

#[cfg(test)]
mod tests;
