//! "Did you mean": the known name nearest to one that is not known.

/// The candidate nearest to `name`, if one is near enough to be a slip of the finger.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Of a single letter every other one is a slip away.
    if name.chars().count() < 2 {
        return None;
    }
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Number of letters to insert, remove, replace or swap with their neighbour to make `a` of `b`; case counts for
/// nothing when all else agrees.
fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) {
        return 0;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_strangers_are_not() {
        let names = [
            "MAP_ANONYMOUS",
            "MAP_SHARED",
            "mmap",
            "ptr",
            "pagemap",
            "p",
            "a",
        ];
        let table = [
            ("MAP_ANONYMU", Some("MAP_ANONYMOUS")),
            ("map_shared", Some("MAP_SHARED")),
            ("mmpa", Some("mmap")),
            ("prt", Some("ptr")),
            ("x", None),
            ("P", None),
            ("completely_else", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
        }
    }
}
