//! The same expressions by gcc and by this compiler: their values must be equal.

use super::Bench;
use std::fmt::Write;
use std::process::Command;

/// A small generator of numbers, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn pick<'a>(&mut self, among: &[&'a str]) -> &'a str {
        among[self.roll(among.len() as u64) as usize]
    }

    /// An expression over [`VARIABLES`] whose only undefined behaviour is overflow, which -fwrapv defines.
    fn expression(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.roll(3) {
                0 => format!("{}{}", self.roll(200), self.pick(&["", "u", "l", "ul"])),
                _ => self
                    .pick(&["c", "uc", "s", "us", "i", "u", "l", "ul", "a[1]"])
                    .to_owned(),
            };
        }
        let a = self.expression(depth - 1);
        let b = self.expression(depth - 1);
        match self.roll(11) {
            0..4 => format!("({a} {} {b})", self.pick(&["+", "-", "*", "&", "|", "^"])),
            4 => format!("({a} {} {})", self.pick(&["<<", ">>"]), self.roll(8)),
            5 => format!("({a} {} (({b} & 63) + 1))", self.pick(&["/", "%"])),
            6 => format!(
                "({a} {} {b})",
                self.pick(&["<", "<=", ">", ">=", "==", "!="])
            ),
            7 => format!("({a} {} {b})", self.pick(&["&&", "||"])),
            8 => format!("({}{a})", self.pick(&["-", "~", "!", "+"])),
            9 => format!(
                "({}) {a}",
                self.pick(&[
                    "char",
                    "unsigned char",
                    "short",
                    "int",
                    "unsigned",
                    "long",
                    "size_t",
                    "int16_t"
                ])
            ),
            _ => {
                let condition = self.expression(depth - 1);
                format!("({condition} ? {a} : {b})")
            }
        }
    }
}

/// Their declarations, the same for both.
const VARIABLES: &str = "char c = -3; unsigned char uc = 250; short s = -30000; unsigned short us = 65000; \
    int i = -2000000000; unsigned int u = 4000000000u; long l = -9000000000000000000; \
    unsigned long ul = 18000000000000000000ul; int a[4] = {7, -8, 9, -10};";

/// A statement that updates a variable, and the variable.
fn update(dice: &mut Dice) -> (String, &'static str) {
    let target = dice.pick(&["c", "uc", "s", "us", "i", "u", "l", "ul", "a[2]"]);
    let statement = match dice.roll(5) {
        0 => format!("{target}++;"),
        1 => format!("--{target};"),
        _ => {
            let operator = dice.pick(&["=", "+=", "-=", "^=", "|=", "*=", "&="]);
            format!("{target} {operator} {};", dice.expression(3))
        }
    };
    (statement, target)
}

#[test]
fn gcc_gives_the_same_values() {
    if Command::new("gcc").arg("--version").output().is_err() {
        println!("SKIPPED: there is no gcc here to compare with");
        return;
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut cases: Vec<(String, String)> = Vec::new();
    while cases.len() < 300 {
        if cases.len().is_multiple_of(3) {
            let (statement, target) = update(&mut dice);
            cases.push((statement, target.to_owned()));
        } else {
            cases.push((String::new(), dice.expression(3)));
        }
    }
    // What gcc would refuse to compile without warnings, this compiler refuses too: those are left out.
    cases.retain(|(statement, text)| {
        let source =
            format!("{VARIABLES} {statement} long long result = (long long) ({text}); result;");
        Bench::new().mistake(&source).is_none()
    });
    assert!(cases.len() > 200, "only {} cases are left", cases.len());
    let theirs = by_gcc(&cases);
    assert_eq!(theirs.len(), cases.len());
    for ((statement, text), theirs) in cases.iter().zip(theirs) {
        let source =
            format!("{VARIABLES} {statement} long long result = (long long) ({text}); result;");
        let ours = Bench::new().run(&source).unwrap();
        assert_eq!(ours.word, Some(theirs), "{statement} {text}");
    }
}

/// The values of all cases by one program that gcc made.
fn by_gcc(cases: &[(String, String)]) -> Vec<i64> {
    let mut program =
        "#include <stdio.h>\n#include <stdint.h>\n#include <stddef.h>\nint main(void) {\n"
            .to_owned();
    for (statement, text) in cases {
        writeln!(
            program,
            "{{ {VARIABLES} {statement} printf(\"%lld\\n\", (long long) ({text})); }}"
        )
        .unwrap();
    }
    program.push_str("}\n");
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("cases.c");
    let binary = directory.path().join("cases");
    std::fs::write(&source, program).unwrap();
    let made = Command::new("gcc")
        .args(["-w", "-O0", "-fwrapv", "-o"])
        .args([&binary, &source])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let ran = Command::new(&binary).output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}
