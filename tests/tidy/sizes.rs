//! Measures of files and functions. They describe; they are not to be gamed: a file split in two
//! to please a count is worse than one long file.

use crate::finding::Finding;
use crate::names::Function;
use crate::tree::Tree;

/// A reader scrolls a file in a few screens or not at all.
const FILE_MAX: usize = 400;
/// Well-kept Rust servers of this size stand between 90 and 210.
const FILE_MEDIAN: usize = 130;
/// Nine files of ten are read at a sitting.
const FILE_P90: usize = 260;
/// A function fits on one screen.
const FUNCTION_MAX: usize = 70;
/// Nine functions of ten are grasped at a glance.
const FUNCTION_P90: usize = 25;
/// More than five wait for a struct that names them.
const PARAMETERS_MAX: usize = 5;
/// Below this many a quantile says more about chance than about the code.
const ENOUGH: usize = 20;

/// The smallest value that `percent` of all values do not exceed; nothing when there are few.
fn quantile(values: &[usize], percent: usize) -> Option<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100);
    (values.len() >= ENOUGH)
        .then(|| sorted.get(rank.saturating_sub(1)).copied())
        .flatten()
}

/// One bound on the quantile of a measure over all production code.
fn quantile_over(name: &str, values: &[usize], percent: usize, bound: usize) -> Option<Finding> {
    let value = quantile(values, percent).filter(|value| *value > bound)?;
    let what = format!("{percent} of 100 have up to {value} lines; the bound is {bound}");
    Some(Finding::in_file(
        name,
        what,
        "look at the longest first: which concept is two?",
    ))
}

/// Any Rust file that is too long, tests among them.
fn long_files(tree: &Tree) -> Vec<Finding> {
    let lines = tree
        .rust()
        .map(|source| (source.text.lines().count(), source.path));
    let long = lines.filter(|(lines, _)| *lines > FILE_MAX);
    long.map(|(lines, path)| {
        let what = format!("has {lines} lines; the bound is {FILE_MAX}");
        Finding::in_file(&path, what, "find the second concept and give it a file")
    })
    .collect()
}

/// Quantiles of the lengths of production files, without their tests.
fn long_files_as_a_whole(tree: &Tree) -> Vec<Finding> {
    let lines: Vec<_> = tree
        .production()
        .map(|source| source.production_lines())
        .collect();
    let median = quantile_over("production files", &lines, 50, FILE_MEDIAN);
    let p90 = quantile_over("production files", &lines, 90, FILE_P90);
    median.into_iter().chain(p90).collect()
}

fn production_functions(tree: &Tree) -> Vec<(String, Function)> {
    let all = tree.production().flat_map(|source| {
        let functions = source.names().functions;
        functions
            .into_iter()
            .map(move |function| (source.path.clone(), function))
    });
    all.filter(|(_, function)| !function.in_test).collect()
}

/// Functions that are too long, each and as a whole.
fn long_functions(tree: &Tree) -> Vec<Finding> {
    let functions = production_functions(tree);
    let lengths: Vec<_> = functions
        .iter()
        .map(|(_, function)| function.lines)
        .collect();
    let long = functions
        .iter()
        .filter(|(_, function)| function.lines > FUNCTION_MAX);
    let mut found: Vec<_> = long
        .map(
            |(
                path,
                Function {
                    name, line, lines, ..
                },
            )| {
                let what = format!("`{name}` has {lines} lines; the bound is {FUNCTION_MAX}");
                Finding::at_line(path, *line, what, "name its steps and make them functions")
            },
        )
        .collect();
    found.extend(quantile_over(
        "production functions",
        &lengths,
        90,
        FUNCTION_P90,
    ));
    found
}

/// Functions with too many parameters.
fn crowded_functions(tree: &Tree) -> Vec<Finding> {
    let functions = production_functions(tree).into_iter();
    let crowded = functions.filter(|(_, function)| function.parameters > PARAMETERS_MAX);
    crowded
        .map(
            |(
                path,
                Function {
                    name,
                    line,
                    parameters,
                    ..
                },
            )| {
                let what = format!("`{name}` has {parameters} parameters");
                let remedy =
                    format!("at most {PARAMETERS_MAX}: give those that travel together a type");
                Finding::at_line(&path, line, what, &remedy)
            },
        )
        .collect()
}

mod tests {
    use super::{crowded_functions, long_files, long_files_as_a_whole, long_functions, quantile};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    /// Files of the scheduler with the given numbers of lines.
    fn files_of(lines: &[usize]) -> Tree {
        let texts: Vec<_> = lines
            .iter()
            .enumerate()
            .map(|(number, lines)| (format!("scheduler/src/f{number}.rs"), "\n".repeat(*lines)))
            .collect();
        Tree::of(
            &texts
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str()))
                .collect::<Vec<_>>(),
        )
    }

    fn function_of(lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "    x();\n".repeat(lines - 2))
    }

    #[test]
    fn no_file_is_longer_than_a_reader_scrolls() {
        assert_none(&long_files(&Tree::read()));
    }

    #[test]
    fn most_files_are_read_at_a_sitting() {
        assert_none(&long_files_as_a_whole(&Tree::read()));
    }

    #[test]
    fn functions_fit_on_a_screen_and_most_at_a_glance() {
        assert_none(&long_functions(&Tree::read()));
    }

    #[test]
    fn no_function_has_more_than_five_parameters() {
        assert_none(&crowded_functions(&Tree::read()));
    }

    #[test]
    fn a_file_over_the_bound_is_refused() {
        assert_none(&long_files(&files_of(&[400])));
        assert_one(&long_files(&files_of(&[401])), "401 lines");
    }

    #[test]
    fn a_median_and_a_p90_over_the_bound_are_refused() {
        assert_none(&long_files_as_a_whole(&files_of(&[131; 19])));
        assert_one(&long_files_as_a_whole(&files_of(&[131; 20])), "50 of 100");
        let mut lines = [100; 20];
        lines[17..].fill(261);
        assert_one(&long_files_as_a_whole(&files_of(&lines)), "90 of 100");
    }

    #[test]
    fn a_function_over_the_bound_is_refused() {
        let of = |lines| Tree::of(&[("server/src/app.rs", function_of(lines).as_str())]);
        assert_none(&long_functions(&of(70)));
        assert_one(&long_functions(&of(71)), "`f` has 71 lines");
        let many = function_of(26).repeat(20);
        assert_one(
            &long_functions(&Tree::of(&[("server/src/app.rs", &many)])),
            "26 lines",
        );
    }

    #[test]
    fn a_sixth_parameter_is_refused_and_tests_are_free() {
        let six = "fn f(a: u8, b: u8, c: u8, d: u8, e: u8, g: u8) {}";
        assert_one(
            &crowded_functions(&Tree::of(&[("server/src/app.rs", six)])),
            "6 parameters",
        );
        let test = format!("#[cfg(test)]\nmod tests {{ {six} }}");
        assert_none(&crowded_functions(&Tree::of(&[(
            "server/src/app.rs",
            &test,
        )])));
    }

    #[test]
    fn a_quantile_of_few_values_is_not_taken() {
        assert_eq!(quantile(&[9; 19], 50), None);
        assert_eq!(quantile(&(1..=20).collect::<Vec<_>>(), 90), Some(18));
    }
}
