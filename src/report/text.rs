//! A transcript as text, for reading from top to bottom: every line, its measured effect, each expectation.

use super::transcript::{Answered, Line, Raced, StepTranscript, Transcript};
use crate::c::constants::{errno_name, errno_text};
use crate::mem::{Act, Nanos, Outcome, Process, Reading};
use crate::observe::Cause;
use crate::session::{Expected, Verdict};
use std::fmt::Write;

/// The whole transcript.
pub fn transcript(transcript: &Transcript) -> String {
    let machine = &transcript.machine;
    let mut out = format!(
        "{}  {}\nLinux {}, pages of {}, files on {}{}\n",
        transcript.lesson,
        transcript.title,
        machine.kernel,
        crate::mem::Bytes(machine.page_size.bytes()),
        machine.file_system,
        if machine.privileged {
            ", frames readable"
        } else {
            ""
        },
    );
    for (index, step) in transcript.steps.iter().enumerate() {
        out.push_str(&step_text(index, step));
    }
    out.push_str(&verdict(transcript));
    out
}

fn step_text(index: usize, step: &StepTranscript) -> String {
    let mut out = format!("\n{}. {}\n", index + 1, step.title);
    if let Some(why) = &step.skipped {
        let _ = writeln!(out, "   skipped: {why}");
    }
    for line in &step.lines {
        out.push_str(&line_text(line));
    }
    for answered in &step.predictions {
        out.push_str(&prediction(answered));
    }
    for expected in &step.expectations {
        out.push_str(&expectation(expected));
    }
    if let Some(why) = &step.broken {
        let _ = writeln!(out, "   stopped here: {}", indented(why));
    }
    out
}

fn line_text(line: &Line) -> String {
    let mut out = format!("   {:7} {}\n", line.actor, indented(&line.code));
    if let Some(raced) = &line.raced {
        out.push_str(&race_text(raced));
    }
    if let Some(result) = &line.result {
        let _ = writeln!(out, "             = {result}");
    }
    let Some(outcome) = line.outcome() else {
        return out;
    };
    if outcome.errno != 0 {
        let name = errno_name(outcome.errno).unwrap_or("?");
        let _ = writeln!(
            out,
            "             errno {name}: {}",
            errno_text(outcome.errno)
        );
    }
    for (process, outcome) in &line.outcomes {
        if !outcome.output.is_empty() {
            let printed = String::from_utf8_lossy(&outcome.output);
            let printed: Vec<String> = printed
                .lines()
                .map(|line| line.escape_debug().to_string())
                .collect();
            let _ = writeln!(
                out,
                "             {process} printed: {}",
                printed.join("\n             ")
            );
        }
    }
    for told in &line.told {
        let is_others = line.is_group || told.who != line.process.to_string();
        // A sentence about a process as such names it already.
        let who = if is_others && !told.names_itself {
            format!("{}: ", told.who)
        } else {
            String::new()
        };
        let _ = writeln!(out, "             {who}{}", told.text);
    }
    for (process, outcome) in line.outcomes.iter().filter(|_| !line.is_group) {
        let totals = &outcome.totals;
        if totals.accesses + totals.calls > 0 {
            let whose = whose(*process, line);
            let _ = writeln!(
                out,
                "             {whose}{}, {}",
                totals.faults,
                own_time(outcome)
            );
        }
    }
    // A process that is no more is told among the changes.
    let ended = |cause: Cause| cause == Cause::ProcessEnded;
    let is_told = line.changes.iter().any(|change| ended(change.cause));
    if let Some(ending) = line.ending.as_ref().filter(|_| !is_told) {
        let _ = writeln!(out, "             {ending}");
    }
    out
}

/// The time that a process took for what it did. Its part of the `fork` that made it is left out: that is how long it
/// waited for its first turn on a CPU.
fn own_time(outcome: &Outcome) -> Nanos {
    let births = outcome.acts.iter().filter_map(|act| match act {
        Act::Call(call) if call.function == "fork" && call.result == 0 => Some(call.elapsed.0),
        _ => None,
    });
    Nanos(outcome.totals.elapsed.0.saturating_sub(births.sum()))
}

/// Says which process is meant, where it is not the line's own.
fn whose(process: Process, line: &Line) -> String {
    if process == line.process {
        String::new()
    } else {
        format!("{process}: ")
    }
}

/// How many characters wide the longest bar is.
const BAR: usize = 40;

/// A contestant of a race: its bar, its numbers, and after the last one the sentence.
fn race_text(raced: &Raced) -> String {
    let one = &raced.contestant;
    let (low, high) = one.quartiles();
    let mut out = format!(
        "             {:12} {} {}\n             {:12} {} rounds, the middle half {low} to {high}, {} a round\n",
        one.name,
        raced.bar.text(BAR),
        one.median(),
        "",
        one.rounds.len(),
        one.faults(),
    );
    if let Some(sentence) = &raced.sentence {
        let scale = if raced.is_logarithmic {
            " (the bars are on a logarithmic scale)"
        } else {
            ""
        };
        let _ = writeln!(out, "             {sentence}{scale}");
    }
    out
}

fn prediction(answered: &Answered) -> String {
    let none = if answered.is_none_of_the_choices() {
        ", none of the choices"
    } else {
        ""
    };
    format!(
        "   question: {}\n             {} = {}{none}\n",
        indented(&answered.question),
        answered.measures,
        match &answered.graded.answer {
            Reading::Known(_) => answered.graded.shown.clone(),
            unknown @ Reading::Unknown(_) => unknown.to_string(),
        }
    )
}

fn expectation(expected: &Expected) -> String {
    match &expected.verdict {
        Verdict::Holds => format!("   holds     {}\n", expected.expression),
        Verdict::Fails => format!(
            "   FAILS     {}   ({})\n",
            expected.expression, expected.measured
        ),
        Verdict::Unknown(why) => format!("   unknown   {}   ({why})\n", expected.expression),
    }
}

/// The last line: how many rules held.
fn verdict(transcript: &Transcript) -> String {
    let all = || transcript.steps.iter().flat_map(|step| &step.expectations);
    let count =
        |wanted: fn(&Verdict) -> bool| all().filter(|expected| wanted(&expected.verdict)).count();
    let held = count(|verdict| *verdict == Verdict::Holds);
    let failed = count(|verdict| *verdict == Verdict::Fails);
    let unknown = count(|verdict| matches!(verdict, Verdict::Unknown(_)));
    let skipped = transcript
        .steps
        .iter()
        .filter(|step| step.skipped.is_some())
        .count();
    let broken = transcript
        .steps
        .iter()
        .filter(|step| step.broken.is_some())
        .count();
    let mut out = format!("\n{held} expectations hold, {failed} fail");
    for (number, what) in [
        (unknown, "cannot be known here"),
        (skipped, "steps skipped"),
        (broken, "steps stopped early"),
    ] {
        if number > 0 {
            let _ = write!(out, ", {number} {what}");
        }
    }
    out.push('\n');
    out
}

/// Further lines of a text moved under its first.
fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n           ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Call, Ending};

    #[test]
    fn a_child_does_not_pay_for_its_birth() {
        let call = |function, result, elapsed| {
            Act::Call(Call {
                function,
                arguments: [0; 6],
                result,
                errno: 0,
                faults: crate::mem::Faults::default(),
                elapsed: Nanos(elapsed),
            })
        };
        let mut outcome = Outcome::empty(Ending::Finished);
        outcome.totals.elapsed = Nanos(22_000_500);
        outcome.acts = vec![call("fork", 0, 22_000_000), call("getpid", 7, 500)];
        assert_eq!(own_time(&outcome), Nanos(500));
        outcome.acts = vec![call("fork", 7, 22_000_000)];
        assert_eq!(own_time(&outcome), Nanos(22_000_500), "the parent pays");
    }
}
