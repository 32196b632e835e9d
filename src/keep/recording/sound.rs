//! Whether what a recording says can be shown at all: every place is one that its lesson has, every range and count is one
//! that can be added to others, and no text steers the terminal.
//!
//! The checksums are right where somebody wanted them to be; this is for what they cannot know.

use super::Header;
use crate::lesson::visible::{visible, visible_line};
use crate::lesson::{Lesson, Part};
use crate::mem::{Act, Backing, Faults, Nanos, Outcome, Reading, Vma};
use crate::observe::{Change, Mapping, Place, Snapshot};
use crate::session::race::Race;
use crate::session::{Expected, Graded, Moment, Position, Ran, Report, Script, Verdict};
use std::path::PathBuf;

/// The largest count of anything: sums of some thousands of such still fit into 64 bits.
const MOST: u64 = 1 << 48;

/// What is not sound.
type Unsound = &'static str;

/// Says what is wrong, unless nothing is.
fn ensure(holds: bool, otherwise: Unsound) -> Result<(), Unsound> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// What tells of the whole, fit to be shown.
pub(super) fn header(header: Header) -> Result<Header, Unsound> {
    ensure(header.lines <= MOST, "a number is too large")?;
    let mut machine = header.machine;
    line(&mut machine.kernel);
    line(&mut machine.file_system);
    machine.scratch = PathBuf::from(visible_line(&machine.scratch.to_string_lossy()));
    let offers = &mut machine.offers;
    for offer in [
        &mut offers.huge_pages,
        &mut offers.thp,
        &mut offers.jit,
        &mut offers.cachestat,
    ] {
        reason(offer);
    }
    Ok(Header {
        program: visible_line(&header.program),
        date: visible_line(&header.date),
        machine,
        lesson: visible_line(&header.lesson),
        file: visible_line(&header.file),
        ..header
    })
}

/// A report that the screen of this lesson can show.
pub(super) fn report(report: Report, lesson: &Lesson) -> Result<Report, String> {
    let sound = match report {
        Report::Opened(it) => moment(it, lesson)
            .and_then(|it| ensure(it.ran.is_none(), "a start has a line").map(|()| it))
            .map(Report::Opened),
        Report::Line(it) => moment(it, lesson)
            .and_then(|it| ensure(it.ran.is_some(), "a line is missing").map(|()| it))
            .map(Report::Line),
        Report::Graded(it) => graded(it, lesson).map(Report::Graded),
        Report::Expected {
            step: number,
            expected: list,
        } => step(number, lesson).map(|()| Report::Expected {
            step: number,
            expected: list.into_iter().map(expected).collect(),
        }),
        Report::Missing {
            step: number,
            mut why,
        } => {
            why.iter_mut().for_each(line);
            step(number, lesson).map(|()| Report::Missing { step: number, why })
        }
        Report::At(it) => position(it, lesson).map(|()| Report::At(it)),
        Report::Failed(why) => Ok(Report::Failed(visible(&why).into_owned())),
        Report::Gone(mut gone) => {
            for (_, why) in &mut gone {
                line(why);
            }
            Ok(Report::Gone(gone))
        }
        other => Ok(other),
    };
    sound.map_err(str::to_owned)
}

fn step(step: usize, lesson: &Lesson) -> Result<(), Unsound> {
    ensure(
        step < lesson.steps.len(),
        "a step is named that the lesson does not have",
    )
}

fn position(position: Position, lesson: &Lesson) -> Result<(), Unsound> {
    let script = Script::of(lesson);
    let items = script.steps.get(position.step).map_or(0, Vec::len);
    ensure(
        position.step <= lesson.steps.len() && position.item <= items,
        "a place is named that the lesson does not have",
    )
}

fn graded(mut graded: Graded, lesson: &Lesson) -> Result<Graded, Unsound> {
    step(graded.step, lesson)?;
    let Some(Part::Predict(prediction)) = lesson.steps[graded.step].parts.get(graded.part) else {
        return Err("a question is answered that the lesson does not ask");
    };
    let is_choice = |choice| choice < prediction.choices.len();
    ensure(
        graded.matched.is_none_or(is_choice),
        "a choice is named that the question does not have",
    )?;
    graded.guess.iter_mut().for_each(line);
    line(&mut graded.shown);
    reason(&mut graded.answer);
    Ok(graded)
}

fn expected(mut expected: Expected) -> Expected {
    line(&mut expected.expression);
    line(&mut expected.measured);
    if let Verdict::Unknown(why) = &mut expected.verdict {
        line(why);
    }
    expected
}

fn moment(mut moment: Moment, lesson: &Lesson) -> Result<Moment, Unsound> {
    if let Some(it) = &mut moment.ran {
        ran(it, lesson)?;
    }
    moment.changes.iter_mut().try_for_each(change)?;
    moment.snapshots.iter().try_for_each(|it| snapshot(it))?;
    Ok(moment)
}

fn ran(ran: &mut Ran, lesson: &Lesson) -> Result<(), Unsound> {
    step(ran.step, lesson)?;
    ensure(
        ran.is_typed() || lesson.source.get(ran.span.clone()).is_some(),
        "a line stands where the lesson has no text",
    )?;
    let is_first = ran
        .outcomes
        .first()
        .is_none_or(|(of, _)| *of == ran.process);
    ensure(is_first, "a line ran in another process than it says")?;
    lines(&mut ran.code);
    ran.result.iter_mut().for_each(line);
    for (_, it) in &mut ran.outcomes {
        outcome(it)?;
    }
    ran.race.as_mut().map_or(Ok(()), race)
}

fn outcome(outcome: &mut Outcome) -> Result<(), Unsound> {
    use crate::mem::Ending;
    if let Ending::Interrupted(why) | Ending::Died(why) = &mut outcome.ending {
        line(why);
    }
    let totals = &outcome.totals;
    let counts = [
        totals.accesses,
        totals.calls,
        totals.elapsed.0,
        totals.median.0,
    ];
    ensure(
        counts.iter().all(|count| *count <= MOST),
        "a count is too large",
    )?;
    faults(totals.faults)?;
    outcome.acts.iter().try_for_each(|act| {
        if let Act::Access(access) = act {
            let end = access.address.checked_add(u64::from(access.length));
            ensure(end.is_some(), "an access ends behind the last address")?;
        }
        faults(act.faults())?;
        elapsed(act.elapsed())
    })
}

fn race(race: &mut Race) -> Result<(), Unsound> {
    race.stopped.iter_mut().for_each(line);
    for contestant in &mut race.contestants {
        line(&mut contestant.name);
        lines(&mut contestant.code);
        for round in &contestant.rounds {
            faults(round.faults)?;
            elapsed(round.elapsed)?;
        }
    }
    Ok(())
}

fn faults(faults: Faults) -> Result<(), Unsound> {
    ensure(
        faults.minor <= MOST && faults.major <= MOST,
        "a count of faults is too large",
    )
}

fn elapsed(elapsed: Nanos) -> Result<(), Unsound> {
    ensure(elapsed.0 <= MOST, "a time is too long")
}

fn change(change: &mut Change) -> Result<(), Unsound> {
    lines(&mut change.text);
    faults(change.faults)?;
    change.elapsed.map_or(Ok(()), elapsed)?;
    match change.place {
        Place::Pages { first, last, .. } => ensure(
            first <= last && last <= MOST,
            "pages are named that there cannot be",
        ),
        Place::Mapping(_) | Place::Address(_) | Place::Process => Ok(()),
    }
}

fn snapshot(snapshot: &Snapshot) -> Result<(), Unsound> {
    plain_reason(&snapshot.faults)?;
    plain_reason(&snapshot.page_tables)?;
    if let Reading::Known(all) = snapshot.faults {
        faults(all)?;
    }
    snapshot.mappings.iter().try_for_each(mapping)?;
    let apart = snapshot
        .mappings
        .windows(2)
        .all(|pair| pair[0].vma.range.end <= pair[1].vma.range.start);
    ensure(apart, "mappings lie over each other")
}

fn mapping(mapping: &Mapping) -> Result<(), Unsound> {
    vma(&mapping.vma)?;
    mapping.flags.iter().try_for_each(|flag| plain(flag))?;
    plain_reason(&mapping.usage)?;
    plain_reason(&mapping.cache)?;
    plain_reason(&mapping.pages)?;
    ensure(
        mapping
            .file_length
            .is_none_or(|length| i64::try_from(length).is_ok()),
        "a file is too long",
    )?;
    let length = mapping.vma.range.length();
    let Reading::Known(pages) = &mapping.pages else {
        return Ok(());
    };
    plain_reason(&pages.far)?;
    plain_reason(&pages.frames)?;
    let near = pages.states.len() as u64;
    let count = near
        .checked_add(pages.cut)
        .ok_or("there are too many pages")?;
    let fits = count > 0 && length.is_multiple_of(count) && (length / count).is_power_of_two();
    ensure(
        fits && length / count >= 512,
        "pages do not fill their mapping",
    )?;
    let frames = pages.frames.known().map_or(0, Vec::len);
    ensure(frames as u64 <= near, "there are more frames than pages")?;
    let far = pages.far.known();
    let last = far.and_then(|far| far.last_key_value().map(|(index, _)| *index));
    ensure(
        last.is_none_or(|last| last < count),
        "a page lies behind its mapping",
    )
}

fn vma(vma: &Vma) -> Result<(), Unsound> {
    match &vma.backing {
        Backing::File { path, .. } => plain(path)?,
        Backing::SharedMemory { name } | Backing::Special(name) => plain(name)?,
        Backing::Anonymous | Backing::Heap | Backing::Stack => {}
    }
    ensure(
        i64::try_from(vma.offset).is_ok(),
        "a mapping begins behind the end of any file",
    )?;
    ensure(
        vma.range.length() > 0 && vma.range.length() <= MOST,
        "a mapping is larger than any can be",
    )
}

/// What snapshots name was made fit to be shown when it was read from the kernel.
fn plain(text: &str) -> Result<(), Unsound> {
    ensure(
        !text.contains(crate::lesson::visible::is_hidden),
        "a name steers the terminal",
    )
}

fn plain_reason<T>(reading: &Reading<T>) -> Result<(), Unsound> {
    reading.reason().map_or(Ok(()), plain)
}

/// Makes the reason of what is not known fit to be shown.
fn reason<T>(reading: &mut Reading<T>) {
    if let Reading::Unknown(why) = reading {
        line(why);
    }
}

/// Makes a text fit to be shown on one line.
fn line(text: &mut String) {
    if text.contains(crate::lesson::visible::is_hidden) {
        *text = visible_line(text);
    }
}

/// Makes a text fit to be shown.
fn lines(text: &mut String) {
    if text.contains(crate::lesson::visible::is_hidden) {
        *text = visible(text).into_owned();
    }
}
