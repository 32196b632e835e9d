//! The thread that reads a process for the screen of `watch`: it is told what is shown, and tells what it read.
//!
//! It sleeps by the monotonic clock between ticks and wakes at once for a new request; it ends when its handle is
//! dropped, when nobody listens any more, or after the end of the process. What is read, when, and at what cost is
//! decided by [`Gauge`].

pub mod budget;
pub mod gauge;
pub mod seldom;
mod sizes;

pub use gauge::{Gauge, Ways};

use crate::mem::{Pid, error_text};
use crate::observe::ObserveError;
use crate::watch::{Request, Sample};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The least time from one tick to the next, however many requests come.
const LEAST: Duration = Duration::from_millis(8);

/// A thread that reads. It ends with this handle.
#[derive(Debug)]
pub struct Sampler {
    requests: Option<Sender<Option<Request>>>,
    thread: Option<JoinHandle<()>>,
}

impl Sampler {
    /// Starts to read a process. `tell` is called with every sample, on the thread that reads; it says whether anybody
    /// still listens.
    ///
    /// # Errors
    /// When there is no such process to be read, or no thread to be had.
    pub fn start(
        pid: Pid,
        tell: impl FnMut(Sample) -> bool + Send + 'static,
    ) -> Result<Self, ObserveError> {
        let gauge = Gauge::open(pid, Ways::default())?;
        let (requests, requested) = channel();
        let thread = std::thread::Builder::new().name("sampler".into());
        let spawned = thread.spawn(move || read(gauge, &requested, tell));
        let failed = |error: io::Error| ObserveError::Unreadable {
            file: format!("/proc/{pid}"),
            why: format!("no thread can be started for it: {}", error_text(&error)),
        };
        Ok(Self {
            requests: Some(requests),
            thread: Some(spawned.map_err(failed)?),
        })
    }

    /// Says what is on the screen now; `None` when nothing is to be read until something is asked again.
    pub fn ask(&self, request: impl Into<Option<Request>>) {
        if let Some(requests) = &self.requests {
            // It may have ended with the process: then there is nothing to be read.
            let _ = requests.send(request.into());
        }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic of it was told by the hook.
            let _ = thread.join();
        }
    }
}

/// Reads until nobody wants to know more.
fn read(
    mut gauge: Gauge,
    requested: &Receiver<Option<Request>>,
    mut tell: impl FnMut(Sample) -> bool,
) {
    // Until the screen has said what it shows, only counters are read.
    let mut request = Request::default();
    loop {
        let since = Instant::now();
        let sample = gauge.tick(&request);
        let pause = sample.cost.pause;
        if !tell(sample) || gauge.has_ended() {
            return;
        }
        let mut wish = match requested.recv_timeout(pause) {
            Ok(new) => {
                std::thread::sleep(LEAST.saturating_sub(since.elapsed()));
                new
            }
            Err(RecvTimeoutError::Timeout) => Some(request),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        // Those that came meanwhile are old already, but for the last.
        if let Some(newest) = requested.try_iter().last() {
            wish = newest;
        }
        request = loop {
            match wish {
                Some(request) => break request,
                // Paused: nothing is done until something is asked again.
                None => match requested.recv() {
                    Ok(new) => wish = new,
                    Err(_) => return,
                },
            }
        };
    }
}
