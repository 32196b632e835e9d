//! When smaps is read, and how far: of all files it is the dearest.

use super::seldom::Seldom;
use crate::mem::Reading;
use crate::observe::gauge::files::Files;
use crate::observe::gauge::meter::Meter;
use crate::observe::gauge::sizes::Stream;
use crate::observe::portrait::area::Areas;
use crate::watch::sample::is_other;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long smaps is believed while the process works, and while it seems to do nothing.
const BELIEVED: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(20));
/// The same when RSS has become another since.
const SOON: Duration = Duration::from_millis(500);
/// How many times dearer it is to make the process wait than to use a processor.
const STALL: u32 = 5;

/// smaps, read again and again.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    seldom: Seldom,
    /// RSS when reading began last.
    rss: u64,
    begun: Option<Begun>,
}

/// smaps, being read.
#[derive(Debug)]
struct Begun {
    stream: Stream,
    /// What it has taken so far.
    took: Duration,
    /// At an earlier tick nothing was left for it: until its end it comes before the pages, and gets a call at every tick.
    is_hungry: bool,
}

impl Sizes {
    /// It is to be read anew; what is being read is read to its end first.
    pub(super) fn hurry(&mut self) {
        self.seldom.hurry();
    }

    /// Nobody wants to know, or it is that of another program now.
    pub(super) fn stop(&mut self) {
        self.begun = None;
    }

    /// Notes whether the process did something.
    pub(super) fn stir(&mut self, stirred: bool) {
        self.seldom.stir(stirred);
    }

    /// Whether it comes before the pages.
    pub(super) fn is_hungry(&self) -> bool {
        self.begun.as_ref().is_some_and(|begun| begun.is_hungry)
    }

    /// Whether it is to be read again: what was read is old, or RSS has become another since.
    fn is_due(&self, now: Instant, rss: u64) -> bool {
        self.seldom.is_due(now, self.seldom.least(BELIEVED))
            || is_other(self.rss, rss) && self.seldom.is_urgent(now, SOON)
    }

    /// Goes on as far as the tick allows, the process having so much RSS; gives what was read, at its end.
    pub(super) fn go_on(
        &mut self,
        rss: u64,
        files: &mut Files,
        meter: &mut Meter,
    ) -> Option<Reading<Arc<Areas>>> {
        let now = Instant::now();
        if self.begun.is_none() && self.is_due(now, rss) {
            self.seldom.begin();
            self.rss = rss;
            self.begun = Some(Begun {
                stream: Stream::new(files.pid()),
                took: Duration::ZERO,
                is_hungry: false,
            });
        }
        let begun = self.begun.as_mut()?;
        if meter.is_spent() && !begun.is_hungry {
            begun.is_hungry = true;
            return None;
        }
        let read = begun.stream.go_on(files, meter);
        // While the kernel adds up one enormous VMA, the process waits with its own mappings: that is dear as well.
        begun.took = (begun.took + now.elapsed()).max(meter.longest() * STALL);
        if read == Ok(false) {
            return None;
        }
        let Begun { stream, took, .. } = self.begun.take()?;
        self.seldom.done(now, took);
        Some(match read {
            Ok(_) => areas(stream),
            Err(error) => Reading::unknown(error.to_string()),
        })
    }
}

/// What was read.
fn areas(stream: Stream) -> Reading<Arc<Areas>> {
    let areas = stream.finish();
    if areas.list().is_empty() {
        Reading::unknown("smaps is empty: the process is just ending, or becoming another program")
    } else {
        Reading::Known(Arc::new(areas))
    }
}
