//! "Did you mean": the known word that is nearest to a mistyped one.

/// The candidate with the fewest typing mistakes against `word`, if few enough to be likely.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    if length > 64 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(mistakes, _)| mistakes <= length.max(2) / 3 + usize::from(length > 3))
        .min_by_key(|&(mistakes, _)| mistakes)
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, take away, replace or swap with their neighbour to make one word of the other.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let width = right.len() + 1;
    let mut rows = vec![(0..width).collect::<Vec<usize>>()];
    for i in 1..=left.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let same = left[i - 1] == right[j - 1];
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + usize::from(!same));
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row[j] = best;
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_when_it_is_near() {
        let known = ["title", "summary", "minutes", "predict", "expect", "child"];
        let table = [
            ("titel", Some("title")),
            ("summery", Some("summary")),
            ("prdict", Some("predict")),
            ("Expects", Some("expect")),
            ("chlid", Some("child")),
            ("elephant", None),
            ("", None),
        ];
        for (word, found) in table {
            assert_eq!(nearest(word, known), found, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(1000), known), None);
    }
}
