//! A transcript as one JSON object. The names here are stable: programs read them.

use super::transcript::{Answered, Line, Raced, StepTranscript, Transcript};
use crate::c::constants::errno_name;
use crate::mem::{Outcome, Signal};
use crate::session::{Expected, Verdict};
use serde_json::{Value, json};

/// The object that `run --json` prints.
pub fn transcript(transcript: &Transcript) -> Value {
    json!({
        "lesson": transcript.lesson,
        "title": transcript.title,
        "kernel": transcript.machine.kernel,
        "page_size": transcript.machine.page_size.bytes(),
        "privileged": transcript.machine.privileged,
        "file_system": transcript.machine.file_system,
        "ok": transcript.ok(),
        "steps": transcript.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(step: &StepTranscript) -> Value {
    let predictions: Vec<Value> = step.predictions.iter().map(prediction).collect();
    json!({
        "title": step.title,
        "ok": step.ok(),
        "skipped": step.skipped,
        "broken": step.broken,
        "lines": step.lines.iter().map(line).collect::<Vec<_>>(),
        "prediction": predictions.first(),
        "predictions": predictions,
        "expectations": step.expectations.iter().map(expectation).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    let empty = Outcome::empty(crate::mem::Ending::Finished);
    let outcome = line.outcome().unwrap_or(&empty);
    let others = line.outcomes.iter().skip(1);
    let each = || line.outcomes.iter().map(also).collect::<Vec<_>>();
    json!({
        "process": line.actor,
        "code": line.code,
        "result": line.result.as_deref().map(result),
        "errno": errno(outcome.errno),
        "output": text(&outcome.output),
        "signal": outcome.signal().map(signal),
        "ended": line.ending,
        "minor_faults": outcome.totals.faults.minor,
        "major_faults": outcome.totals.faults.major,
        "accesses": outcome.totals.accesses,
        "ns": outcome.totals.elapsed.0,
        "changes": line.changes.iter().map(|change| json!({
            "process": change.process.to_string(),
            "cause": change.cause.word(),
            "text": change.text,
        })).collect::<Vec<_>>(),
        "also": others.map(also).collect::<Vec<_>>(),
        "outcomes": line.is_group.then(each),
        "race": line.raced.as_ref().map(raced),
    })
}

/// What another process did in the same line.
fn also((process, outcome): &(crate::mem::Process, Outcome)) -> Value {
    json!({
        "process": process.to_string(),
        "output": text(&outcome.output),
        "signal": outcome.signal().map(signal),
        "minor_faults": outcome.totals.faults.minor,
        "major_faults": outcome.totals.faults.major,
        "ns": outcome.totals.elapsed.0,
    })
}

/// A contestant of a race.
fn raced(raced: &Raced) -> Value {
    let one = &raced.contestant;
    let (low, high) = one.quartiles();
    json!({
        "name": one.name,
        "rounds": one.rounds.len(),
        "median_ns": one.median().0,
        "lower_quartile_ns": low.0,
        "upper_quartile_ns": high.0,
        "minor_faults": one.faults().minor,
        "major_faults": one.faults().major,
        "sentence": raced.sentence,
    })
}

/// A number where the value is one, else its text: `3`, `"0x1000000000"`.
fn result(shown: &str) -> Value {
    shown
        .parse::<i64>()
        .map_or_else(|_| json!(shown), |number| json!(number))
}

/// The name of an errno; null for none.
fn errno(number: i32) -> Value {
    match number {
        0 => Value::Null,
        number => errno_name(number).map_or_else(|| json!(number), |name| json!(name)),
    }
}

/// What was printed; null for nothing.
fn text(output: &[u8]) -> Value {
    if output.is_empty() {
        Value::Null
    } else {
        json!(String::from_utf8_lossy(output))
    }
}

fn signal(signal: Signal) -> Value {
    json!({ "name": signal.name(), "code": signal.code_name(), "address": signal.address.to_string() })
}

fn prediction(answered: &Answered) -> Value {
    json!({
        "question": answered.question,
        "measures": answered.measures,
        "answer": answered.graded.answer.known(),
        "choice": answered.choice(),
        "none_of_the_choices": answered.is_none_of_the_choices(),
        "reason": answered.graded.answer.reason(),
    })
}

fn expectation(expected: &Expected) -> Value {
    let (holds, reason) = match &expected.verdict {
        Verdict::Holds => (json!(true), Value::Null),
        Verdict::Fails => (json!(false), Value::Null),
        Verdict::Unknown(reason) => (Value::Null, json!(reason)),
    };
    json!({ "expression": expected.expression, "holds": holds, "measured": expected.measured, "reason": reason })
}
