//! What is drawn, kept up to date: goes over the cells of a lens again and again, as far as each tick allows.
//!
//! A few pages are read at every tick. Many are read again only when the process seems to have done something, and
//! seldom otherwise; very many are not told by kind any more, only whether they are present.

use super::cells::{Cells, Drawing};
use super::files::Files;
use super::lens::Lens;
use super::meter::Meter;
use super::pages::{Abilities, Counter, Detail, PIECE, Pass};
use super::vmas::Vmas;
use crate::mem::PageSize;
use crate::observe::ObserveError;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most pages that are told by kind: reading them takes some hundredths of a second.
const KINDS: u64 = 1 << 20;
/// How long many pages are believed to be as they were while the process seems to do nothing.
const BELIEVED: Duration = Duration::from_secs(15);

/// The cells of one lens at a time.
#[derive(Debug)]
pub struct Look {
    page: PageSize,
    counter: Counter,
    drawing: Option<Drawing>,
    covered: Option<Arc<Vmas>>,
    pass: Option<Pass>,
    /// When the pass before this one began.
    began: Option<Instant>,
    /// Whether the process did something since then.
    stirred: bool,
    pool: Pool,
}

impl Look {
    /// Sees nothing yet.
    pub fn new(page: PageSize, abilities: Abilities) -> Self {
        Self {
            page,
            counter: Counter::new(page, abilities),
            drawing: None,
            covered: None,
            pass: None,
            began: None,
            stirred: false,
            pool: Pool::default(),
        }
    }

    /// Forgets what was seen: it is another program now, or all is to be read anew.
    pub fn forget(&mut self) {
        self.drawing = None;
        self.covered = None;
    }

    /// The process has so many bytes of page tables: it is not asked about more at once than that makes cheap.
    pub fn with_tables(&mut self, bytes: u64) {
        self.counter.with_tables(bytes);
    }

    /// Reads as much as the tick allows, and gives the cells as they are known then: the same `Arc` as before where
    /// nothing has changed. `stirred` says whether the process seems to have done something since the last time.
    pub fn through(
        &mut self,
        lens: Lens,
        vmas: &Arc<Vmas>,
        stirred: bool,
        files: &mut Files,
        meter: &mut Meter,
    ) -> Result<Arc<Cells>, ObserveError> {
        self.stirred |= stirred;
        let mut drawing = self.prepare(lens, vmas);
        let read = self.go_on(&mut drawing, vmas, files, meter);
        let cells = read.map(|()| {
            let progress = (drawing.done() * 1000 / drawing.cells().len().max(1)) as u32;
            let huge = self.tells_huge(&drawing);
            self.pool.show(&mut drawing, progress, huge)
        });
        self.drawing = Some(drawing);
        cells
    }

    fn prepare(&mut self, lens: Lens, vmas: &Arc<Vmas>) -> Drawing {
        let mut drawing = match self.drawing.take() {
            Some(drawing) if *drawing.lens() == lens => drawing,
            before => self.take(lens, before),
        };
        if !self
            .covered
            .as_ref()
            .is_some_and(|covered| Arc::ptr_eq(covered, vmas))
        {
            drawing.cover(vmas);
            self.covered = Some(Arc::clone(vmas));
            self.stirred = true;
        }
        drawing
    }

    /// The cells of another lens. Where they are those of the one before, reading goes on where it was.
    fn take(&mut self, lens: Lens, before: Option<Drawing>) -> Drawing {
        self.covered = None;
        let pass = self.pass.take();
        let Some(mut drawing) = before else {
            return Drawing::new(lens, self.page);
        };
        let goes_on = lens.has_cells_of(drawing.lens());
        drawing.look_through(lens);
        let pass = pass.filter(|_| goes_on);
        self.pass = pass.and_then(|pass| Counter::resume(&pass, &mut drawing));
        drawing
    }

    fn tells_huge(&self, drawing: &Drawing) -> bool {
        let few = drawing
            .lens()
            .drawn()
            .is_none_or(|drawn| self.page.pages(drawn.length()) <= PIECE);
        self.counter.abilities().scan && (few || detail(drawing) == Detail::Presence)
    }

    fn is_due(&self, drawing: &Drawing) -> bool {
        let few = drawing.mapped() <= PIECE;
        drawing.done() < drawing.cells().len()
            || few
            || self.stirred
            || self.began.is_none_or(|began| began.elapsed() >= BELIEVED)
    }

    fn go_on(
        &mut self,
        drawing: &mut Drawing,
        vmas: &Vmas,
        files: &mut Files,
        meter: &mut Meter,
    ) -> Result<(), ObserveError> {
        if self.pass.is_none() && self.is_due(drawing) {
            self.began = Some(Instant::now());
            self.stirred = false;
            self.pass = Counter::begin(drawing, detail(drawing));
        }
        if let Some(pass) = &mut self.pass
            && self.counter.go_on(pass, drawing, vmas, files, meter)?
        {
            self.pass = None;
        }
        Ok(())
    }
}

fn detail(drawing: &Drawing) -> Detail {
    if drawing.mapped() > KINDS {
        Detail::Presence
    } else {
        Detail::Kinds
    }
}

/// Cells that were shown, to be filled again when nobody looks at them any more.
#[derive(Debug, Default)]
struct Pool {
    shown: Option<Arc<Cells>>,
    spare: Vec<Arc<Cells>>,
}

/// How many are kept: one is shown, one is on its way, one is drawn.
const SPARE: usize = 3;

impl Pool {
    fn show(&mut self, drawing: &mut Drawing, progress: u32, huge: bool) -> Arc<Cells> {
        let changed = drawing.take_changed();
        if let Some(shown) = &self.shown
            && !changed
            && (shown.progress, shown.huge) == (progress, huge)
        {
            return Arc::clone(shown);
        }
        let mut cells = self.take(*drawing.lens());
        if let Some(cells) = Arc::get_mut(&mut cells) {
            cells.lens = *drawing.lens();
            cells.progress = progress;
            cells.huge = huge;
            cells.list.clear();
            cells.list.extend_from_slice(drawing.cells());
        }
        if let Some(before) = self.shown.replace(Arc::clone(&cells))
            && self.spare.len() < SPARE
        {
            self.spare.push(before);
        }
        cells
    }

    /// Cells that nobody else has.
    fn take(&mut self, lens: Lens) -> Arc<Cells> {
        let free = self
            .spare
            .iter_mut()
            .position(|cells| Arc::get_mut(cells).is_some());
        free.map_or_else(
            || {
                Arc::new(Cells {
                    lens,
                    list: Vec::new(),
                    huge: false,
                    progress: 0,
                })
            },
            |index| self.spare.swap_remove(index),
        )
    }
}
