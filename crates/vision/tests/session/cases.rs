//! The cases, by what they run on.

use std::cell::Cell;
use std::io::Write;
use std::thread;
use std::time::Duration;

use biowatch_vision::cancel::Cancel;
use biowatch_vision::session::{
    Device, EngineChoice, Graph, GraphCache, Input, Libraries, OpenSessionError, Precision, RunError,
    Session, SessionOptions, probe,
};

use crate::shared::{CLOSE, On, Outcome, bytes, distance, graph, path, run, values};

/// A case and its name, by what it runs on.
type OnAnEngine = (&'static str, fn(&On) -> Outcome);
type OnNone = (&'static str, fn() -> Outcome);
type OnBoth = (&'static str, fn(&On, &On) -> Outcome);

pub(crate) const ON_AN_ENGINE: [OnAnEngine; 9] = [
    ("answers_as_the_reference_evaluator", answers_as_the_reference_evaluator),
    ("reads_weights_beside_the_graph", reads_weights_beside_the_graph),
    ("the_thread_count_changes_nothing", the_thread_count_changes_nothing),
    ("what_ran_before_changes_nothing", what_ran_before_changes_nothing),
    ("a_cancelled_session_works_again", a_cancelled_session_works_again),
    ("a_wrong_input_is_refused", a_wrong_input_is_refused),
    ("a_bad_graph_is_refused", a_bad_graph_is_refused),
    ("a_cached_graph_is_written_once", a_cached_graph_is_written_once),
    ("says_what_computes", says_what_computes),
];

pub(crate) const ON_NONE: [OnNone; 3] = [
    ("auto_without_a_library_is_the_built_in_engine", auto_without_a_library_is_the_built_in_engine),
    ("a_named_library_that_does_not_load_is_an_error", a_named_library_that_does_not_load_is_an_error),
    ("a_choice_that_cannot_be_kept_is_refused", a_choice_that_cannot_be_kept_is_refused),
];

pub(crate) const ON_BOTH: [OnBoth; 2] = [
    ("engines_agree", engines_agree),
    ("an_absent_device_is_refused_by_name", an_absent_device_is_refused_by_name),
];

const SMALL: [usize; 4] = [1, 3, 32, 64];

fn answers_as_the_reference_evaluator(on: &On) -> Outcome {
    let outputs = run(&mut on.open(graph("small.onnx"))?, &SMALL)?;
    let named: Vec<_> =
        outputs.iter().map(|output| (output.name.as_str(), output.shape.as_slice())).collect();
    assert_eq!(named, [("level0", &[1, 6, 16, 32][..]), ("level1", &[1, 6, 8, 16])]);

    let expected = bytes("small.expected");
    let expected = expected.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()));
    let got: Vec<f32> = outputs.into_iter().flat_map(|output| output.data).collect();
    assert_eq!(expected.len(), got.len());
    for (at, (expected, got)) in expected.zip(got).enumerate() {
        assert!((expected - got).abs() < CLOSE, "value {at}: expected {expected}, got {got}");
    }
    Ok(())
}

fn reads_weights_beside_the_graph(on: &On) -> Outcome {
    let inside = run(&mut on.open(graph("small.onnx"))?, &SMALL)?;
    let beside = run(&mut on.open(Graph::File(path("external/graph.onnx")))?, &SMALL)?;
    assert_eq!(inside, beside);
    let lazy = Graph::Lazy(Box::new(|graph, data| {
        graph.write_all(&bytes("external/graph.onnx"))?;
        data.write_all(&bytes("external/graph.data"))
    }));
    assert_eq!(inside, run(&mut on.open(lazy)?, &SMALL)?);
    Ok(())
}

fn the_thread_count_changes_nothing(on: &On) -> Outcome {
    let shape = [1, 3, 160, 192];
    let mut first = None;
    for threads in [1, 2, 3] {
        let mut session = Session::open(graph("small.onnx"), &on.with_threads(threads))?;
        assert_eq!(session.engine().threads, threads);
        let outputs = run(&mut session, &shape)?;
        assert_eq!(*first.get_or_insert_with(|| outputs.clone()), outputs, "{threads} threads");
    }
    Ok(())
}

fn what_ran_before_changes_nothing(on: &On) -> Outcome {
    let mut session = on.open(graph("small.onnx"))?;
    let first = run(&mut session, &SMALL)?;
    for shape in [[1, 3, 64, 32], [1, 3, 128, 128], [1, 3, 4, 4]] {
        run(&mut session, &shape)?;
    }
    assert_eq!(first, run(&mut session, &SMALL)?);
    Ok(())
}

fn a_cancelled_session_works_again(on: &On) -> Outcome {
    let mut session = on.open(graph("long.onnx"))?;
    let before = run(&mut session, &[1, 8, 16, 16])?;

    let cancel = Cancel::default();
    cancel.cancel();
    let data = values(8 * 16 * 16);
    let stopped = session.run(Input { shape: &[1, 8, 16, 16], data: &data }, &cancel);
    assert!(matches!(stopped, Err(RunError::Cancelled)), "{stopped:?}");

    // Uncancelled, this takes most of a minute.
    let shape = [1, 8, 1024, 1024];
    let data = values(shape.iter().product());
    let cancel = Cancel::default();
    let stopped = thread::scope(|scope| {
        scope.spawn(|| {
            // Time for the run to begin. Sooner or later, the answer is the same.
            thread::sleep(Duration::from_millis(100));
            cancel.cancel();
        });
        session.run(Input { shape: &shape, data: &data }, &cancel)
    });
    assert!(matches!(stopped, Err(RunError::Cancelled)), "{stopped:?}");
    assert_eq!(before, run(&mut session, &[1, 8, 16, 16])?);
    Ok(())
}

fn a_wrong_input_is_refused(on: &On) -> Outcome {
    let mut session = on.open(graph("small.onnx"))?;
    let cases: [(&[usize], usize, &str); 5] = [
        (&[1, 4, 32, 32], 4096, "shape [1, 3, ?, ?], got [1, 4, 32, 32]"),
        (&[3, 32, 32], 3072, "got [3, 32, 32]"),
        (&[1, 3, 32, 32], 3071, "got [1, 3, 32, 32] with 3071 values"),
        (&[1, 3, 0, 32], 0, "with 0 values"),
        (&[1, 3, usize::MAX, 2], 6, "with 6 values"),
    ];
    for (shape, count, expected) in cases {
        let refused = session.run(Input { shape, data: &values(count) }, &Cancel::default()).unwrap_err();
        assert!(matches!(refused, RunError::Shape { .. }));
        assert!(refused.to_string().ends_with(expected), "{refused}");
    }
    run(&mut session, &SMALL)?;
    Ok(())
}

fn a_bad_graph_is_refused(on: &On) -> Outcome {
    let small = bytes("small.onnx");
    for broken in [&b"no graph"[..], b"", small.get(..small.len() / 2).unwrap()] {
        let refused = Session::open(Graph::Bytes(broken.to_vec()), &on.options).err().ok_or("was taken")?;
        assert!(matches!(refused, OpenSessionError::Graph { .. }), "{refused}");
    }
    let refused = Session::open(Graph::File(path("absent.onnx")), &on.options).err().ok_or("was taken")?;
    assert!(matches!(refused, OpenSessionError::Graph { .. }), "{refused}");
    for (name, expected) in [("two-inputs.onnx", "2 inputs"), ("int-output.onnx", "type")] {
        let refused = Session::open(graph(name), &on.options).err().ok_or("was taken")?;
        assert!(matches!(refused, OpenSessionError::Signature(_)), "{refused}");
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    let fail = Graph::Lazy(Box::new(|_, _| Err(std::io::Error::other("the weights are gone"))));
    let refused = Session::open(fail, &on.options).err().ok_or("was taken")?;
    assert!(matches!(refused, OpenSessionError::Write(_)), "{refused}");
    Ok(())
}

fn a_cached_graph_is_written_once(on: &On) -> Outcome {
    let folder = tempfile::tempdir()?;
    let cache = GraphCache { folder: folder.path().join("cache"), digest: "small".to_owned() };
    let cached = SessionOptions { cache: Some(cache), ..on.options.clone() };
    let written = Cell::new(0);
    let answer = || {
        let lazy = Graph::Lazy(Box::new(|graph: &mut dyn Write, data: &mut dyn Write| {
            written.set(written.get() + 1);
            graph.write_all(&bytes("external/graph.onnx"))?;
            data.write_all(&bytes("external/graph.data"))
        }));
        run(&mut Session::open(lazy, &cached)?, &SMALL)
    };
    let plain = run(&mut on.open(graph("small.onnx"))?, &SMALL)?;
    assert_eq!(plain, answer()?);
    assert_eq!(plain, answer()?);
    assert_eq!(written.get(), 1);

    let entry = fs_err::read_dir(folder.path().join("cache"))?.next().ok_or("no entry")??.path();
    let files: Vec<_> = fs_err::read_dir(&entry)?.collect::<Result<_, _>>()?;
    assert!(files.len() > 1, "{files:?}");
    for (times, file) in files.iter().enumerate() {
        fs_err::write(file.path(), b"damage")?;
        assert_eq!(plain, answer()?);
        assert_eq!(written.get(), times + 2, "{file:?}");
    }
    fs_err::remove_dir_all(folder.path().join("cache"))?;
    fs_err::write(folder.path().join("cache"), b"a file where the folder should be")?;
    assert!(distance(&plain, &answer()?) < CLOSE);
    Ok(())
}

fn says_what_computes(on: &On) -> Outcome {
    let session = on.open(graph("small.onnx"))?;
    let info = session.engine();
    assert_eq!(info.name, on.name);
    assert_eq!((info.device.as_str(), info.precision.as_str()), ("cpu", "f32"));
    assert!(info.threads > 0 && !info.version.is_empty() && !info.why.is_empty(), "{info:?}");
    Ok(())
}

fn auto_without_a_library_is_the_built_in_engine() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs_err::write(folder.path().join("libonnxruntime.so"), b"not a library")?;
    let empty = Libraries::default();
    let broken = Libraries { folders: vec![folder.path().to_owned()], ..Libraries::default() };
    let cases = [(empty, "was not found")];
    let linux_only = cfg!(target_os = "linux").then_some((broken, "libonnxruntime.so: it cannot be loaded"));
    for (libraries, expected) in cases.into_iter().chain(linux_only) {
        // Another test of this process may have loaded a library, and that one would be taken.
        if !libraries.folders.is_empty() && std::env::var_os("BIOWATCH_ONNXRUNTIME").is_some() {
            continue;
        }
        assert!(probe(&libraries).onnxruntime.is_err());
        let options = SessionOptions { libraries, ..SessionOptions::default() };
        let session = Session::open(graph("small.onnx"), &options)?;
        assert_eq!(session.engine().name, "built-in");
        assert!(session.engine().why.contains(expected), "{}", session.engine().why);
    }
    Ok(())
}

fn a_named_library_that_does_not_load_is_an_error() -> Outcome {
    for (engine, named) in [(EngineChoice::Auto, "absent.so"), (EngineChoice::OnnxRuntime, "make.py")] {
        let libraries = Libraries { named: Some(path(named)), ..Libraries::default() };
        let options = SessionOptions { engine, libraries, ..SessionOptions::default() };
        let refused = Session::open(graph("small.onnx"), &options).err().ok_or("was taken")?;
        assert!(matches!(refused, OpenSessionError::Library(_)), "{refused}");
        assert!(refused.to_string().contains(named), "{refused}");
    }
    Ok(())
}

fn a_choice_that_cannot_be_kept_is_refused() -> Outcome {
    let built_in = On::built_in().options;
    let cases = [
        (SessionOptions { device: Device::Cuda, ..built_in.clone() }, "device cuda is not offered"),
        (SessionOptions { precision: Precision::Bf16, ..built_in.clone() }, "precision bf16 is not offered"),
        (SessionOptions { engine: EngineChoice::OnnxRuntime, ..built_in }, "library was not found"),
    ];
    for (options, expected) in cases {
        let refused = Session::open(graph("small.onnx"), &options).err().ok_or("was taken")?;
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    Ok(())
}

fn engines_agree(built_in: &On, onnxruntime: &On) -> Outcome {
    for (name, shape) in [("small.onnx", [1, 3, 96, 64]), ("long.onnx", [1, 8, 24, 24])] {
        let one = run(&mut built_in.open(graph(name))?, &shape)?;
        let other = run(&mut onnxruntime.open(graph(name))?, &shape)?;
        let distance = distance(&one, &other);
        assert!(distance < CLOSE, "{name}: {distance}");
    }
    Ok(())
}

fn an_absent_device_is_refused_by_name(_: &On, onnxruntime: &On) -> Outcome {
    let report = probe(&onnxruntime.options.libraries).onnxruntime?;
    assert!(report.devices.contains(&Device::Cpu) && report.version.starts_with("1."), "{report:?}");
    if report.devices.contains(&Device::DirectMl) {
        return Ok(());
    }
    let options = SessionOptions { device: Device::DirectMl, ..onnxruntime.options.clone() };
    let refused = Session::open(graph("small.onnx"), &options).err().ok_or("was taken")?.to_string();
    assert!(refused.contains("device directml is not offered") && refused.contains("cpu"), "{refused}");
    Ok(())
}
