//! Labs, for real.
use mmap_tutor::bytecode::*;
use mmap_tutor::lab::Labs;
use mmap_tutor::mem::*;
use std::path::Path;

#[test]
fn an_empty_statement() {
    let scratch = tempfile::tempdir().unwrap();
    let mut labs = Labs::start(
        Path::new(env!("CARGO_BIN_EXE_mmap-tutor")),
        scratch.path(),
        Settings::default(),
    )
    .unwrap();
    let pid = labs.processes()[0].1;
    println!(
        "{}",
        std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap()
    );
    let stat = || {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .unwrap()
            .split(' ')
            .nth(9)
            .unwrap()
            .to_owned()
    };
    let before = stat();
    let end = Instruction {
        opcode: Opcode::End as u8,
        ..Instruction::default()
    };
    let push = Instruction {
        opcode: Opcode::Push as u8,
        immediate: 7,
        ..Instruction::default()
    };
    let program = Program {
        code: vec![push, end],
        literals: vec![],
        literal_offset: 0,
    };
    let out = labs
        .run(Process::Main, &program, Pace::Full, &mut |_| {
            Control::Continue
        })
        .unwrap();
    println!("{out:?} {before} {}", stat());
    assert_eq!(before, stat());
}
