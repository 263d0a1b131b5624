//! The report, in Markdown.

use std::collections::BTreeMap;

use crate::node::{self, Sizes};
use crate::ours::{self, Stages};

/// Bytes of the whole corpus, and their share of esbuild's.
pub(crate) fn sizes(ours: &BTreeMap<String, ours::Made>, theirs: &BTreeMap<String, node::Made>) {
    let esbuild = total(theirs.values().map(|made| made.transform));
    let plugin = total(theirs.values().map(|made| made.globals));
    let external = total(ours.values().map(|made| made.external));
    let globals = total(ours.values().map(|made| made.globals));
    println!("| {} components, bytes | raw | gzip | brotli |", ours.len());
    println!("|---|--:|--:|--:|");
    let row = |name: &str, sizes: Sizes| {
        println!(
            "| {name} | {} | {} | {} |",
            sizes.raw, sizes.gzip, sizes.brotli
        );
    };
    row("esbuild, bare imports (`transform`)", esbuild);
    row("Vasca, bare imports", external);
    row("esbuild with a plugin for globals, with a check", plugin);
    row("Vasca, globals", globals);
    let ratio = |name: &str, one: Sizes, other: Sizes| {
        let share = |one: u64, other: u64| one as f64 / other as f64;
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} |",
            share(one.raw, other.raw),
            share(one.gzip, other.gzip),
            share(one.brotli, other.brotli)
        );
    };
    ratio("bare imports, Vasca to esbuild (bar 1)", external, esbuild);
    ratio("globals, Vasca to esbuild (bar 1)", globals, plugin);
    println!();
}

/// How much smaller modules are than bundles with React and Remotion in them.
///
/// # Panics
/// When one is not small enough.
pub(crate) fn bundles(
    ours: &BTreeMap<String, ours::Made>,
    theirs: &BTreeMap<String, node::Made>,
    least: f64,
) {
    let shares = theirs.iter().filter_map(|(name, made)| {
        let bundled = made.bundled?.raw as f64;
        let module = ours.get(name)?.globals.raw as f64;
        Some((1.0 - module / bundled, name))
    });
    let mut shares: Vec<_> = shares.collect();
    shares.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (Some((least_share, least_name)), Some((middle, _))) =
        (shares.first(), shares.get(shares.len() / 2))
    else {
        return;
    };
    println!(
        "Than a bundle with React and Remotion in it, minified by esbuild, a module is smaller by \
         {:.1}% in the median of {}, by {:.1}% at least (`{least_name}`; bar {:.0}%).\n",
        middle * 100.0,
        shares.len(),
        least_share * 100.0,
        least * 100.0
    );
    assert!(*least_share >= least, "{least_name} is too large");
}

/// The times of both, turn by turn.
pub(crate) fn times(ours: &[BTreeMap<String, f64>], theirs: &[BTreeMap<String, f64>]) {
    let turns: Vec<(f64, f64)> = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| (middle(ours.values()), middle(theirs.values())))
        .collect();
    let ratios: Vec<f64> = turns.iter().map(|(ours, theirs)| ours / theirs).collect();
    let of = |pick: fn(&(f64, f64)) -> f64| turns.iter().map(pick).collect::<Vec<_>>();
    println!("| a component, all stages | median, us |");
    println!("|---|--:|");
    println!("| Vasca, in process | {:.0} |", middle(&of(|turn| turn.0)));
    println!(
        "| esbuild's `transform`, from Node | {:.0} |",
        middle(&of(|turn| turn.1))
    );
    let (least, most) = ratios
        .iter()
        .fold((f64::MAX, 0.0_f64), |(least, most), ratio| {
            (least.min(*ratio), most.max(*ratio))
        });
    println!(
        "| ratio (bar 0.55) | {:.2} ({least:.2} to {most:.2} over {} turns) |\n",
        middle(&ratios),
        ratios.len()
    );
}

/// Where the time goes.
pub(crate) fn stages(stages: &Stages) {
    let total: f64 = stages.values().map(std::time::Duration::as_secs_f64).sum();
    println!("| stage | share of the time |");
    println!("|---|--:|");
    for (stage, spent) in stages {
        let share = spent.as_secs_f64() / total * 100.0;
        println!("| {} | {share:.1}% |", stage.as_str());
    }
    println!();
}

fn total(all: impl Iterator<Item = Sizes>) -> Sizes {
    all.fold(Sizes::default(), |sum, one| Sizes {
        raw: sum.raw + one.raw,
        gzip: sum.gzip + one.gzip,
        brotli: sum.brotli + one.brotli,
    })
}

fn middle<'v>(values: impl IntoIterator<Item = &'v f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().copied().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
