//! All that is known of the page under the cursor, and of the mapping it lies in: every value with what it means and
//! the file and field it was read from.
//!
//! Read proc(5), and `Documentation/filesystems/proc.rst` for smaps.

pub(super) mod mapping;

use super::canvas::Canvas;
use super::text::{pad, wrap};
use super::theme::Palette;
use super::{hexdump, overlay};
use crate::app::explorer::cursor::{self, Cursor};
use crate::app::explorer::dump::{Sight, sight};
use crate::app::scene::Scene;
use crate::app::take::Take;
use crate::mem::{Addr, Bytes, PageState, Reading};
use crate::observe::{Mapping, Snapshot};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Cells of the column of names.
const COLUMN: usize = 16;

/// Rows of bytes that stand before the mapping; where there are more, all of them stand at the end.
const FIRST_ROWS: usize = 12;

/// Where the bytes come from.
const ASKED: &str = "asked of the process: to read a present page costs it no fault";

/// Draws what is known, scrolled by `offset` rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take, offset: u16) {
    let inner = overlay::frame(
        canvas,
        area,
        (100, 60),
        "the page, and the mapping it lies in",
    );
    let lines = lines(take, usize::from(inner.width), canvas.palette);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn lines(take: &Take, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let cursor = take.cursor();
    let found = cursor.zip(Scene::of(take)).and_then(|(cursor, scene)| {
        let snapshot = scene.now(cursor.process)?;
        let (mapping, size) = cursor::mapping(&scene, cursor)?;
        Some((cursor, snapshot, mapping, size))
    });
    let Some((cursor, snapshot, mapping, size)) = found else {
        let text = "No page is chosen: it is no longer mapped in this moment.";
        return wrap(&[(text, palette.text())], width, 0);
    };
    let mut sheet = Sheet::new(width, palette);
    page(&mut sheet, take, cursor, (snapshot, mapping, size));
    let rest = bytes(&mut sheet, take, cursor);
    mapping::maps(&mut sheet, snapshot.pid, &mapping.vma);
    mapping::smaps(&mut sheet, snapshot, mapping);
    if let Some(all) = rest {
        sheet.head("All its bytes", ASKED);
        sheet.lines.extend(all);
    }
    sheet.lines
}

/// Rows of a name, a value and its meaning.
pub(super) struct Sheet {
    pub(super) lines: Vec<Line<'static>>,
    width: usize,
    palette: Palette,
}

impl Sheet {
    /// An empty one of so many cells.
    pub(super) fn new(width: usize, palette: Palette) -> Self {
        Self {
            lines: Vec::new(),
            width,
            palette,
        }
    }

    pub(super) fn head(&mut self, title: &str, source: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::from(vec![
            Span::styled(title.to_owned(), self.palette.heading()),
            Span::styled(format!("  {source}"), self.palette.dim()),
        ]));
    }

    pub(super) fn row(&mut self, name: &str, value: &str, meaning: &str) {
        let name = pad(name, COLUMN);
        let value = if meaning.is_empty() {
            value.to_owned()
        } else {
            format!("{value}  ")
        };
        let runs = [
            (name.as_str(), self.palette.dim()),
            (value.as_str(), self.palette.code()),
            (meaning, self.palette.text()),
        ];
        self.lines.extend(wrap(&runs, self.width, COLUMN));
    }
}

/// The page itself.
fn page(
    sheet: &mut Sheet,
    take: &Take,
    cursor: Cursor,
    (snapshot, mapping, size): (&Snapshot, &Mapping, u64),
) {
    let index = (cursor.address.0 - mapping.vma.range.start.0) / size.max(1);
    let pagemap = format!("/proc/{}/pagemap", snapshot.pid);
    sheet.head(&format!("Page {index} in {}", cursor.process), &pagemap);
    let last = Addr(cursor.address.0 + (size - 1));
    sheet.row(
        "address",
        &cursor.address.to_string(),
        &format!(
            "to {last}: {}, one entry of 8 bytes in pagemap",
            Bytes(size)
        ),
    );
    let state = state(mapping, index);
    sheet.row("state", state.words(), meaning(state));
    sheet.row("since", &since(take, cursor), "");
    match frame(mapping, index) {
        Reading::Known(0) => sheet.row("frame", "none", "no memory stands behind it now"),
        Reading::Known(frame) => sheet.row(
            "frame",
            &format!("{frame:#x}"),
            "the number of the page of physical memory (bits 0 to 54)",
        ),
        Reading::Unknown(why) => sheet.row("frame", "?", &why),
    }
}

/// The bytes of the page, or why there are none; gives them all when they are many.
fn bytes(sheet: &mut Sheet, take: &Take, cursor: Cursor) -> Option<Vec<Line<'static>>> {
    sheet.head("Its bytes", ASKED);
    let contents = match sight(take, cursor) {
        Sight::Bytes(contents) => contents,
        Sight::Refused(why) => {
            sheet.row("not shown", "", why);
            return None;
        }
        Sight::Waiting => {
            sheet.row(
                "not shown",
                "",
                "the process is asked when its line has ended",
            );
            return None;
        }
        Sight::Past => {
            let why = "nobody looked at this page at that moment, and what it held then is gone";
            sheet.row("not shown", "", why);
            return None;
        }
    };
    if contents.faults.total() > 0 {
        let told = format!(
            "the kernel had taken the page away: to read it cost {}",
            contents.faults
        );
        sheet.row("note", "", &told);
    }
    let rows = hexdump::rows(&contents.bytes, sheet.palette);
    let more = rows.len().saturating_sub(FIRST_ROWS);
    sheet.lines.extend(rows.iter().take(FIRST_ROWS).cloned());
    if more == 0 {
        return None;
    }
    sheet.row(
        "",
        "",
        &format!("{more} more rows: G, at the end of this page"),
    );
    Some(rows)
}

fn state(mapping: &Mapping, index: u64) -> PageState {
    let pages = mapping.pages.known();
    pages.map_or(PageState::Unknown, |pages| pages.state(index))
}

fn frame(mapping: &Mapping, index: u64) -> Reading<u64> {
    match mapping.pages.as_ref() {
        Reading::Known(pages) => pages
            .frames
            .as_ref()
            .map(|frames| frames.get(index as usize).copied().unwrap_or(0)),
        Reading::Unknown(why) => Reading::Unknown(why),
    }
}

/// What the next access will meet.
fn meaning(state: PageState) -> &'static str {
    match state {
        PageState::Absent => "there is no page yet: the next access faults (bit 63 is clear)",
        PageState::Zero => "reads give zeros; the first write gets a page of its own",
        PageState::Private => "anonymous memory, of this process alone (bits 63 and 56)",
        PageState::Shared => {
            "one frame for several processes: whoever writes first gets a copy (bit 63, not 56)"
        }
        PageState::File => "the page cache's own page, mapped here only (bits 63, 61 and 56)",
        PageState::FileShared => {
            "the page cache's own page, mapped more than once (bits 63 and 61)"
        }
        PageState::Shmem => "shared memory, mapped here only (bits 63, 61 and 56)",
        PageState::ShmemShared => "shared memory, mapped more than once (bits 63 and 61)",
        PageState::Swapped => "the next access is a major fault (bit 62)",
        PageState::Guard => "any access is a SIGSEGV (bit 58)",
        PageState::ZeroOrShared | PageState::Unknown => "",
    }
}

/// The line that gave the page the state it has.
fn since(take: &Take, cursor: Cursor) -> String {
    let timeline = &take.timeline;
    match timeline.since(take.shown(), cursor.process, cursor.address) {
        Reading::Known(index) => match timeline.line(index) {
            Some(line) => format!("line {index}, {}: {}", line.actor(), line.code),
            None => "before the first line".to_owned(),
        },
        Reading::Unknown(why) => format!("? {why}"),
    }
}
