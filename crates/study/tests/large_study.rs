//! How long a study of 100,000 media takes to look at. Run it in release: it prints what it measured.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "what it measured is what it is for")]

#[path = "support/generated.rs"]
mod generated;

use std::time::Instant;

use biowatch_study::{Action, At, Filter, Plot, Reader, Sort, Step, Studies};

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    println!("{what:<44} {:>9.1} ms", begin.elapsed().as_secs_f64() * 1_000.0);
    done
}

#[test]
#[ignore = "takes a minute and measures time: run it by name, in release"]
fn a_hundred_thousand_media() {
    let folder = tempfile::tempdir().unwrap();
    let file = timed("make the study", || generated::study(folder.path(), 1, 100_000, 40));
    let reader = timed("open", || Reader::open(&file).unwrap());
    let all = Filter::default();
    let page = timed("first page ever, 100 media", || {
        reader.gallery(&all, Sort::Time, &At::Offset(0), 100).unwrap()
    });
    assert_eq!(page.total, 100_000);
    let next = At::Cursor(page.next.unwrap());
    timed("next page by cursor", || reader.gallery(&all, Sort::Time, &next, 100).unwrap());
    timed("page at offset 90,000", || reader.gallery(&all, Sort::Time, &At::Offset(90_000), 100).unwrap());
    let mut foxes = Filter::default();
    for (key, value) in [("species", "vulpes"), ("minConfidence", "0.3"), ("hourFrom", "20"), ("hourTo", "6")]
    {
        foxes.set(key, value).unwrap();
    }
    let page = timed("first page of a new filter", || {
        reader.gallery(&foxes, Sort::Time, &At::Offset(0), 100).unwrap()
    });
    println!("    {} media", page.total);
    timed("first page, the surest first", || {
        reader.gallery(&all, Sort::ConfidenceDown, &At::Offset(0), 100).unwrap()
    });
    timed("first page, by name", || reader.gallery(&all, Sort::Name, &At::Offset(0), 100).unwrap());
    let mut carnivores = Filter::default();
    carnivores.set("species", "mammalia;carnivora").unwrap();
    timed("count by lineage", || reader.count(&carnivores).unwrap());
    timed("sequences, first page", || reader.sequences(&all, Sort::TimeDown, &At::Offset(0), 100).unwrap());
    timed("overview", || reader.overview().unwrap());
    timed("taxa", || reader.taxa(&all).unwrap());
    timed("find a species", || reader.find_species("vlupes", 20).unwrap());
    for (name, plot) in [
        ("species-counts", Plot::SpeciesCounts),
        ("activity", Plot::Activity { sun: false }),
        ("activity by the sun", Plot::Activity { sun: true }),
        ("over-time", Plot::OverTime(Step::Day)),
        ("effort", Plot::Effort),
        ("accumulation", Plot::Accumulation),
        ("map", Plot::Map),
    ] {
        timed(&format!("plot {name}"), || reader.plot(plot, &all).unwrap());
    }
    let ids = reader.ids(&all, Sort::Time, 10_000).unwrap();
    timed("confirm one", || reader.edit(ids.get(..1).unwrap(), &Action::Confirm, "Ada").unwrap());
    timed("first page after it", || reader.gallery(&all, Sort::Time, &At::Offset(0), 100).unwrap());
    let lynx = Action::Relabel { scientific_name: "lynx lynx".to_owned(), common_name: None };
    timed("relabel 10,000", || reader.edit(&ids, &lynx, "Ada").unwrap());
    timed("undo it", || reader.undo().unwrap());
    timed("redo it", || reader.redo().unwrap());
    timed("read all again", || Reader::open(&file).unwrap().count(&all).unwrap());
    let studies = Studies::new(folder.path().join("studies"), folder.path().join(".staging"));
    timed("cards of all studies", || studies.cards().unwrap());
}
